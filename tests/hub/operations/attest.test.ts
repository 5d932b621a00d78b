import assert from 'node:assert/strict'
import type { DomainResource, Extension, ParametersParameter } from 'fhir/r4.js'
import { sidUrl } from '../../../src/core/canonical.js'
import { attest, continueAll, decision, once, prescription, reason } from '../../support/list-acts.js'
import { type PersonInMemory, personInMemory, practitioner } from '../../support/person-in-memory.js'

const DAY_MS = 86_400_000
const REFUSED = { code: 'RESOURCE_INVALID' }

/** Parts of the badge by name. */
function badgeOf(resource: DomainResource | undefined): Record<string, unknown> {
  const badge = resource?.extension?.find(({ url }) => url.endsWith('/StructureDefinition/attestation'))
  const value = ({ url, ...rest }: Extension) => [url, Object.values(rest)[0]]
  return Object.fromEntries((badge?.extension ?? []).map(value))
}

describe('$attest', () => {
  let person: PersonInMemory
  const setUp = async () => {
    await person.write(prescription(person, 'Prøvostatin 20 mg', 'C10AA01', [once('EVE')]))
    await person.write(prescription(person, 'Prøvopril 5 mg', 'C09AA02'))
    await continueAll(person, 1)
  }
  const badges = () => person.lines().map((line) => badgeOf(line)['state'])

  /** Open high discrepancies, each seen. */
  const allNoted = (): ParametersParameter[] =>
    person
      .issues()
      .filter(({ severity, status }) => status === 'preliminary' && severity === 'high')
      .map(({ id }) => ({
        name: 'issue',
        part: [
          { name: 'issue', valueId: id! },
          { name: 'kind', valueCode: 'noted' },
        ],
      }))

  beforeEach(async function () {
    this.timeout(60_000)
    person = await personInMemory('2026-03-02T09:00:00.000Z')
  })

  it('puts a badge on the list and on each line: which version, who and when', async () => {
    await setUp()
    assert.deepEqual(badgeOf(person.list()), { state: 'never' })
    const version = Number(person.list().meta!.versionId)
    await attest(person, 1)
    const badge = badgeOf(person.list())
    assert.deepEqual([badge['state'], badge['version']], ['attested', version])
    assert.equal((badge['who'] as { display: string }).display, 'Lege 1')
    assert.deepEqual(badges(), ['attested', 'attested'])
    await attest(person, 1)
    assert.deepEqual(
      person.list().entry?.map(({ flag }) => flag?.coding?.[0]?.code),
      ['unchanged', 'unchanged'],
      'attesting changes no line',
    )
  })

  it('makes who attests first the holder of the list', async () => {
    await setUp()
    assert.ok(person.open().includes('prescribed-not-on-list'))
    await attest(person, 1)
    assert.ok(!person.open().includes('prescribed-not-on-list'), 'the holder has decided on both')
  })

  it('ends for a line that is edited, and for no other', async () => {
    await setUp()
    await attest(person, 1)
    const id = person.line('pril').id!
    await person.operate('reconcile', `List/${person.list().id}`, [
      { name: 'author', valueReference: practitioner(1) },
      { name: 'sourceFingerprint', valueString: person.fingerprint() },
      { name: 'scope', valueCode: 'partial' },
      decision('change', id, { dosage: { valueDosage: once('MORN', 2) } }),
    ])
    assert.equal(badgeOf(person.line('pril'))['state'], 'changed-since')
    assert.equal(badgeOf(person.line('statin'))['state'], 'attested')
    const badge = badgeOf(person.list())
    assert.deepEqual([badge['state'], badge['changed']], ['changed-since', 1])
    await attest(person, 1, { scope: 'lines' }, [{ name: 'line', valueId: id }])
    assert.deepEqual(badgeOf(person.list())['state'], 'attested')
    await continueAll(person, 2)
    assert.deepEqual(badges(), ['attested', 'attested'], 'a continued line is as it was')
  })

  it('is partly where only lines were attested, and says nothing of lines for supply alone', async () => {
    await setUp()
    await attest(person, 1, { scope: 'supply-only', basis: 'home-visit' })
    assert.equal(badgeOf(person.list())['state'], 'never')
    await attest(person, 1, { scope: 'lines' }, [{ name: 'line', valueId: person.line('pril').id! }])
    assert.equal(badgeOf(person.list())['state'], 'partly')
  })

  it('is refused in full while a line or a high discrepancy is undecided', async () => {
    await setUp()
    await attest(person, 1)
    await person.write(prescription(person, 'Prøvopril 10 mg', 'C09AA02'))
    assert.equal(badgeOf(person.list())['changed'], 1)
    await assert.rejects(attest(person, 1), REFUSED)
    await continueAll(person, 1)
    const noted = allNoted()
    if (noted.length > 0) await assert.rejects(attest(person, 1), REFUSED)
    await attest(person, 1, {}, noted)
    assert.equal(badgeOf(person.list())['state'], 'attested')
  })

  it('takes "not mine" and "unknown" as decisions, of who says so', async () => {
    await person.write(prescription(person, 'Prøvopril 5 mg', 'C09AA02'))
    await assert.rejects(attest(person, 1), REFUSED)
    await person.operate('reconcile', `List/${person.list().id}`, [
      { name: 'author', valueReference: practitioner(1) },
      { name: 'sourceFingerprint', valueString: person.fingerprint() },
      decision('not-mine', person.line('pril').id),
    ])
    await assert.rejects(attest(person, 4), REFUSED)
    await attest(person, 1)
    assert.equal(badgeOf(person.list())['state'], 'attested')
  })

  it('worked example 15: a late stop is answered before the list is attested in full', async () => {
    await setUp()
    await attest(person, 1)
    person.now += 4 * DAY_MS
    const { id } = person.line('pril')
    await person.operate('reconcile', `List/${person.list().id}`, [
      { name: 'author', valueReference: practitioner(1) },
      { name: 'sourceFingerprint', valueString: person.fingerprint() },
      { name: 'scope', valueCode: 'partial' },
      decision('change', id, { dosage: { valueDosage: once('MORN', 2) } }),
    ])
    const stopped = new Date(person.now - 2 * DAY_MS).toISOString()
    await person.write({
      resourceType: 'MedicationStatement',
      identifier: [
        { system: 'urn:test:ward', value: '1' },
        { system: sidUrl('line'), value: id! },
      ],
      status: 'stopped',
      subject: { reference: person.patientRef },
      dateAsserted: stopped,
      effectivePeriod: { end: stopped },
      informationSource: practitioner(3),
      medicationCodeableConcept: { text: 'Prøvopril 5 mg' },
    })
    assert.equal(person.line('pril').status, 'active', 'the present is as it was')
    assert.ok(person.open().includes('late-decision'))
    await assert.rejects(attest(person, 1, {}, allNoted()), REFUSED, 'seen is no answer')
    await continueAll(person, 1)
    assert.ok(!person.open().includes('late-decision'))
    await attest(person, 1, {}, allNoted())
    assert.equal(badgeOf(person.list())['state'], 'attested')
  })

  it('demands a person and a basis', async () => {
    await setUp()
    await assert.rejects(attest(person, 1, { basis: 'guess' }), REFUSED)
    const who = { ...practitioner(1), type: 'Organization' }
    await assert.rejects(
      person.operate('attest', `List/${person.list().id}`, [
        { name: 'author', valueReference: who },
        { name: 'basis', valueCode: 'patient-asked' },
      ]),
      REFUSED,
    )
  })

  it('worked example 14: nilknown broken', async () => {
    const none = [{ name: 'usesNoMedicines', valueBoolean: true }]
    const emptyReason = () => person.list().emptyReason?.coding?.[0]?.code
    assert.equal(emptyReason(), 'notstarted')
    await assert.rejects(attest(person, 1), REFUSED)
    await assert.rejects(attest(person, 1, { basis: 'records-only' }, none), REFUSED)
    await attest(person, 1, {}, none)
    assert.equal(emptyReason(), 'nilknown')
    assert.deepEqual(
      [badgeOf(person.list())['state'], badgeOf(person.list())['usesNone']],
      ['attested', true],
    )
    person.now += DAY_MS
    await person.write(prescription(person, 'Prøvocillin 500 mg', 'J01CA04'))
    assert.equal(emptyReason(), undefined)
    assert.equal(badgeOf(person.list())['contradicted'], true)
    const [line] = person.lines()
    assert.equal(line?.status, 'active')
    assert.ok(line.extension?.some(({ url }) => url.endsWith('/not-confirmed')))
    assert.deepEqual(person.open(), ['prescribed-not-on-list'])
    await assert.rejects(attest(person, 1, {}, none), REFUSED)
    await person.operate('reconcile', `List/${person.list().id}`, [
      { name: 'author', valueReference: practitioner(1) },
      { name: 'sourceFingerprint', valueString: person.fingerprint() },
      decision('stop', line.id, { reason: reason('kuren er over') }),
    ])
    person.pass(DAY_MS)
    await person.write(prescription(person, 'Prøvopril 5 mg', 'C09AA02'))
    assert.notEqual(emptyReason(), 'nilknown', 'what was used since is not forgotten')
  })

  it('stale-attestation: after 14 days with a change, and after twelve months', async () => {
    await setUp()
    await attest(person, 1)
    person.pass(15 * DAY_MS)
    assert.ok(!person.open().includes('stale-attestation'))
    await person.write(prescription(person, 'Prøvometa 500 mg', 'A10BA02'))
    const stale = () => person.issues().find(({ code }) => code?.coding?.[0]?.code === 'stale-attestation')
    assert.deepEqual([stale()?.status, stale()?.severity], ['preliminary', 'low'])
    assert.match(stale()?.detail ?? '', /sist bekreftet 02\.03\.2026; én linje er endret siden/)
    person.pass(351 * DAY_MS)
    assert.equal(stale()?.severity, 'moderate')
    await continueAll(person, 1)
    await attest(person, 1, {}, allNoted())
    assert.equal(stale()?.status, 'final')
  })
})
