import assert from 'node:assert/strict'
import type { DetectedIssue, ParametersParameter } from 'fhir/r4.js'
import { once, prescription } from '../../support/list-acts.js'
import { type PersonInMemory, personInMemory, practitioner } from '../../support/person-in-memory.js'

const DAY_MS = 86_400_000

describe('$decide-issue', () => {
  let person: PersonInMemory
  const issue = (code = 'duplicate-substance'): DetectedIssue =>
    person.issues().find((one) => one.code?.coding?.[0]?.code === code)!
  const decide = (kind: string, more: readonly ParametersParameter[] = []) =>
    person.operate('decide-issue', `DetectedIssue/${issue().id}`, [
      { name: 'author', valueReference: practitioner(1) },
      { name: 'kind', valueCode: kind },
      ...more,
    ])
  const why = { name: 'reason', valueString: 'to styrker med vilje' }
  const until = (valueDate: string) => ({ name: 'until', valueDate })
  const closing = (name: string) =>
    issue()
      .extension?.find(({ url }) => url.endsWith('/issue-closing'))
      ?.extension?.find(({ url }) => url === name)

  beforeEach(async function () {
    this.timeout(60_000)
    person = await personInMemory('2026-03-02T09:00:00.000Z')
    await person.write(prescription(person, 'Prøvopril 5 mg', 'C09AA02'))
    await person.write(prescription(person, 'Prøvopril 10 mg', 'C09AA02', [once('EVE')]))
  })

  it('accepts one with a reason, an author and a day until which it holds', async () => {
    const answer = await decide('accept', [why, until('2026-09-01')])
    assert.equal(answer.resourceType, 'DetectedIssue')
    assert.equal(issue().status, 'final')
    const [action] = issue().mitigation ?? []
    assert.equal(action?.action.coding?.[0]?.code, 'accept')
    assert.equal(action?.action.text, 'to styrker med vilje')
    assert.equal(action?.author?.display, 'Lege 1')
    assert.equal(closing('how')?.valueCode, 'accepted')
    assert.equal(closing('class')?.valueCode, 'intended-undocumented')
    const version = issue().meta!.versionId
    person.pass(DAY_MS)
    assert.equal(issue().meta!.versionId, version, 'it stays as it is while nothing changes')
  })

  it('opens again when its time is up', async () => {
    await decide('accept', [why, until('2026-03-10')])
    person.pass(Date.parse('2026-03-10T22:00:00Z') - person.now)
    assert.equal(issue().status, 'final')
    person.pass(Date.parse('2026-03-10T23:00:00Z') - person.now)
    assert.equal(issue().status, 'preliminary')
    assert.equal(issue().identifiedDateTime, '2026-03-10T23:00:00.000Z')
  })

  it('opens again when what its rule reads has changed', async () => {
    await decide('accept', [why, until('2026-09-01')])
    const stored = person
      .resources()
      .find(
        (one) => one.resourceType === 'MedicationRequest' && one.dosageInstruction?.[0]?.timing !== undefined,
      )
    assert.ok(stored?.resourceType === 'MedicationRequest')
    await person.update({ ...stored, note: [{ text: 'tas med vann' }] })
    assert.equal(issue().status, 'final', 'a remark is not read by the rule')
    await person.update({
      ...stored,
      medicationCodeableConcept: { ...stored.medicationCodeableConcept, text: 'Prøvopril 20 mg' },
    })
    assert.equal(issue().status, 'preliminary')
  })

  it('is cancelled when it was wrongly raised, and stays open when it was only seen', async () => {
    await decide('noted')
    assert.equal(issue().status, 'preliminary')
    assert.equal(issue().mitigation?.[0]?.action.coding?.[0]?.code, 'noted')
    await decide('error', [why])
    assert.equal(issue().status, 'cancelled')
    await assert.rejects(decide('noted'), { code: 'STATE_CONFLICT' })
  })

  it('refuses an acceptance without reason or end, and one of more than twelve months', async () => {
    for (const wrong of [
      [why],
      [until('2026-09-01')],
      [why, until('2027-03-03')],
      [why, until('2026-03-01')],
      [why, until('2026')],
    ])
      await assert.rejects(decide('accept', wrong), { code: 'RESOURCE_INVALID' })
    await decide('accept', [why, until('2027-03-02')])
  })

  it('says of one that closed by itself that it was resolved, and as what it counts', async () => {
    const pril = person
      .lines()
      .find(({ medicationCodeableConcept }) => medicationCodeableConcept?.text?.includes(' 10 '))
    const stored = person
      .resources()
      .find(
        (one) =>
          one.resourceType === 'MedicationRequest' && one.id === pril?.basedOn?.[0]?.reference?.split('/')[1],
      )
    assert.ok(stored?.resourceType === 'MedicationRequest')
    await person.update({ ...stored, status: 'entered-in-error' })
    assert.equal(issue().status, 'final')
    assert.equal(closing('how')?.valueCode, 'resolved')
    assert.equal(closing('class')?.valueCode, 'unintended')
  })

  it('has one Task for each that needs a person, which says whether it was seen and ends with it', async () => {
    const task = () =>
      person
        .resources()
        .find((one) => one.resourceType === 'Task' && one.focus?.reference === `DetectedIssue/${issue().id}`)
    const told = () => {
      const found = task()
      assert.ok(found?.resourceType === 'Task')
      return [found.status, found.priority, found.performerType?.[0]?.coding?.[0]?.code]
    }
    const owners = () =>
      issue().extension?.flatMap(({ url, valueCode }) => (url.endsWith('/owner-role') ? valueCode : []))
    assert.deepEqual(owners(), ['prescriber'], 'there is no holder yet')
    assert.deepEqual(told(), ['requested', 'routine', 'prescriber'])
    await decide('noted')
    assert.equal(told()[0], 'accepted')
    await decide('accept', [why, until('2026-09-01')])
    assert.equal(told()[0], 'completed')
    person.pass(Date.parse('2026-09-02T00:00:00Z') - person.now)
    assert.equal(issue().status, 'preliminary')
    assert.equal(told()[0], 'accepted', 'it was seen')
  })
})
