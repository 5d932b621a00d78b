import assert from 'node:assert/strict'
import type { Medication } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { MSG_ID, m1 } from '../../support/kith-fixtures.js'
import { sykehuslege } from '../../support/kith-people.js'
import { ibuprofen, type MedicineFixture, metoprolol, onceDaily } from '../../support/kith-prescribed.js'
import { all, extension, lost, only, run } from '../../support/kith-run.js'
import { validateR4 } from '../../support/r4-validator.js'

before(function () {
  // The definitions are read at the first call.
  this.timeout(60_000)
  validateR4({ resourceType: 'Patient' })
})

const REQUEST = 'MedicationRequest'
const request = (medicine: MedicineFixture) => only(run(m1({ medicine })), REQUEST)
describe('M1 to MedicationRequest', () => {
  it('is an active order, identified by the MsgId of the M1 as ReseptId', () => {
    const ran = run(m1({ refNr: '900000017', doctor: sykehuslege }))
    const resource = only(ran, REQUEST)
    assert.equal(`${resource.intent} ${resource.status}`, 'order active')
    assert.deepEqual(resource.identifier?.[0], {
      type: { text: 'ReseptId' },
      system: 'urn:ietf:rfc:3986',
      value: `urn:uuid:${MSG_ID}`,
    })
    assert.equal(resource.identifier?.[1]?.value, '900000017')
    assert.equal(
      ran.resources.find((one) => one.resource === resource)?.key,
      `urn:ietf:rfc:3986|urn:uuid:${MSG_ID}`,
    )
    assert.equal(resource.requester?.identifier?.value, '9900025')
    assert.equal(ran.authorship.onBehalfOf?.identifier?.value, '8900002')
    assert.deepEqual(ran.source, { key: 'eresept|8900002', role: 'prescriber', name: 'Testfjord sykehus' })
    assert.deepEqual(lost(ran), [])
    assert.deepEqual(validateR4(resource), [])
  })

  it('gives the department of a hospital as part of the hospital', () => {
    const organisations = all(run(m1({ doctor: sykehuslege })), 'Organization')
    assert.deepEqual(
      organisations.map(({ name, partOf }) => [name, partOf?.identifier?.value]),
      [
        ['Testfjord sykehus', undefined],
        ['Medisinsk avdeling', '8900002'],
      ],
    )
  })

  it('takes the clock time of the message when it was written that day, else the day alone', () => {
    const authored = (prescribed: string, genDate: string) =>
      only(run(m1({ prescribed, genDate })), REQUEST).authoredOn
    assert.equal(authored('2024-03-01+01:00', '2024-03-01T09:15:30.5+01:00'), '2024-03-01T09:15:30.5+01:00')
    assert.equal(authored('2024-03-01', '2024-02-29T23:30:00Z'), '2024-03-01T00:30:00+01:00')
    assert.equal(authored('2024-02-28', '2024-03-01T09:15:30+01:00'), '2024-02-28')
  })

  it('keeps leading zeros of item numbers and compares HPR numbers without them', () => {
    const ran = run(m1())
    const medication = only(ran, REQUEST).contained?.[0] as Medication
    assert.equal(medication.id, 'medication')
    assert.equal(only(ran, REQUEST).medicationReference?.reference, '#medication')
    assert.ok(
      medication.code?.coding?.some(
        ({ code, system }) => code === '004711' && system === 'http://ehelse.no/fhir/CodeSystem/FEST',
      ),
    )
    assert.ok(
      medication.code?.coding?.some(
        ({ code, system }) => code === 'C07AB02' && system === 'http://www.whocc.no/atc',
      ),
    )
    const practitioner = only(ran, 'Practitioner')
    assert.equal(practitioner.identifier?.[0]?.value, '9900017')
    assert.equal(extension(practitioner.identifier?.[0], 'original-text')?.valueString, '009900017')
  })

  it('states validity, repeats and amount', () => {
    const resource = only(
      run(
        m1({
          earliest: '2024-03-05',
          medicine: { ...onceDaily(metoprolol), packages: '2', amount: ['196', 'stk'] },
        }),
      ),
      REQUEST,
    )
    assert.deepEqual(resource.dispenseRequest?.validityPeriod, { start: '2024-03-05', end: '2025-03-01' })
    assert.equal(resource.dispenseRequest?.numberOfRepeatsAllowed, 3)
    assert.deepEqual(resource.dispenseRequest?.quantity, { value: 2, unit: 'pakning' })
    assert.deepEqual(extension(resource.dispenseRequest, 'dispense-amount')?.valueQuantity, {
      value: 196,
      unit: 'stk',
    })
  })

  it('forbids exchange only where the prescriber reserved against it', () => {
    assert.equal(request({ product: ibuprofen, noExchange: '1' }).substitution?.allowedBoolean, false)
    assert.equal(request({ product: ibuprofen, noExchange: '2' }).substitution?.allowedBoolean, true)
    assert.equal(request({ product: ibuprofen }).substitution, undefined)
  })

  it('gives indication and reimbursement diagnosis as reasons', () => {
    const reasons = request({
      product: ibuprofen,
      indication: 'MOT SMERTER',
      reasonCode: ['L88', '2.16.578.1.12.4.1.1.7170'],
    }).reasonCode
    assert.deepEqual(reasons, [
      { text: 'MOT SMERTER' },
      { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7170', code: 'L88', display: 'diagnose' }] },
    ])
  })

  it('leaves a second document that is no XML unopened', () => {
    const ran = run(m1({ attachment: 'ZXlKaGJHY2lPaUp0b2tlbg==' }))
    const attachment = ran.unmapped.find(({ at }) => at === 'MsgHead/Document[2]')
    assert.equal(attachment?.reason, 'administrative')
    assert.ok(!JSON.stringify(ran.resources).includes('ZXlK'))
  })

  it('keeps what the message repeats of the drug catalogue, under its own names', () => {
    const ran = run(m1({ medicine: { ...onceDaily(metoprolol), productXml: BRAND_WITH_DETAILS } }))
    const medication = only(ran, REQUEST).contained?.[0] as Medication
    assert.deepEqual(
      medication.extension
        ?.filter(({ url }) => url === extensionUrl('product-detail'))
        .map(({ extension: parts }) => [
          parts?.[0]?.valueString,
          parts?.[1]?.valueString ?? parts?.[1]?.valueCodeableConcept?.coding?.[0]?.code,
        ]),
      [
        ['AdministreringLegemiddel/Administrasjonsvei', '53'],
        ['ProduktInfo/Varseltrekant', 'true'],
      ],
    )
    assert.deepEqual(lost(ran), [])
  })

  it('notes what it does not know instead of dropping it', () => {
    const productXml = BRAND_WITH_DETAILS.replace('<Reseptgruppe V="C"/>', '<Reseptgruppe V="C" X="1"/>')
    assert.deepEqual(lost(run(m1({ medicine: { ...onceDaily(metoprolol), productXml } }))), [
      'no-element MsgHead/Document/RefDoc/Content/Resept/ReseptDokLegemiddel/Forskrivning/LegemiddelMerkevare/Reseptgruppe/@X',
    ])
  })

  it('maps a mixture to ingredients with strengths, amounts and dilution', () => {
    const resource = request({ ...onceDaily(metoprolol), productXml: MIXTURE })
    const medication = resource.contained?.[0] as Medication
    assert.equal(medication.code?.text, 'Prøvemikstur')
    assert.deepEqual(
      medication.ingredient?.map(({ itemCodeableConcept, strength }) => [
        itemCodeableConcept?.text,
        strength?.numerator,
        strength?.denominator,
      ]),
      [
        ['Prøvevann', undefined, undefined],
        [
          'Haloperidol',
          { value: 0.5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
          { value: 1, unit: 'ml', system: 'http://unitsofmeasure.org', code: 'mL' },
        ],
      ],
    )
    assert.equal(
      extension(medication.ingredient?.[0], 'ingredient-dilution')?.valueCodeableConcept?.coding?.[0]?.code,
      'ad',
    )
    assert.deepEqual(validateR4(resource), [])
  })
})

describe('M1 with merchandise to DeviceRequest', () => {
  it('is no MedicationRequest and has no dose', () => {
    const ran = run(m1({ merchandise: MERCHANDISE }))
    assert.deepEqual(all(ran, REQUEST), [])
    const resource = only(ran, 'DeviceRequest')
    assert.equal(resource.codeCodeableConcept?.coding?.[0]?.code, '50401')
    assert.equal(extension(resource, 'usage-instruction')?.valueString, 'Daglig')
    assert.deepEqual(extension(resource, 'prescription-validity')?.valuePeriod, { end: '2025-03-01' })
    assert.deepEqual(lost(ran), [])
    assert.deepEqual(validateR4(resource), [])
  })
})

const MERCHANDISE =
  '<ReseptDokHandelsvare><Varegruppekode V="A" DN="Annet"/><Antall>2</Antall><Bruksveiledning>Daglig</Bruksveiledning>' +
  '<ProdGruppe V="50401" DN="Blodsukkertester" S="2.16.578.1.12.4.1.1.7403"/></ReseptDokHandelsvare>'
const BRAND_WITH_DETAILS =
  '<LegemiddelMerkevare><NavnFormStyrke>Prøve Tab 1 mg</NavnFormStyrke><Reseptgruppe V="C"/><AdministreringLegemiddel>' +
  '<Administrasjonsvei V="53" S="2.16.578.1.12.4.1.1.7477" DN="Oral bruk"/></AdministreringLegemiddel><Varenavn>Prøve</Varenavn>' +
  '<ProduktInfo><Varseltrekant>true</Varseltrekant></ProduktInfo></LegemiddelMerkevare>'
const MIXTURE =
  '<Legemiddelblanding><Navn>Prøvemikstur</Navn><TilbOppl>Pumpe</TilbOppl><Mengde V="100" U="ml"/><Legemiddelform V="95" S="2.16.578.1.12.4.1.1.7448"/>' +
  '<BestanddelAnnet><NavnFormStyrke>Prøvevann</NavnFormStyrke><Utblanding><Adqs V="ad"/></Utblanding></BestanddelAnnet>' +
  '<BestanddelVirkestoff><Virkestoff><Id>ID_00000000-BBBB-4000-8000-000000000001</Id><Navn>Haloperidol</Navn></Virkestoff>' +
  '<Styrke><Teller V="0.5" U="mg"/><Nevner V="1" U="ml"/></Styrke></BestanddelVirkestoff></Legemiddelblanding>'
