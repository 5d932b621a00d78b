import assert from 'node:assert/strict'
import type { MedicationRequest, ParametersParameter, Task } from 'fhir/r4.js'
import { once, prescription } from '../../support/list-acts.js'
import { type PersonInMemory, personInMemory, practitioner } from '../../support/person-in-memory.js'

describe('$answer-proposal', () => {
  let person: PersonInMemory
  const propose = (more: Partial<MedicationRequest>): Promise<string> =>
    person.write({ ...prescription(person, 'Prøvostatin 20 mg', 'C10AA01'), intent: 'proposal', ...more })
  const answer = (id: string, code: string, more: readonly ParametersParameter[] = []) =>
    person.operate('answer-proposal', `MedicationRequest/${id}`, [
      { name: 'author', valueReference: practitioner(1) },
      { name: 'answer', valueCode: code },
      ...more,
    ])
  const task = (id: string): Task =>
    person
      .resources()
      .find(
        (one) => one.resourceType === 'Task' && one.focus?.reference === `MedicationRequest/${id}`,
      ) as Task
  const why = { name: 'reason', valueString: 'får det alt' }

  beforeEach(async function () {
    this.timeout(60_000)
    person = await personInMemory('2026-03-02T09:00:00.000Z')
    await person.write(prescription(person, 'Prøvopril 5 mg', 'C09AA02'))
  })

  it('is no line until somebody accepts it, and waits as a Task', async () => {
    const id = await propose({})
    assert.equal(person.lines().length, 1)
    assert.equal(task(id).status, 'requested')
    const answered = (await answer(id, 'accept')) as Task
    assert.equal(answered.id, task(id).id)
    assert.equal(answered.status, 'completed')
    const line = person.line('statin')
    assert.equal(line.status, 'active')
    assert.equal(line.dosage?.[0]?.text, '1 tablett morgen')
    assert.equal(line.informationSource?.display, 'Lege 1')
    const decision = person
      .resources()
      .find(({ id: one }) => answered.output?.[0]?.valueReference?.reference === `MedicationStatement/${one}`)
    assert.ok(decision?.resourceType === 'MedicationStatement')
    assert.equal(decision.basedOn?.[0]?.reference, `MedicationRequest/${id}`)
    await assert.rejects(answer(id, 'reject', [why]), { code: 'STATE_CONFLICT' })
  })

  it('changes the line that it names, with the proposed dosage or another', async () => {
    const line = person.line('pril')
    const about = { supportingInformation: [{ reference: `MedicationStatement/${line.id}` }] }
    const first = await propose({ ...about, dosageInstruction: [once('EVE', 2)] })
    await answer(first, 'accept')
    assert.equal(person.line('pril').dosage?.[0]?.text, '2 tabletter kveld')
    assert.equal(person.line('pril').id, line.id)
    const second = await propose({ ...about, dosageInstruction: [once('EVE', 4)] })
    await assert.rejects(answer(second, 'modify'), { code: 'RESOURCE_INVALID' })
    await answer(second, 'modify', [{ name: 'dosage', valueDosage: once('EVE', 3) }])
    assert.equal(person.line('pril').dosage?.[0]?.text, '3 tabletter kveld')
    assert.equal(task(second).output?.[0]?.type.coding?.[0]?.code, 'modify')
  })

  it('stops the line where it says not to give it', async () => {
    const stop = {
      doNotPerform: true,
      supportingInformation: [{ reference: `MedicationStatement/${person.line('pril').id}` }],
    }
    const without = await propose(stop)
    await assert.rejects(answer(without, 'accept'), { code: 'RESOURCE_INVALID' })
    const id = await propose({ ...stop, reasonCode: [{ text: 'hoste' }] })
    await answer(id, 'accept')
    assert.equal(person.lines().length, 0)
  })

  it('is rejected with a reason, and changes nothing', async () => {
    const id = await propose({})
    await assert.rejects(answer(id, 'reject'), { code: 'RESOURCE_INVALID' })
    await answer(id, 'reject', [why])
    assert.equal(task(id).status, 'rejected')
    assert.equal(task(id).statusReason?.text, 'får det alt')
    assert.equal(person.lines().length, 1)
  })

  it('refuses what is no proposal', async () => {
    const order = person.resources().find(({ resourceType }) => resourceType === 'MedicationRequest')
    await assert.rejects(answer(order?.id ?? '', 'accept'), { code: 'NOT_FOUND' })
  })
})
