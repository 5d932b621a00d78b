import assert from 'node:assert/strict'
import type { FhirResource, Parameters } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { HubError } from '../../src/core/errors.js'
import { personId } from '../../src/core/ids.js'
import { readRollChain } from '../../src/hub/read-roll-chain.js'
import { writeResource } from '../../src/hub/write-resource.js'
import { assignDevice } from '../support/assigned-device.js'
import { describeStores, someBackends } from '../support/backends.js'
import { doseDispensed, doseTaken, rollLoaded } from '../support/device-fixtures.js'
import { inger } from '../support/kith-people.js'
import { testValidation } from '../support/validation.js'
import { openWorker } from '../support/worker.js'

describeStores('the roll from prescription to intake', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  it('is read from what clients and the dispenser said, down to the pouch', async () => {
    const { store } = current()
    const worker = await openWorker(store)
    await assignDevice(worker.deps, inger.id)
    const [person = personId('')] = await store.findPersons([
      { system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: inger.id },
    ])
    const medicine = {
      coding: [{ system: 'http://dmp.no/fhir/NamingSystem/festLegemiddelMerkevare', code: 'ID_1' }],
      text: 'Metoprolol 50 mg',
    }
    const create = (body: FhirResource) =>
      writeResource(worker.deps, { method: 'create', type: body.resourceType, body, clientId: 'test' })
    const dosage = [
      {
        timing: { repeat: { when: ['MORN' as const] } },
        doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
      },
    ]
    await create({
      resourceType: 'MedicationStatement',
      identifier: [{ system: 'urn:example:row', value: 'r-1' }],
      status: 'active',
      dateAsserted: '2026-01-10T09:00:00+01:00',
      medicationCodeableConcept: medicine,
      subject: { reference: `Patient/${person}` },
      dosage,
    })
    await create({
      resourceType: 'MedicationDispense',
      identifier: [
        { system: 'urn:example:pack', value: 'd-1' },
        { type: { text: 'roll' }, system: 'urn:example:packer', value: 'R-5' },
      ],
      status: 'completed',
      extension: [
        { url: extensionUrl('roll-period'), valuePeriod: { start: '2026-02-03', end: '2026-02-16' } },
      ],
      medicationCodeableConcept: medicine,
      subject: { reference: `Patient/${person}` },
      whenHandedOver: '2026-02-01T12:00:00+01:00',
      dosageInstruction: dosage,
    })
    for (const event of [rollLoaded(), doseDispensed(), doseTaken()]) {
      const { id } = await worker.receive('devices', JSON.stringify(event))
      await worker.work()
      assert.equal((await store.message(id))?.state, 'done')
    }
    const { products, config } = worker.deps.derive
    const read = (query: { roll?: string; day?: string }) =>
      readRollChain(
        { store, products, config, clock: () => Date.parse('2026-02-04T10:00:00Z') },
        person,
        query,
        'nb',
      )
    const steps = statesOf((await read({ roll: 'R-5', day: '2026-02-03' })) ?? { resourceType: 'Parameters' })
    assert.deepEqual(steps, [
      ['delivered', 'done'],
      ['loaded', 'done'],
      ['offered', 'done'],
      ['prescribed', 'active'],
      ['packed', 'done'],
      ['taken', 'taken'],
    ])
    await assert.rejects(
      read({ roll: 'R-6' }),
      (error) => error instanceof HubError && error.code === 'NOT_FOUND',
    )
    for (const day of ['i dag', '2026-02-31'])
      await assert.rejects(
        read({ day }),
        (error) => error instanceof HubError && error.code === 'QUERY_INVALID',
        day,
      )
  })
})

/** Each step with its state, in the order in which the answer has them. */
function statesOf({ parameter = [] }: Parameters): [string, string | undefined][] {
  return parameter.flatMap(({ name, part = [] }): [string, string | undefined][] => {
    const state = part.find((one) => one.name === 'state')?.valueCode
    const inner = statesOf({ resourceType: 'Parameters', parameter: part })
    return state === undefined ? inner : [[name, state], ...inner]
  })
}
