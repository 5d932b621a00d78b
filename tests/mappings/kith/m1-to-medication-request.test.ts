import assert from 'node:assert/strict'
import type { Dosage, Medication } from 'fhir/r4.js'
import { MSG_ID, m1 } from '../../support/kith-fixtures.js'
import { sykehuslege } from '../../support/kith-people.js'
import {
  type BlockFixture,
  ibuprofen,
  type MedicineFixture,
  methotrexate,
  metoprolol,
  onceDaily,
} from '../../support/kith-prescribed.js'
import { all, extension, lost, only, run } from '../../support/kith-run.js'
import { validateR4 } from '../../support/r4-validator.js'

before(function () {
  // The definitions are read at the first call.
  this.timeout(60_000)
  validateR4({ resourceType: 'Patient' })
})

const REQUEST = 'MedicationRequest'
const request = (medicine: MedicineFixture) => only(run(m1({ medicine })), REQUEST)
const dosages = (blocks: readonly BlockFixture[], more: Partial<MedicineFixture> = {}): Dosage[] =>
  request({ product: ibuprofen, blocks, ...more }).dosageInstruction ?? []
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

  it('notes what it does not know instead of dropping it', () => {
    const ran = run(m1({ medicine: { ...onceDaily(metoprolol), productXml: BRAND_WITH_PRICE } }))
    assert.deepEqual(lost(ran), [
      'no-element MsgHead/Document/RefDoc/Content/Resept/ReseptDokLegemiddel/Forskrivning/LegemiddelMerkevare/ProduktInfo/Varseltrekant',
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

describe('M1 dosing to Dosage', () => {
  it('gives one Dosage for each dose, the wording on the first', () => {
    const [first, second, ...rest] = dosages(
      [
        {
          start: '2024-03-01',
          doses: [
            { amount: '1', part: '1' },
            { amount: '0.5', part: '5' },
          ],
        },
      ],
      { text: '1 tablett morgen og ½ tablett kveld', use: '1' },
    )
    assert.deepEqual(rest, [])
    assert.equal(first?.text, '1 tablett morgen og ½ tablett kveld')
    assert.equal(second?.text, undefined)
    assert.equal(first?.sequence, second?.sequence)
    assert.deepEqual(first?.timing?.repeat, {
      boundsPeriod: { start: '2024-03-01' },
      frequency: 1,
      period: 1,
      periodUnit: 'd',
      when: ['MORN'],
    })
    assert.deepEqual(second?.doseAndRate?.[0]?.doseQuantity, { value: 0.5, unit: 'tablett' })
  })

  it('writes UCUM codes only for units that are beyond doubt', () => {
    const unitOf = (unit: string) =>
      dosages([{ doses: [{ amount: '1', unit }] }])[0]?.doseAndRate?.[0]?.doseQuantity
    const coded = (unit: string, code: string) => ({
      value: 1,
      unit,
      system: 'http://unitsofmeasure.org',
      code,
    })
    assert.deepEqual(unitOf('ml'), coded('ml', 'mL'))
    assert.deepEqual(unitOf('mikrog'), coded('mikrog', 'ug'))
    assert.deepEqual(unitOf('IE'), coded('IE', '[iU]'))
    for (const unit of ['tablett', 'dose', 'sprøyte', 'E', 'Mg'])
      assert.deepEqual(unitOf(unit), { value: 1, unit })
  })

  it('maps all parts of the day', () => {
    const when = ['1', '2', '3', '4', '5', '6'].map(
      (part) => dosages([{ doses: [{ amount: '1', part }] }])[0]?.timing?.repeat?.when?.[0],
    )
    assert.deepEqual(when, ['MORN', 'MORN.late', 'NOON', 'AFT', 'EVE', 'NIGHT'])
  })

  it('maps all units of the interval', () => {
    const units = ['Sekund', 'Minutt', 'Time', 'Døgn', 'Måned', 'År'].map((unit) => {
      const repeat = dosages([{ doses: [{ amount: '1', interval: ['8', unit] }] }])[0]?.timing?.repeat
      return `${repeat?.frequency} ${repeat?.period} ${repeat?.periodUnit}`
    })
    assert.deepEqual(units, ['1 8 s', '1 8 min', '1 8 h', '1 8 d', '1 8 mo', '1 8 a'])
  })

  it('never reads a weekday as daily, whatever the interval says', () => {
    const [dosage] = dosages([{ doses: [{ amount: '4', part: '1', weekdays: ['1', '4'] }] }], {
      product: methotrexate,
    })
    assert.deepEqual(dosage?.timing?.repeat, {
      period: 1,
      periodUnit: 'wk',
      dayOfWeek: ['mon', 'thu'],
      when: ['MORN'],
    })
    assert.equal(extension(dosage, 'stated-interval')?.valueQuantity?.value, 1)
  })

  it('gives no timing at all rather than one without its unknown weekday or unit', () => {
    for (const dose of [{ weekdays: ['9'] }, { interval: ['1', 'Uke'] as const }]) {
      const ran = run(
        m1({
          medicine: {
            product: methotrexate,
            text: '4 tabletter hver mandag',
            blocks: [{ doses: [{ amount: '4', ...dose }] }],
          },
        }),
      )
      const [dosage] = only(ran, REQUEST).dosageInstruction ?? []
      assert.equal(dosage?.timing, undefined)
      assert.equal(dosage?.text, '4 tabletter hver mandag')
      assert.equal(dosage?.doseAndRate?.[0]?.doseQuantity?.value, 4)
      assert.equal(lost(ran).length, 1)
      assert.match(lost(ran)[0]!, /^unknown-code .*DoseFastTidspunkt$/)
    }
  })

  it('carries days on and off as a cycle', () => {
    const [dosage] = dosages([{ start: '2024-03-01', doses: [{ amount: '1', daysOn: 21, daysOff: 7 }] }])
    assert.deepEqual(
      extension(dosage, 'cycle')?.extension?.map(({ url, valueInteger }) => [url, valueInteger]),
      [
        ['on', 21],
        ['off', 7],
      ],
    )
  })

  it('gives no timing to half a cycle', () => {
    const ran = run(
      m1({ medicine: { product: ibuprofen, blocks: [{ doses: [{ amount: '1', daysOn: 21 }] }] } }),
    )
    assert.equal(only(ran, REQUEST).dosageInstruction?.[0]?.timing, undefined)
    assert.match(lost(ran)[0]!, /^invalid-value .*FastDose$/)
  })

  it('takes a clock time before a part of the day, and keeps both', () => {
    const [dosage] = dosages([{ doses: [{ amount: '1', clock: '08:30:00', part: '1', exact: true }] }])
    assert.deepEqual(dosage?.timing?.repeat?.timeOfDay, ['08:30:00'])
    assert.equal(dosage?.timing?.repeat?.when, undefined)
    assert.equal(extension(dosage, 'part-of-day')?.valueCodeableConcept?.coding?.[0]?.code, '1')
    assert.equal(extension(dosage, 'exact-time')?.valueBoolean, true)
  })

  it('ends a dated block at the beginning of its end day, which has no dose any more', () => {
    const [dosage] = dosages([{ start: '2024-03-01', end: '2024-03-07', doses: [{ amount: '1' }] }])
    assert.deepEqual(dosage?.timing?.repeat?.boundsPeriod, {
      start: '2024-03-01',
      end: '2024-03-07T00:00:00+01:00',
    })
    const [oneDay] = dosages([{ start: '2024-03-01', end: '2024-03-01', doses: [{ amount: '1' }] }])
    assert.deepEqual(oneDay?.timing?.repeat?.boundsPeriod, { start: '2024-03-01', end: '2024-03-01' })
    const [timed] = dosages([{ end: '2024-07-07T14:00:00', doses: [{ amount: '1' }] }])
    assert.deepEqual(timed?.timing?.repeat?.boundsPeriod, { end: '2024-07-07T14:00:00+02:00' })
  })

  it('drops no start for an end that lies before it', () => {
    const ran = run(
      m1({
        medicine: {
          product: ibuprofen,
          blocks: [{ start: '2024-03-05', end: '2024-03-01', doses: [{ amount: '1' }] }],
        },
      }),
    )
    assert.deepEqual(only(ran, REQUEST).dosageInstruction?.[0]?.timing?.repeat?.boundsPeriod, {
      start: '2024-03-05',
    })
    assert.match(lost(ran)[0]!, /^invalid-value .*Sluttidspunkt$/)
  })

  it('numbers blocks that follow each other, and keeps simultaneous ones together', () => {
    const taper = dosages([
      { start: '2024-03-01', end: '2024-03-04', doses: [{ amount: '2', part: '1' }] },
      { start: '2024-03-04', end: '2024-03-11', doses: [{ amount: '1', part: '1' }] },
    ])
    assert.deepEqual(
      taper.map(({ sequence }) => sequence),
      [1, 2],
    )
    const together = dosages([
      { start: '2024-03-01', doses: [{ amount: '1', part: '1' }] },
      { needed: [NEEDED] },
    ])
    assert.deepEqual(
      together.map(({ sequence }) => sequence),
      [1, 1],
    )
  })

  it('does not guess the order of blocks without dates', () => {
    const ran = run(
      m1({
        medicine: {
          product: ibuprofen,
          text: '2 så 1',
          blocks: [{ doses: [{ amount: '2' }] }, { doses: [{ amount: '1' }] }],
        },
      }),
    )
    assert.deepEqual(only(ran, REQUEST).dosageInstruction, [{ sequence: 1, text: '2 så 1' }])
    assert.equal(lost(ran).length, 2)
  })

  it('maps doses as needed with both maxima and the shortest interval', () => {
    const [dosage] = dosages([{ needed: [NEEDED] }])
    assert.equal(dosage?.asNeededBoolean, true)
    assert.deepEqual(dosage?.maxDosePerPeriod, {
      numerator: { value: 8, unit: 'tablett' },
      denominator: { value: 1, unit: 'Døgn', system: 'http://unitsofmeasure.org', code: 'd' },
    })
    assert.deepEqual(extension(dosage, 'max-dose-per-period')?.valueRatio?.numerator, {
      value: 3,
      unit: 'tablett',
    })
    assert.equal(extension(dosage, 'max-dose-per-period')?.valueRatio?.denominator?.code, 'h')
    assert.equal(extension(dosage, 'min-interval')?.valueDuration?.value, 4)
  })

  it('marks every dose as needed when the use is', () => {
    const marks = dosages(
      [
        {
          doses: [
            { amount: '1', part: '1' },
            { amount: '1', part: '5' },
          ],
        },
      ],
      { use: '3' },
    )
    assert.deepEqual(
      marks.map(({ asNeededBoolean }) => asNeededBoolean),
      [true, true],
    )
    assert.deepEqual(dosages([], { use: '3', text: '1-2 tabletter inntil 3 ganger daglig' }), [
      { sequence: 1, text: '1-2 tabletter inntil 3 ganger daglig', asNeededBoolean: true },
    ])
  })

  it('keeps words alone as words, and nothing as nothing', () => {
    assert.deepEqual(dosages([], { text: 'Brukes som avtalt' }), [{ sequence: 1, text: 'Brukes som avtalt' }])
    assert.deepEqual(dosages([]), [])
  })

  it('carries infusion rate, dosing rule and short dose', () => {
    const [dosage] = dosages(
      [{ rule: '44 kg', doses: [{ amount: '100', unit: 'ml', rate: ['100', 'ml', 'Døgn'] }] }],
      {
        shortDose: ['217', '1+1+1+1'],
      },
    )
    assert.equal(dosage?.doseAndRate?.[0]?.rateRatio?.denominator?.code, 'd')
    assert.equal(extension(dosage, 'dosing-rule')?.extension?.[1]?.valueString, '44 kg')
    assert.equal(extension(dosage, 'short-dose')?.valueCodeableConcept?.coding?.[0]?.code, '217')
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

const NEEDED = {
  amount: '1',
  maxPerDay: '8',
  maxInWindow: '3',
  window: ['8', 'Time'],
  minInterval: ['4', 'Time'],
} as const
const MERCHANDISE =
  '<ReseptDokHandelsvare><Varegruppekode V="A" DN="Annet"/><Antall>2</Antall><Bruksveiledning>Daglig</Bruksveiledning>' +
  '<ProdGruppe V="50401" DN="Blodsukkertester" S="2.16.578.1.12.4.1.1.7403"/></ReseptDokHandelsvare>'
const BRAND_WITH_PRICE =
  '<LegemiddelMerkevare><NavnFormStyrke>Prøve Tab 1 mg</NavnFormStyrke><Reseptgruppe V="C"/><Varenavn>Prøve</Varenavn>' +
  '<ProduktInfo><Varseltrekant>true</Varseltrekant></ProduktInfo></LegemiddelMerkevare>'
const MIXTURE =
  '<Legemiddelblanding><Navn>Prøvemikstur</Navn><TilbOppl>Pumpe</TilbOppl><Mengde V="100" U="ml"/><Legemiddelform V="95" S="2.16.578.1.12.4.1.1.7448"/>' +
  '<BestanddelAnnet><NavnFormStyrke>Prøvevann</NavnFormStyrke><Utblanding><Adqs V="ad"/></Utblanding></BestanddelAnnet>' +
  '<BestanddelVirkestoff><Virkestoff><Id>ID_00000000-BBBB-4000-8000-000000000001</Id><Navn>Haloperidol</Navn></Virkestoff>' +
  '<Styrke><Teller V="0.5" U="mg"/><Nevner V="1" U="ml"/></Styrke></BestanddelVirkestoff></Legemiddelblanding>'
