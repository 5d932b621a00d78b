import assert from 'node:assert/strict'
import type { MedicationRequest, ParametersParameter } from 'fhir/r4.js'
import { ATC, codeSystemUrl, extensionUrl, sidUrl } from '../../../src/core/canonical.js'
import { decision, once, prescription, reason } from '../../support/list-acts.js'
import { type PersonInMemory, personInMemory, practitioner } from '../../support/person-in-memory.js'

const DOCTOR = practitioner(1)

describe('$reconcile', () => {
  let person: PersonInMemory
  const reconcile = (
    decisions: readonly ParametersParameter[],
    {
      author = DOCTOR,
      fingerprint = person.fingerprint(),
      ifMatch,
      scope = 'full',
    }: { author?: typeof DOCTOR; fingerprint?: string; ifMatch?: number; scope?: string } = {},
  ) =>
    person.operate(
      'reconcile',
      `List/${person.list().id}`,
      [
        { name: 'author', valueReference: author },
        { name: 'sourceFingerprint', valueString: fingerprint },
        { name: 'scope', valueCode: scope },
        ...decisions,
      ],
      ...(ifMatch === undefined ? [] : [ifMatch]),
    )
  const line = (name: string) => person.line(name)

  beforeEach(async function () {
    this.timeout(60_000)
    person = await personInMemory('2026-03-02T09:00:00.000Z')
    await person.write(prescription(person, 'Prøvostatin 20 mg', 'C10AA01', [once('EVE')]))
    await person.write(prescription(person, 'Prøvopril 5 mg', 'C09AA02'))
    person.now += 86_400_000
  })

  it('takes a decision for each line, and gives the list that follows', async () => {
    const before = Number(person.list().meta!.versionId)
    const statin = line('statin')
    const pril = line('pril')
    const list = await reconcile([
      decision('continue', statin.id),
      decision('stop', pril.id, { reason: reason('hoste') }),
      decision('start', undefined, {
        medication: {
          valueCodeableConcept: { text: 'Prøvosartan 50 mg', coding: [{ system: ATC, code: 'C09CA01' }] },
        },
        dosage: { valueDosage: once('MORN') },
        indication: { valueCodeableConcept: { text: 'høyt blodtrykk' } },
      }),
    ])
    assert.equal(list.meta?.versionId, String(before + 1))
    assert.equal(list.resourceType, 'List')
    assert.deepEqual(
      person
        .lines()
        .map(({ medicationCodeableConcept, status }) => [medicationCodeableConcept?.text, status]),
      [
        ['Prøvosartan 50 mg', 'active'],
        ['Prøvostatin 20 mg', 'active'],
      ],
    )
    assert.equal(line('sartan').dosage?.[0]?.text, '1 tablett morgen')
    const stopped = person.resources().find(({ id }) => id === pril.id)
    assert.ok(stopped?.resourceType === 'MedicationStatement')
    assert.equal(stopped.status, 'stopped')
    assert.equal(stopped.statusReason?.[0]?.text, 'hoste')
    assert.equal(line('statin').id, statin.id, 'a line keeps its id')
    assert.equal(line('statin').dosage?.[0]?.text, '1 tablett kveld')
  })

  it('is refused with 422 when a line lacks a decision, and leaves the list as it was', async () => {
    const version = person.list().meta!.versionId
    await assert.rejects(reconcile([decision('continue', line('statin').id)]), (error: never) => {
      const { code, issues } = error as { code: string; issues: { at: string }[] }
      assert.equal(code, 'RESOURCE_INVALID')
      assert.deepEqual(
        issues.map(({ at }) => at),
        [`MedicationStatement/${line('pril').id}`],
      )
      return true
    })
    assert.equal(person.list().meta!.versionId, version)
    await reconcile([decision('continue', line('statin').id)], { scope: 'partial' })
  })

  it('is refused with 412 on another version and with 409 when a fact moved, naming it', async () => {
    const fingerprint = person.fingerprint()
    const version = Number(person.list().meta!.versionId)
    const stored = person.resources().find((one) => one.resourceType === 'MedicationRequest')!
    await person.update({ ...(stored as MedicationRequest), note: [{ text: 'ring ved spørsmål' }] })
    const decisions = [decision('continue', line('statin').id), decision('continue', line('pril').id)]
    await assert.rejects(reconcile(decisions, { ifMatch: version }), { code: 'VERSION_STALE' })
    await assert.rejects(reconcile(decisions, { fingerprint }), (error: never) => {
      const { code, issues } = error as { code: string; issues: { at: string }[] }
      assert.equal(code, 'STATE_CONFLICT')
      assert.deepEqual(
        issues.map(({ at }) => at),
        [`MedicationRequest/${stored.id}`],
      )
      return true
    })
    await reconcile(decisions)
  })

  it('refuses what no transition allows, two decisions on one line, and a stop without a reason', async () => {
    const id = line('pril').id
    for (const wrong of [
      [decision('resume', id)],
      [decision('stop', id)],
      [decision('hold', id, { reason: reason('operasjon') })],
      [decision('change', id)],
      [decision('start', id, { dosage: { valueDosage: once('MORN') } })],
      [decision('continue', id), decision('continue', id)],
    ])
      await assert.rejects(reconcile(wrong, { scope: 'partial' }), { code: 'RESOURCE_INVALID' })
    await assert.rejects(reconcile([decision('continue', 'nobody')], { scope: 'partial' }), {
      code: 'REFERENCE_UNKNOWN',
    })
  })

  it('holds until a day and is resumed by time only where that was decided', async () => {
    const until = '2026-03-10T08:00:00+01:00'
    const hold = (name: string, autoResume: boolean) =>
      decision('hold', line(name).id, {
        reason: reason('før operasjon'),
        until: { valueDateTime: until },
        autoResume: { valueBoolean: autoResume },
      })
    await reconcile([hold('statin', true), hold('pril', false)])
    assert.deepEqual(
      person.lines().map(({ status }) => status),
      ['on-hold', 'on-hold'],
    )
    person.pass(Date.parse(until) - person.now)
    assert.equal(line('statin').status, 'active')
    assert.equal(line('statin').dosage?.[0]?.text, '1 tablett kveld')
    assert.equal(line('pril').status, 'on-hold')
    await reconcile([decision('resume', line('pril').id)], { scope: 'partial' })
    assert.equal(line('pril').status, 'active')
    assert.equal(line('pril').dosage?.[0]?.text, '1 tablett morgen')
  })

  it('changes the dose from then on, and stops what was continued before', async () => {
    await reconcile([decision('continue', line('statin').id), decision('continue', line('pril').id)])
    await reconcile([decision('change', line('pril').id, { dosage: { valueDosage: once('MORN', 2) } })], {
      scope: 'partial',
      author: practitioner(3),
    })
    assert.equal(line('pril').dosage?.[0]?.text, '2 tabletter morgen')
    assert.equal(line('pril').informationSource?.display, 'Lege 3')
    await reconcile([decision('stop', line('pril').id, { reason: reason('svimmel') })], { scope: 'partial' })
    assert.equal(line('pril'), undefined)
  })

  it('leaves what is given by a clinic given by the clinic', async () => {
    const byClinic = { coding: [{ system: codeSystemUrl('medlist-category'), code: 'admin-by-clinic' }] }
    await person.write({
      ...prescription(person, 'Prøvodepot 100 mg', 'N05AX13'),
      category: [byClinic],
    })
    assert.equal(line('depot').category?.coding?.[0]?.code, 'admin-by-clinic')
    for (const kind of ['continue', 'change']) {
      await reconcile([decision(kind, line('depot').id, { dosage: { valueDosage: once('MORN', 2) } })], {
        scope: 'partial',
      })
      assert.equal(line('depot').category?.coding?.[0]?.code, 'admin-by-clinic', kind)
    }
  })

  it('keeps what a source decided otherwise about a continued line: words, start, planned end', async () => {
    const before = person.line('statin')
    const { dosage, effectivePeriod, identifier, category } = before
    await reconcile([decision('continue', before.id)], { scope: 'partial' })
    const after = person.line('statin')
    assert.deepEqual(
      {
        dosage: after.dosage,
        period: after.effectivePeriod,
        identifier: after.identifier,
        category: after.category,
      },
      { dosage, period: effectivePeriod, identifier, category },
    )
    const text = person
      .resources()
      .find(
        (one) =>
          one.resourceType === 'MedicationStatement' && one.identifier?.[0]?.system === sidUrl('decision'),
      )
    assert.ok(text?.resourceType === 'MedicationStatement')
    assert.equal(text.effectivePeriod, undefined, 'a start that nobody stated is not made up')
    assert.equal(
      text.extension?.find(({ url }) => url === extensionUrl('decided-on-list'))?.valueReference?.type,
      'List',
    )
  })

  it('makes a line of what was only supplied, on the decision that states its dosage', async () => {
    await person.write({
      resourceType: 'MedicationDispense',
      status: 'completed',
      subject: { reference: person.patientRef },
      medicationCodeableConcept: { text: 'Prøvocillin 660 mg', coding: [{ system: ATC, code: 'J01CE02' }] },
      whenHandedOver: new Date(person.now).toISOString(),
    })
    const provisional = line('cillin')
    assert.equal(provisional.status, 'unknown')
    await assert.rejects(reconcile([decision('continue', provisional.id)], { scope: 'partial' }), {
      code: 'RESOURCE_INVALID',
    })
    const dosage = { valueDosage: once('EVE') }
    await reconcile([decision('continue', provisional.id, { dosage })], { scope: 'partial' })
    assert.deepEqual(
      [line('cillin').id, line('cillin').status, line('cillin').dosage?.[0]?.text],
      [provisional.id, 'active', '1 tablett kveld'],
    )
  })

  it('starts a stopped line anew on the same line, and a course that ends by time', async () => {
    const { id } = line('pril')
    await reconcile([decision('stop', id, { reason: reason('hoste') })], { scope: 'partial' })
    person.pass(30 * 86_400_000)
    assert.equal(line('pril'), undefined)
    const again = decision('start', id, {
      dosage: { valueDosage: once('MORN', 2) },
      until: { valueDateTime: '2026-04-10' },
    })
    await reconcile([again], { scope: 'partial' })
    assert.deepEqual(
      [
        line('pril').id,
        line('pril').status,
        line('pril').dosage?.[0]?.text,
        line('pril').effectivePeriod?.end,
      ],
      [id, 'active', '2 tabletter morgen', '2026-04-10'],
    )
    person.pass(Date.parse('2026-04-10T22:00:00Z') - person.now)
    assert.equal(line('pril'), undefined, 'its last day is over')
  })

  it('says on the list who decided last', async () => {
    assert.equal(person.list().source?.display, 'Lege 2')
    await reconcile([decision('continue', line('statin').id)], { scope: 'partial' })
    assert.equal(person.list().source?.display, 'Lege 1')
  })

  it('takes a row that a client writes with the id of a line as a decision on that line (K0)', async () => {
    const { id } = line('statin')
    await person.write({
      resourceType: 'MedicationStatement',
      identifier: [
        { system: 'urn:test:row', value: '1' },
        { system: sidUrl('line'), value: id! },
      ],
      status: 'active',
      subject: { reference: person.patientRef },
      dateAsserted: new Date(person.now).toISOString(),
      informationSource: DOCTOR,
      medicationCodeableConcept: { text: 'Statin, den vanlige' },
      dosage: [once('EVE', 2)],
    })
    assert.equal(person.lines().length, 2)
    assert.deepEqual([line('vanlige').id, line('vanlige').dosage?.[0]?.text], [id, '2 tabletter kveld'])
    person.pass(1)
    assert.equal(line('vanlige').id, id)
  })

  it('tells what a patient may not decide', async () => {
    const author = { ...DOCTOR, type: 'Patient' }
    await assert.rejects(
      reconcile([decision('stop', line('pril').id, { reason: reason('vil ikke') })], {
        author,
        scope: 'partial',
      }),
      { code: 'RESOURCE_INVALID' },
    )
    await reconcile(
      [
        decision('start', undefined, {
          medication: { valueCodeableConcept: { text: 'Tran' } },
          dosage: { valueDosage: { text: '1 skje om dagen' } },
        }),
      ],
      { author, scope: 'partial' },
    )
    assert.equal(line('Tran').category?.coding?.[0]?.code, 'self')
  })
})
