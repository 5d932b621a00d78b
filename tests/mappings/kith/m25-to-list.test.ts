import assert from 'node:assert/strict'
import { extensionUrl, HPR } from '../../../src/core/canonical.js'
import { ENTRY_ID, type EntryFixture, M251_ID, MSG_ID, m251 } from '../../support/kith-fixtures.js'
import { sykehuslege } from '../../support/kith-people.js'
import { ibuprofen, metoprolol, onceDaily } from '../../support/kith-prescribed.js'
import { all, extension, lost, only, RECEIVED_AT, run } from '../../support/kith-run.js'
import { validateR4 } from '../../support/r4-validator.js'

before(function () {
  // The definitions are read at the first call.
  this.timeout(60_000)
  validateR4({ resourceType: 'Patient' })
})

const FK1 = 'http://www.kith.no/xmlstds/felleskomponent1'
const STATEMENT = 'MedicationStatement'
const entry = (more: Partial<EntryFixture> = {}): EntryFixture => ({
  id: ENTRY_ID,
  prescriptionId: MSG_ID,
  ...more,
})
const statement = (more: Partial<EntryFixture>, receivedAt = RECEIVED_AT) =>
  only(run(m251({ entries: [entry(more)] }), receivedAt), STATEMENT)
describe('M25.1 to List', () => {
  it('is a snapshot of one source, entries in order', () => {
    const second = 'a1b2c3d4-0000-4000-8000-00000000e002'
    const ran = run(
      m251({
        roles: ['L', 'F'],
        note: 'Prøveliste',
        locum: '2',
        refToParent: MSG_ID,
        entries: [entry(), entry({ id: second, medicallyChanged: true, medicine: onceDaily(ibuprofen) })],
      }),
    )
    const list = only(ran, 'List')
    assert.equal(`${list.mode} ${list.status}`, 'snapshot current')
    assert.equal(list.identifier?.[0]?.value, `urn:uuid:${M251_ID}`)
    assert.equal(list.code?.coding?.[0]?.code, 'M25.1')
    assert.equal(list.date, '2024-03-01T09:15:30.1234567+01:00')
    assert.equal(list.source?.identifier?.value, '9900017')
    assert.deepEqual(
      list.entry?.map(({ flag, item }) => [item.identifier?.value, flag?.coding?.[0]?.code]),
      [
        [`urn:uuid:${ENTRY_ID}`, undefined],
        [`urn:uuid:${second}`, 'changed'],
      ],
    )
    const roles = list.extension?.filter(({ url }) => url === extensionUrl('list-role'))
    assert.deepEqual(
      roles?.map((role) => role.extension?.[0]?.valueCodeableConcept?.coding?.[0]?.code),
      ['L', 'F'],
    )
    assert.equal(extension(list, 'based-on-message')?.valueIdentifier?.value, `urn:uuid:${MSG_ID}`)
    assert.equal(list.note?.[0]?.text, 'Prøveliste')
    assert.equal(ran.source.role, 'source-list')
    assert.deepEqual(lost(ran), [])
    for (const { resource } of ran.resources) assert.deepEqual(validateR4(resource), [])
  })

  it('names the multidose doctor for whom a locum sends it', () => {
    const role = (code: string, hpr: string) =>
      `<Rolle><Rolle V="${code}" DN="rolle"/><Helseperson><HprId><Id xmlns="${FK1}">${hpr}</Id><TypeId xmlns="${FK1}" V="HPR"/></HprId></Helseperson></Rolle>`
    const sent = (locum: string, hpr: string) =>
      run(
        m251({ locum, roles: ['L'] }).replace(
          '<EnkeltoppforingLIB>',
          `${role('M', hpr)}<EnkeltoppforingLIB>`,
        ),
      ).authorship.onBehalfOf
    assert.deepEqual(sent('1', '9900041'), {
      type: 'Practitioner',
      identifier: { system: HPR, value: '9900041' },
    })
    assert.equal(sent('2', '9900041')?.type, 'Organization')
    // The author needs nobody to speak for.
    assert.equal(sent('1', '9900017')?.type, 'Organization')
  })

  it('states no entry for a list without entries, and invents no reason', () => {
    const list = only(run(m251({ entries: [] })), 'List')
    assert.equal(list.entry, undefined)
    assert.equal(list.emptyReason, undefined)
  })
})

describe('M25.1 entry to MedicationStatement', () => {
  it('is identified by its PLL id first, then by its prescription', () => {
    const resource = statement({})
    assert.deepEqual(
      resource.identifier?.map(({ type, value }) => [type?.text, value]),
      [
        ['PLL', `urn:uuid:${ENTRY_ID}`],
        ['ReseptId', `urn:uuid:${MSG_ID}`],
      ],
    )
    assert.equal(resource.basedOn?.[0]?.identifier?.value, `urn:uuid:${MSG_ID}`)
    assert.equal(resource.status, 'active')
    assert.equal(resource.dateAsserted, '2024-03-01T09:15:00.123+01:00')
    assert.deepEqual(resource.effectivePeriod, { start: '2024-03-01' })
    assert.equal(resource.dosage?.[0]?.timing?.repeat?.when?.[0], 'MORN')
    assert.equal(resource.reasonCode?.[0]?.text, 'MOT PRØVE')
  })

  it('names the prescriber of the entry as its source, and adds that person', () => {
    const ran = run(m251({ entries: [entry({ doctor: sykehuslege })] }))
    assert.equal(only(ran, STATEMENT).informationSource?.identifier?.value, '9900025')
    assert.deepEqual(
      all(ran, 'Practitioner').map(({ identifier }) => identifier?.[0]?.value),
      ['9900017', '9900025'],
    )
  })

  it('is stopped from the stated moment on, and active until then', () => {
    const stop = { at: '2024-03-10T00:00:00', reason: 'A', note: 'ferdig' }
    const before = statement({ stop }, '2024-03-09T22:59:59.999Z')
    const from = statement({ stop }, '2024-03-09T23:00:00.000Z')
    assert.deepEqual([before.status, from.status], ['active', 'stopped'])
    for (const resource of [before, from]) {
      assert.deepEqual(resource.effectivePeriod, { start: '2024-03-01', end: '2024-03-10T00:00:00+01:00' })
      assert.equal(resource.statusReason?.[0]?.coding?.[0]?.code, 'A')
      assert.equal(extension(resource, 'status-date')?.valueDateTime, '2024-03-10T00:00:00+01:00')
      assert.deepEqual(resource.note, [{ time: '2024-03-10T00:00:00+01:00', text: 'ferdig' }])
      assert.deepEqual(validateR4(resource), [])
    }
  })

  it('keeps a start that lies after the stop, outside the period', () => {
    const resource = statement({ started: '2024-03-01', stop: { at: '2024-02-20T12:00:00', reason: 'X' } })
    assert.deepEqual(resource.effectivePeriod, { end: '2024-02-20T12:00:00+01:00' })
    assert.equal(extension(resource, 'stated-start')?.valueDate, '2024-03-01')
  })

  it('is based on no prescription when it needs none, in today’s code and the older one', () => {
    for (const type of ['U', 'F']) {
      const resource = statement({ type })
      assert.equal(resource.basedOn, undefined)
      assert.equal(extension(resource, 'prescription-type')?.valueCodeableConcept?.coding?.[0]?.code, type)
    }
  })

  it('lets the newer change win, whatever the order of arrival', () => {
    const order = (changed: string, genDate: string) =>
      run(m251({ genDate, entries: [entry({ changed })] })).resources.find(
        ({ resource }) => resource.resourceType === STATEMENT,
      )?.order ?? ''
    const older = order('2024-03-01T08:00:00+01:00', '2024-03-05T08:00:00+01:00')
    const newer = order('2024-03-01T07:30:00Z', '2024-03-02T08:00:00+01:00')
    const restated = order('2024-03-01T08:00:00', '2024-03-06T08:00:00+01:00')
    assert.ok(newer > older)
    assert.ok(restated > older)
  })

  it('is the same as the prescription that it repeats: medicine and dosage', () => {
    const resource = statement({ medicine: { ...onceDaily(metoprolol, '0.5'), use: '3' } })
    assert.equal(resource.dosage?.[0]?.asNeededBoolean, true)
    assert.equal(resource.dosage?.[0]?.doseAndRate?.[0]?.doseQuantity?.value, 0.5)
    assert.equal(resource.medicationReference?.reference, '#medication')
    assert.equal(extension(resource, 'repeats')?.valueInteger, 3)
  })
})

describe('M25.1 questions and allergies', () => {
  const question =
    '<Sporsmal><Kode V="3" S="2.16.578.1.12.4.1.1.7495" DN="Skal resepten fornyes"/><Merknad>Snart slutt</Merknad>' +
    '<Tidspunkt>2024-02-28T10:00:00+01:00</Tidspunkt><Stiller>8900003</Stiller><Mottaker>8900001</Mottaker>' +
    '<Svar><Kode V="5" S="2.16.578.1.12.4.1.1.7493" DN="Resept er fornyet"/><Merknad>Gjort</Merknad></Svar></Sporsmal>'

  it('gives question and answer as communications about the entry', () => {
    const ran = run(m251({ entries: [entry({ questions: question })] }))
    const [asked, answered] = all(ran, 'Communication')
    assert.equal(asked?.reasonCode?.[0]?.coding?.[0]?.code, '3')
    assert.equal(asked?.payload?.[0]?.contentString, 'Snart slutt')
    assert.equal(asked?.sent, '2024-02-28T10:00:00+01:00')
    assert.equal(asked?.sender?.identifier?.value, '8900003')
    assert.equal(asked?.about?.[0]?.identifier?.value, `urn:uuid:${ENTRY_ID}`)
    assert.equal(answered?.inResponseTo?.[0]?.identifier?.value, asked?.identifier?.[0]?.value)
    assert.equal(answered?.reasonCode?.[0]?.coding?.[0]?.code, '5')
    for (const one of [asked, answered]) assert.deepEqual(validateR4(one), [])
    assert.deepEqual(lost(ran), [])
  })

  const allergy = (refuted: string) =>
    '<Allergi xmlns="http://www.kith.no/xmlstds/eresept/ki/2013-04-25"><Reaksjon V="1" S="2.16.578.1.12.4.1.1.7497" DN="Anafylaktisk reaksjon"/>' +
    '<Kommentar>ved prøve</Kommentar><Oppdatert>2023-01-02T03:04:05</Oppdatert><Kilde V="3" S="2.16.578.1.12.4.1.1.7498"/>' +
    `<Legemiddelreaksjon><Atc V="J01CE02" S="2.16.578.1.12.4.1.1.7180" DN="Fenoksymetylpenicillin"/><Virkestoff>Penicillin</Virkestoff></Legemiddelreaksjon>${refuted}</Allergi>`

  it('gives an allergy with reaction, source and time', () => {
    const resource = only(run(m251({ allergies: allergy('') })), 'AllergyIntolerance')
    assert.equal(resource.code?.coding?.[0]?.code, 'J01CE02')
    assert.equal(resource.reaction?.[0]?.manifestation[0]?.coding?.[0]?.code, '1')
    assert.equal(resource.recordedDate, '2023-01-02T03:04:05+01:00')
    assert.equal(resource.clinicalStatus?.coding?.[0]?.code, 'active')
    assert.equal(resource.verificationStatus, undefined)
    assert.deepEqual(validateR4(resource), [])
  })

  it('marks a refuted allergy as refuted, under the same key', () => {
    const key = (refuted: string) =>
      run(m251({ allergies: allergy(refuted) })).resources.find(
        ({ resource }) => resource.resourceType === 'AllergyIntolerance',
      )?.key
    const refuted = '<Avkreftet>true</Avkreftet>'
    const resource = only(run(m251({ allergies: allergy(refuted) })), 'AllergyIntolerance')
    assert.equal(resource.verificationStatus?.coding?.[0]?.code, 'refuted')
    assert.equal(key(refuted), key(''))
  })
})
