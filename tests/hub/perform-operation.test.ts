import assert from 'node:assert/strict'
import type { List, MedicationStatement, Parameters, Patient } from 'fhir/r4.js'
import { HubError } from '../../src/core/errors.js'
import { personId } from '../../src/core/ids.js'
import type { ClientOperation, OperationRequest } from '../../src/hub/operations/client-operation.js'
import { type OperationDeps, performOperation } from '../../src/hub/perform-operation.js'
import { writeResource } from '../../src/hub/write-resource.js'
import type { Store } from '../../src/store/contract.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { testValidation } from '../support/validation.js'
import { writeDeps } from '../support/write-deps.js'

const MEDICINE = 'Prøvemedisin 10 mg tabletter'
const PARAMETERS: Parameters = {
  resourceType: 'Parameters',
  parameter: [{ name: 'medicine', valueString: MEDICINE }],
}

/** Starts a medicine by name; answers with the list. */
const start: ClientOperation = {
  name: 'start',
  ifMatch: 'list-version',
  apply: ({ newId, now, parameters, person }) => {
    const text = parameters.parameter?.find(({ name }) => name === 'medicine')?.valueString
    if (text === undefined) throw new HubError('RESOURCE_STRUCTURE', 'no medicine', { at: 'medicine' })
    const row: MedicationStatement = {
      resourceType: 'MedicationStatement',
      id: newId(),
      status: 'active',
      subject: { reference: person.patientRef },
      medicationCodeableConcept: { text },
      dateAsserted: now,
    }
    return {
      resources: [row],
      answer: ({ list }) => list!.resource,
    }
  },
}

const PERSON: Patient = { resourceType: 'Patient', name: [{ family: 'Prøve' }] }

describeStores('a client operation', await availableBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  const depsOn = async (store: Store, operation: ClientOperation = start): Promise<OperationDeps> => ({
    ...(await writeDeps(store)),
    operations: new Map([[operation.name, operation]]),
  })
  const setUp = async () => {
    const { store } = current()
    const deps = await depsOn(store)
    const { id } = await writeResource(deps, {
      method: 'create',
      type: 'Patient',
      body: PERSON,
      clientId: 'test',
    })
    const version = (await store.currentList(personId(id)))!.version
    return { store, deps, id, version }
  }
  const asked = (id: string, change: Partial<OperationRequest>): OperationRequest => ({
    operation: 'start',
    type: 'Patient',
    id,
    parameters: PARAMETERS,
    ifMatch: undefined,
    clientId: 'test',
    key: undefined,
    ...change,
  })
  const entriesOf = (text: string) => (JSON.parse(text) as List).entry?.length

  it('writes its facts, the list that follows and its row at once, and answers with the result', async () => {
    const { store, deps, id, version } = await setUp()
    const { text } = await performOperation(deps, asked(id, { ifMatch: [version] }))
    const list = JSON.parse(text) as List
    assert.equal(list.meta?.versionId, String(version + 1))
    assert.equal(entriesOf(text), 1)
    assert.equal((await store.currentList(personId(id)))!.version, version + 1)
    const rows = await store.messages({ channel: 'fhir', limit: 5 })
    assert.deepEqual(
      rows.map(({ kind, state }) => [kind, state]),
      [
        ['operation:start', 'done'],
        ['create:Patient', 'done'],
      ],
    )
    assert.ok(
      rows[0]!.resources.some((ref) => ref.startsWith('Provenance/')),
      'who did it is kept',
    )
  })

  it('is refused without the version of the list, and stores nothing', async () => {
    const { store, deps, id } = await setUp()
    await assert.rejects(performOperation(deps, asked(id, {})), { code: 'PRECONDITION_REQUIRED' })
    assert.equal((await store.messages({ channel: 'fhir', limit: 5 })).length, 1)
  })

  it('is done by exactly one of several processes that ask on one version', async () => {
    const { store, id, version } = await setUp()
    const processes = await Promise.all([1, 2, 3, 4, 5].map(() => depsOn(store)))
    const outcomes = await Promise.allSettled(
      processes.map((deps) => performOperation(deps, asked(id, { ifMatch: [version] }))),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'VERSION_STALE')
    assert.equal((await store.currentList(personId(id)))!.version, version + 1)
  })

  it('gives the first answer to the same request with the same key, and refuses another one', async () => {
    const { store, deps, id, version } = await setUp()
    const request = asked(id, { ifMatch: [version], key: 'nokkel-1' })
    const first = await performOperation(deps, request)
    assert.deepEqual(await performOperation(await depsOn(store), request), first)
    assert.equal((await store.currentList(personId(id)))!.version, version + 1)
    const other: Parameters = {
      ...PARAMETERS,
      parameter: [{ name: 'medicine', valueString: 'En annen' }],
    }
    await assert.rejects(performOperation(deps, { ...request, parameters: other }), {
      code: 'MESSAGE_CONFLICT',
    })
  })

  it('leaves nothing when it refuses, when its result is not valid and when its parameters are not', async () => {
    const { store, deps, id, version } = await setUp()
    const empty: Parameters = { resourceType: 'Parameters' }
    await assert.rejects(performOperation(deps, asked(id, { ifMatch: [version], parameters: empty })), {
      code: 'RESOURCE_STRUCTURE',
    })
    const broken: ClientOperation = {
      ...start,
      apply: (call) => {
        const effect = start.apply(call)
        return { ...effect, resources: effect.resources.map((row) => ({ ...row, status: 'later' }) as never) }
      },
    }
    const spoiling = await depsOn(store, broken)
    await assert.rejects(performOperation(spoiling, asked(id, { ifMatch: [version] })), {
      code: 'RESOURCE_INVALID',
    })
    const wrong = { resourceType: 'Parameters', parameter: [{ name: 'medicine', valueString: 7 }] }
    await assert.rejects(
      performOperation(deps, asked(id, { ifMatch: [version], parameters: wrong as never })),
      { code: 'RESOURCE_INVALID' },
    )
    assert.equal((await store.currentList(personId(id)))!.version, version)
    assert.equal((await store.messages({ channel: 'fhir', limit: 5 })).length, 1)
    assert.equal(entriesOf((await performOperation(deps, asked(id, { ifMatch: [version] }))).text), 1)
  })

  it('names what it is about: an unknown resource or operation is not found', async () => {
    const { deps, id, version } = await setUp()
    for (const wrong of [{ id: 'nobody' }, { operation: 'other' }])
      await assert.rejects(performOperation(deps, asked(id, { ifMatch: [version], ...wrong })), {
        code: 'NOT_FOUND',
      })
  })
})
