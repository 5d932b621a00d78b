import assert from 'node:assert/strict'
import type { Bundle, MedicationStatement } from 'fhir/r4.js'
import { personId } from '../../src/core/ids.js'
import { writeResource } from '../../src/hub/write-resource.js'
import { openReader } from '../support/as-of.js'
import { describeStores, someBackends } from '../support/backends.js'
import { testValidation } from '../support/validation.js'
import { openWorker } from '../support/worker.js'

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describeStores('what time alone changes', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  it('becomes a version from each instant at which it changed, without a reader, before what came later', async () => {
    const worker = await openWorker(current().store)
    const { db } = current()
    const write = (body: MedicationStatement | { resourceType: 'Patient' }) =>
      writeResource(worker.deps, { method: 'create', type: body.resourceType, body, clientId: 'gp' })
    const patient = await write({ resourceType: 'Patient' })
    const person = personId(patient.id)
    const starts = [1_500, 1_520].map((ms) => new Date(Date.now() + ms).toISOString())
    const planned = (start: string, name: string): MedicationStatement => ({
      resourceType: 'MedicationStatement',
      identifier: [{ system: 'urn:example:row', value: name }],
      status: 'intended',
      subject: { reference: `Patient/${person}` },
      medicationCodeableConcept: { text: name },
      effectivePeriod: { start },
    })
    for (const [index, start] of starts.entries()) await write(planned(start, `Legemiddel ${index}`))
    await wait(Math.max(0, Date.parse(starts[1] ?? '') - Date.now()) + 20)
    // A message that waits comes after both.
    await write(planned(new Date(Date.now() + 3_600_000).toISOString(), 'Legemiddel 2'))
    await worker.work()
    const { rows } = await db.query<{ valid_from: Date; created_at: Date }>(
      'select valid_from, created_at from list_version where person_id = $1 order by version desc limit 3',
      [person],
    )
    const [third, second, first] = rows
    assert.deepEqual(
      [first, second].map((one) => one?.valid_from.toISOString()),
      starts,
    )
    assert.ok((first?.created_at.getTime() ?? 0) > Date.parse(starts[1] ?? ''))
    assert.equal(third?.valid_from.getTime(), third?.created_at.getTime())
    const statuses = async (at: string) =>
      ((JSON.parse((await openReader(worker).asOf(person, { at })).body) as Bundle).entry ?? [])
        .flatMap(({ resource }) => (resource?.resourceType === 'MedicationStatement' ? [resource] : []))
        .map((line) => (line as MedicationStatement).status)
        .sort()
    const before = (at = '') => new Date(Date.parse(at) - 1).toISOString()
    assert.deepEqual(await statuses(before(starts[0])), ['intended', 'intended'])
    assert.deepEqual(await statuses(starts[0] ?? ''), ['active', 'intended'])
    assert.deepEqual(await statuses(before(starts[1])), ['active', 'intended'])
    assert.deepEqual(await statuses(starts[1] ?? ''), ['active', 'active'])
  })
})
