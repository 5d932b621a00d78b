import assert from 'node:assert/strict'
import type { List, Parameters } from 'fhir/r4.js'
import { personId } from '../../../src/core/ids.js'
import { performOperation } from '../../../src/hub/perform-operation.js'
import { writeResource } from '../../../src/hub/write-resource.js'
import type { Store } from '../../../src/store/contract.js'
import { availableBackends, describeStores } from '../../support/backends.js'
import { decision, once } from '../../support/list-acts.js'
import { practitioner } from '../../support/person-in-memory.js'
import { testValidation } from '../../support/validation.js'
import { writeDeps } from '../../support/write-deps.js'

const WRITERS = 8

describeStores('invariant 9: concurrent writers', await availableBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  const listOf = async (store: Store, id: string): Promise<List> => {
    const [text = '{}'] = (await store.currentList(personId(id)))?.texts ?? []
    return JSON.parse(text) as List
  }

  it('of several simultaneous $reconcile on one version exactly one is done, the others are told to read again', async () => {
    const { store } = current()
    const deps = await writeDeps(store)
    const body = { resourceType: 'Patient', name: [{ family: 'Prøve' }] } as const
    const { id } = await writeResource(deps, {
      method: 'create',
      type: 'Patient',
      body: { ...body, name: [...body.name] },
      clientId: 'epj',
    })
    for (let round = 0; round < 3; round++) {
      const list = await listOf(store, id)
      const version = Number(list.meta?.versionId)
      const fingerprint = list.extension?.find(({ url }) => url.endsWith('/source-fingerprint'))?.valueString
      const parameters = (writer: number): Parameters => ({
        resourceType: 'Parameters',
        parameter: [
          { name: 'author', valueReference: practitioner(writer) },
          { name: 'sourceFingerprint', valueString: fingerprint ?? '' },
          { name: 'scope', valueCode: 'partial' },
          decision('start', undefined, {
            medication: { valueCodeableConcept: { text: `Prøvemedisin ${round} av ${writer}` } },
            dosage: { valueDosage: once('MORN') },
          }),
        ],
      })
      const processes = await Promise.all(Array.from({ length: WRITERS }, () => writeDeps(store)))
      const outcomes = await Promise.allSettled(
        processes.map((own, writer) =>
          performOperation(own, {
            operation: 'reconcile',
            type: 'List',
            id: list.id ?? '',
            parameters: parameters(writer),
            ifMatch: [version],
            clientId: `epj-${writer}`,
            key: undefined,
          }),
        ),
      )
      const refused = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason.code] : [],
      )
      assert.deepEqual(
        refused,
        Array.from({ length: WRITERS - 1 }, () => 'VERSION_STALE'),
      )
      const after = await listOf(store, id)
      assert.equal(Number(after.meta?.versionId), version + 1)
      assert.equal(after.entry?.length, round + 1)
    }
  }).timeout(60_000)
})
