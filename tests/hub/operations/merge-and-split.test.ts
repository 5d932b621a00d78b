import assert from 'node:assert/strict'
import type { MedicationRequest, ParametersParameter } from 'fhir/r4.js'
import { decision, once, prescription, reason } from '../../support/list-acts.js'
import { type PersonInMemory, personInMemory, practitioner } from '../../support/person-in-memory.js'

describe('merge and split by the holder', () => {
  let person: PersonInMemory
  let first: string
  let second: string
  const act = (operation: string, parameter: readonly ParametersParameter[]) =>
    person.operate(operation, `List/${person.list().id}`, [
      { name: 'author', valueReference: practitioner(1) },
      ...parameter,
    ])
  const merge = (line: string, other: string, amount = 1) =>
    act('merge-lines', [
      { name: 'line', valueId: line },
      { name: 'other', valueId: other },
      { name: 'dosage', valueDosage: once('MORN', amount) },
    ])
  const split = (line: string, ...facts: string[]) =>
    act('split-line', [
      { name: 'line', valueId: line },
      ...facts.map((reference) => ({ name: 'fact', valueReference: { reference } })),
    ])
  const names = () => person.lines().map(({ medicationCodeableConcept }) => medicationCodeableConcept?.text)
  const ids = () => person.lines().map(({ id }) => id!)
  const stored = (id: string) =>
    person
      .resources()
      .find((one) => one.resourceType === 'MedicationRequest' && one.id === id) as MedicationRequest

  beforeEach(async function () {
    this.timeout(60_000)
    person = await personInMemory('2026-03-02T09:00:00.000Z')
    first = await person.write(prescription(person, 'Prøvopril 5 mg', 'C09AA02'))
    second = await person.write(prescription(person, 'Prøvopril 10 mg', 'C09AA02', [once('EVE')]))
  })

  it('makes one line of two, with the dose that was stated, and shows the other as merged once', async () => {
    const [line, other] = [person.line(' 10 mg').id!, person.line(' 5 mg').id!]
    await merge(line, other, 2)
    assert.deepEqual(ids(), [line], 'the line that was named goes on')
    assert.equal(person.lines()[0]?.dosage?.[0]?.text, '2 tabletter morgen')
    const gone = person.resources().find(({ id }) => id === other)
    assert.ok(gone?.resourceType === 'MedicationStatement')
    assert.equal(gone.status, 'completed')
    assert.equal(gone.partOf?.[0]?.reference, `MedicationStatement/${line}`)
    assert.ok(!person.open().includes('duplicate-substance'))
  })

  it('merges what shares no substance, since a person beats the keys', async () => {
    await person.write(prescription(person, 'Prøvolol 50 mg', 'C07AB02'))
    await merge(person.line('olol').id!, person.line(' 5 mg').id!)
    assert.equal(names().length, 2)
  })

  it('survives that the facts come in again, and is undone by a new act only', async () => {
    const [line, other] = [person.line(' 5 mg').id!, person.line(' 10 mg').id!]
    await merge(line, other)
    for (const id of [first, second])
      await person.update({ ...stored(id), note: [{ text: 'kom en gang til' }] })
    assert.deepEqual(ids(), [line])
    await split(line, `MedicationRequest/${second}`)
    assert.equal(ids().length, 2)
    assert.ok(ids().includes(line), 'what stays keeps its id')
    assert.equal(person.line(' 10 mg').dosage?.[0]?.text, '1 tablett kveld')
    await person.update({ ...stored(second), note: [{ text: 'og enda en' }] })
    assert.equal(ids().length, 2)
    await merge(line, person.line(' 10 mg').id!)
    assert.deepEqual(ids(), [line])
  })

  it('parts what a source has linked, with what was supplied on each', async () => {
    const third = await person.write({
      ...prescription(person, 'Prøvostatin 20 mg', 'C10AA01'),
      identifier: [{ system: 'urn:test:prescription', value: '3' }],
    })
    const fourth = await person.write({
      ...prescription(person, 'Prøvostatin 40 mg', 'C10AA01', [once('EVE')]),
      priorPrescription: { reference: `MedicationRequest/${third}` },
    })
    const before = person.line('statin')
    await person.operate('reconcile', `List/${person.list().id}`, [
      { name: 'author', valueReference: practitioner(1) },
      { name: 'sourceFingerprint', valueString: person.fingerprint() },
      { name: 'scope', valueCode: 'partial' },
      decision('continue', before.id),
    ])
    await split(before.id!, `MedicationRequest/${fourth}`)
    const statins = person
      .lines()
      .filter(({ medicationCodeableConcept }) => medicationCodeableConcept?.text?.includes('statin'))
    assert.equal(statins.length, 2)
    await person.write({
      resourceType: 'MedicationDispense',
      status: 'completed',
      subject: { reference: person.patientRef },
      medicationCodeableConcept: prescription(person, 'Prøvostatin 40 mg', 'C10AA01')
        .medicationCodeableConcept!,
      authorizingPrescription: [{ reference: `MedicationRequest/${fourth}` }],
      whenHandedOver: new Date(person.now).toISOString(),
    })
    const supplied = person
      .lines()
      .filter(({ derivedFrom }) =>
        derivedFrom?.some(({ reference }) => reference?.startsWith('MedicationDispense/')),
      )
    assert.deepEqual(
      supplied.map(({ derivedFrom }) => derivedFrom?.map(({ reference }) => reference?.split('/')[0]).sort()),
      [['MedicationDispense', 'MedicationRequest']],
    )
    assert.notEqual(supplied[0]?.id, before.id)
  })

  it('refuses a merge with itself or with what is over, and a split that leaves nothing or names another’s fact', async () => {
    const [line, other] = [person.line(' 5 mg').id!, person.line(' 10 mg').id!]
    const refused = { code: 'RESOURCE_INVALID' }
    await assert.rejects(merge(line, line), refused)
    await assert.rejects(split(line, `MedicationRequest/${first}`), refused)
    await assert.rejects(split(line, `MedicationRequest/${second}`), refused)
    await person.operate('reconcile', `List/${person.list().id}`, [
      { name: 'author', valueReference: practitioner(1) },
      { name: 'sourceFingerprint', valueString: person.fingerprint() },
      { name: 'scope', valueCode: 'partial' },
      decision('stop', other, { reason: reason('dobbelt') }),
    ])
    await assert.rejects(merge(line, other), refused)
  })
})
