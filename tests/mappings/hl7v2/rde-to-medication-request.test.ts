import assert from 'node:assert/strict'
import { hl7v2Types } from '../../../mappings/hl7v2/registry.js'
import { SNOMED, UCUM } from '../../../src/core/canonical.js'
import type { Mapped } from '../../../src/core/message.js'
import { validateR4 } from '../../support/r4-validator.js'
import {
  bytesOf,
  mapMessage,
  msh,
  order,
  PID,
  RECEIVED_AT,
  requestOf,
  resourcesOf,
  unmappedAt,
} from './messages.js'

const KURVE = 'http://stafett.internal/fhir/sid/sender/SYKEHUSET/KURVE'
const ORC = 'ORC|NW|P-1^KURVE|F-1^APOTEK||||||20261119120000+0100|||9144900^Lege^Lise^^^^^^HPR'
const RXE = 'RXE||L01^Testamol 500 mg tablett^L|1|2|{tablet}^tablett^UCUM'
const dosage = (...lines: readonly string[]) => requestOf(order(ORC, ...lines)).dosageInstruction ?? []
const timing = (...lines: readonly string[]) => dosage(...lines).map((entry) => entry.timing?.repeat)
const requests = (mapped: Mapped) => resourcesOf(mapped, 'MedicationRequest')

describe('RDE to MedicationRequest: the order', () => {
  it('has the placer number as key, and both numbers', () => {
    const mapped = order(ORC, RXE)
    const request = requestOf(mapped)
    assert.deepEqual(
      request.identifier?.map(({ type, system, value }) => [type?.coding?.[0]?.code, system, value]),
      [
        ['PLAC', KURVE, 'P-1'],
        ['FILL', KURVE.replace('KURVE', 'APOTEK'), 'F-1'],
      ],
    )
    const item = mapped.resources.find(({ resource }) => resource === request)
    assert.equal(item?.key, `${KURVE}|P-1`)
    assert.equal(item?.order, '2026-11-20T07:00:00.000Z')
    assert.equal(request.intent, 'order')
    assert.equal(request.status, 'active')
    assert.equal(request.authoredOn, '2026-11-19T12:00:00+01:00')
  })
  it('has the filler number as key where no placer number stands', () => {
    const mapped = order('ORC|NW||F-1^APOTEK', RXE)
    assert.equal(mapped.resources.at(-1)?.key, `${KURVE.replace('KURVE', 'APOTEK')}|F-1`)
  })
  it('keeps numbers without namespace apart for the sender, and OIDs as they are', () => {
    const systems = (orc: string) => requestOf(order(orc, RXE)).identifier?.map(({ system }) => system)
    const sender = 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET'
    assert.deepEqual(systems('ORC|NW|1|2'), [`${sender}/placer`, `${sender}/filler`])
    assert.deepEqual(systems('ORC|NW|1^X^1.2.3^ISO'), ['urn:oid:1.2.3'])
  })
  it('names the requester, and gives the practitioner once', () => {
    const mapped = order(ORC, RXE)
    const hpr = { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: '9144900' }
    assert.deepEqual(requestOf(mapped).requester, {
      type: 'Practitioner',
      identifier: hpr,
      display: 'Lise Lege',
    })
    const [practitioner] = mapped.resources.filter(({ scope }) => scope === 'shared-once')
    assert.equal(practitioner?.key, `${hpr.system}|${hpr.value}`)
    assert.deepEqual(mapped.authorship, {
      recorded: '2026-11-20T08:00:00+01:00',
      author: { type: 'Practitioner', identifier: hpr, display: 'Lise Lege' },
      onBehalfOf: { type: 'Organization', display: 'SYKEHUSET' },
      activity: 'CREATE',
    })
    assert.deepEqual(mapped.source, {
      key: 'hl7v2|KURVE|SYKEHUSET',
      role: 'hospital',
      name: 'SYKEHUSET (KURVE)',
    })
  })
  it('takes the ordering provider of RXE-13 where ORC-12 is empty', () => {
    const request = requestOf(order('ORC|NW|1', 'RXE||x^X^L|||||||||||7^Vikar^Vera'))
    assert.equal(request.requester?.display, 'Vera Vikar')
  })
  it('is inpatient by ORC-29, else by PV1-2, and nothing where neither says so', () => {
    const category = (type: string, pv1?: string) => {
      const raw = bytesOf(
        msh({ type: 'RDE^O11' }),
        PID,
        ...(pv1 === undefined ? [] : [`PV1|1|${pv1}`]),
        `ORC|NW|1${'|'.repeat(27)}${type}`,
        RXE,
      )
      return requestOf(mapMessage(raw)).category?.[0]?.coding?.[0]?.code
    }
    assert.equal(category('I', 'O'), 'inpatient')
    assert.equal(category('', 'I'), 'inpatient')
    assert.equal(category('O', 'I'), 'outpatient')
    assert.equal(category('', 'O'), undefined)
    assert.equal(category(''), undefined)
  })
  it('refers to the visit of PV1-19', () => {
    const raw = bytesOf(
      msh({ type: 'RDE^O11' }),
      PID,
      `PV1|1|I${'|'.repeat(17)}V-1^^^B&1.2.9&ISO^VN`,
      ORC,
      RXE,
    )
    assert.deepEqual(requestOf(mapMessage(raw)).encounter, {
      type: 'Encounter',
      identifier: { system: 'urn:oid:1.2.9', value: 'V-1' },
    })
  })
  it('carries the tag of a message that is not production', () => {
    const raw = bytesOf(msh({ type: 'RDE^O11', processing: 'T' }), PID, ORC, RXE)
    const type = hl7v2Types.get('RDE^O11')!
    const context = { zone: 'Europe/Oslo', receivedAt: RECEIVED_AT, sender: 'A|B' }
    const mapped = type.map(type.parse(raw, 0, context), context)
    const tag = { system: 'http://terminology.hl7.org/CodeSystem/v2-0103', code: 'T' }
    assert.deepEqual(requestOf(mapped).meta?.tag, [tag])
  })
  it('keeps the amounts, repeats, notes, reasons and numbers of RXE', () => {
    const rxe =
      'RXE||L01^Testamol^L|1||{tablet}^tablett^UCUM||^Tas med vann|||100|stk|3|||RX-9||||||^Ring først||||||R52^Smerte^I10'
    const request = requestOf(order(ORC, rxe, 'NTE|1||Linje en\\.br\\Linje to', 'NTE|2||Linje tre'))
    assert.deepEqual(request.dispenseRequest, {
      numberOfRepeatsAllowed: 3,
      quantity: { value: 100, unit: 'stk', system: UCUM, code: '{stk}' },
    })
    assert.deepEqual(request.note, [{ text: 'Ring først' }, { text: 'Linje en\nLinje to\nLinje tre' }])
    assert.equal(request.reasonCode?.[0]?.coding?.[0]?.system, 'http://hl7.org/fhir/sid/icd-10')
    assert.equal(request.identifier?.at(-1)?.value, 'RX-9')
    assert.equal(request.dosageInstruction?.[0]?.patientInstruction, 'Tas med vann')
  })
  it('without medication is refused by the mapping', () => {
    assert.throws(() => order(ORC, 'RXE|||1'), { code: 'MESSAGE_INVALID', at: 'RXE-2' })
  })
  it('with two RXE is refused by the mapping', () => {
    assert.throws(() => order(ORC, RXE, RXE), { code: 'MESSAGE_INVALID', at: 'RXE[2]' })
  })
  it('without its RXE is refused by the mapping', () => {
    assert.throws(() => order(ORC, RXE, 'ORC|NW|2'), { code: 'MESSAGE_INVALID', at: 'ORC[2]' })
  })
})

describe('RDE to MedicationRequest: status', () => {
  for (const [control, orc5, status] of [
    ['NW', '', 'active'],
    ['NW', 'IP', 'active'],
    ['NW', 'CM', 'completed'],
    ['SC', 'HD', 'on-hold'],
    ['XO', '', 'active'],
    ['XO', 'DC', 'stopped'],
    ['CA', '', 'cancelled'],
    ['OC', '', 'cancelled'],
    ['DC', '', 'stopped'],
    ['HD', '', 'on-hold'],
    ['RL', '', 'active'],
    ['DE', '', 'entered-in-error'],
    ['NW', 'ER', 'entered-in-error'],
    ['DC', 'A', 'active'],
  ] as const)
    it(`is ${status} for ORC-1 ${control} with ORC-5 ${orc5 || 'empty'}`, () => {
      assert.equal(requestOf(order(`ORC|${control}|1|||${orc5}`, RXE)).status, status)
    })
  it('of a stop is a change to the order, with date and reason; its content counts only where none is known', () => {
    const mapped = order(
      'ORC|DC|P-1^KURVE|||||||20261120070000+0100||||||20261121|K59^Forstoppelse^I10|||||||||^Etter avtale',
      RXE,
    )
    assert.deepEqual(mapped.amendments, [
      {
        type: 'MedicationRequest',
        key: `${KURVE}|P-1`,
        name: 'status/M-1/1',
        at: '2026-11-20T07:00:00.000Z',
        set: {
          status: 'stopped',
          statusReason: {
            coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'K59', display: 'Forstoppelse' }],
            text: 'Etter avtale',
          },
          extension: [
            {
              url: 'http://stafett.internal/fhir/StructureDefinition/status-date',
              valueDateTime: '2026-11-21',
            },
          ],
        },
      },
    ])
    assert.equal(mapped.resources.at(-1)?.order, '')
  })
  it('of a release takes the reason of the hold away', () => {
    assert.deepEqual(order('ORC|RL|P-1^KURVE', RXE).amendments[0]?.set['statusReason'], null)
  })
  it('of a new or changed order without ORC-5 changes nothing else', () => {
    for (const control of ['NW', 'XO', 'RE']) assert.deepEqual(order(`ORC|${control}|1`, RXE).amendments, [])
  })
  it('is left alone where the change did not happen, and that is recorded', () => {
    for (const control of ['UC', 'UD', 'UX', 'DF']) {
      const mapped = order(`ORC|${control}|1`, RXE)
      assert.deepEqual(requests(mapped), [])
      assert.deepEqual(mapped.amendments, [])
      assert.ok(unmappedAt(mapped, 'administrative').includes('RXE'))
    }
  })
  it('is unknown for a control that no table has, and that is recorded', () => {
    const mapped = order('ORC|QQ|1', RXE)
    assert.equal(requestOf(mapped).status, 'unknown')
    assert.deepEqual(unmappedAt(mapped, 'unknown-code'), ['ORC-1'])
  })
  it('of a pair is stopped for RP and active for RO, which names what it replaces', () => {
    const mapped = order('ORC|RP|P-1^KURVE', RXE, 'ORC|RO|P-2^KURVE', RXE.replace('500 mg', '1 g'))
    const [old, renewed] = requests(mapped)
    assert.equal(old?.status, 'stopped')
    assert.equal(mapped.amendments[0]?.key, `${KURVE}|P-1`)
    assert.equal(renewed?.status, 'active')
    assert.deepEqual(renewed?.priorPrescription, {
      type: 'MedicationRequest',
      identifier: { system: KURVE, value: 'P-1' },
    })
  })
  it('names the parent of ORC-8 as basis, for a replacement as predecessor', () => {
    const parent = { type: 'MedicationRequest', identifier: { system: KURVE, value: 'P-0' } }
    assert.deepEqual(requestOf(order('ORC|NW|1||||||P-0&KURVE', RXE)).basedOn, [parent])
    assert.deepEqual(requestOf(order('ORC|RO|1||||||P-0&KURVE', RXE)).priorPrescription, parent)
  })
  it('decides the date of a change by ORC-9, of anything else by RXE-32', () => {
    const dated = `${RXE}${'|'.repeat(27)}20261001`
    const authored = (control: string) =>
      requestOf(order(`ORC|${control}|1|||||||20261119`, dated)).authoredOn
    assert.equal(authored('XO'), '2026-11-19')
    assert.equal(authored('RE'), '2026-10-01')
  })
})

describe('RDE to MedicationRequest: dose, route and timing', () => {
  it('has two different amounts as range, one or two equal ones as dose', () => {
    assert.deepEqual(dosage(RXE)[0]?.doseAndRate?.[0]?.doseRange, {
      low: { value: 1, unit: 'tablett', system: UCUM, code: '{tablet}' },
      high: { value: 2, unit: 'tablett', system: UCUM, code: '{tablet}' },
    })
    assert.equal(dosage('RXE||x^X^L|2|2|mg')[0]?.doseAndRate?.[0]?.doseQuantity?.value, 2)
    assert.equal(dosage('RXE||x^X^L|2||mg')[0]?.doseAndRate?.[0]?.doseQuantity?.code, 'mg')
  })
  it('keeps a unit that is no UCUM as words, without a code', () => {
    assert.deepEqual(dosage('RXE||x^X^L|2||tablett')[0]?.doseAndRate?.[0]?.doseQuantity, {
      value: 2,
      unit: 'tablett',
    })
  })
  it('keeps an amount that is no number as text and guesses nothing', () => {
    for (const [amount, text] of [
      ['1-2', '1-2 tablett'],
      ['<5', '<5 tablett'],
    ] as const)
      assert.deepEqual(dosage(`RXE||x^X^L|${amount}||tablett`), [{ text }])
  })
  it('accepts a dose of 0 as it stands', () => {
    assert.equal(dosage('RXE||x^X^L|0||mg')[0]?.doseAndRate?.[0]?.doseQuantity?.value, 0)
  })
  it('has a rate by its own unit, or by "give per"', () => {
    const rate = (per: string, unit: string) =>
      dosage(`RXE||x^X^L${'|'.repeat(20)}${per}|125|${unit}`)[0]?.doseAndRate?.[0]
    assert.equal(rate('h', 'mL/h')?.rateQuantity?.code, 'mL/h')
    assert.equal(rate('', 'mL/h')?.rateQuantity?.value, 125)
    assert.deepEqual(rate('H8', 'mL')?.rateRatio, {
      numerator: { value: 125, unit: 'mL', system: UCUM, code: 'mL' },
      denominator: { value: 8, unit: 'h', system: UCUM, code: 'h' },
    })
  })
  it('keeps the code of the route, with SNOMED CT beside it where it means one place', () => {
    assert.deepEqual(
      dosage(RXE, 'RXR|PO^Oral^HL70162')[0]?.route?.coding?.map(({ system, code }) => [system, code]),
      [
        ['http://terminology.hl7.org/CodeSystem/v2-0162', 'PO'],
        [SNOMED, '26643006'],
      ],
    )
    assert.equal(dosage(RXE, 'RXR|IO')[0]?.route?.coding?.length, 1)
    assert.deepEqual(dosage(RXE, 'RXR|^I øyet')[0]?.route, { text: 'I øyet' })
  })
  it('never multiplies doses by alternative routes', () => {
    const entries = dosage(RXE, 'TQ1|1||BID', 'RXR|IV^Intravenous^HL70162', 'RXR|PO^Oral^HL70162')
    assert.equal(entries.length, 1)
    assert.equal(entries[0]?.route?.coding?.[0]?.code, 'IV')
    assert.deepEqual(entries[0]?.additionalInstruction, [{ text: 'Oral' }])
  })
  it('reads the timing of TQ1: pattern, bounds, clock times, count, text, priority', () => {
    const request = requestOf(
      order(
        ORC,
        RXE,
        'TQ1|1||BID|0800~2000|||20261120080000+0100|20261127|S^Stat^HL70485|ved behov|Til natten|||6',
      ),
    )
    assert.equal(request.priority, 'stat')
    assert.deepEqual(request.dosageInstruction?.[0]?.timing?.repeat, {
      boundsPeriod: { start: '2026-11-20T08:00:00+01:00', end: '2026-11-27' },
      count: 6,
      frequency: 2,
      period: 1,
      periodUnit: 'd',
      timeOfDay: ['08:00:00', '20:00:00'],
    })
    assert.equal(request.dosageInstruction?.[0]?.text, 'Til natten')
    assert.deepEqual(request.dosageInstruction?.[0]?.additionalInstruction, [{ text: 'ved behov' }])
  })
  it('makes an end of a start and a duration, whole days inclusive', () => {
    assert.deepEqual(timing(RXE, 'TQ1|1||BID|||7^d|20261120')[0]?.boundsPeriod, {
      start: '2026-11-20',
      end: '2026-11-26',
    })
    assert.deepEqual(
      timing(RXE, 'TQ1|1||BID|||8^h|20261120080000+0100')[0]?.boundsPeriod?.end,
      '2026-11-20T16:00:00+01:00',
    )
    assert.deepEqual(timing(RXE, 'TQ1|1||BID|||7^d')[0]?.boundsDuration, {
      value: 7,
      unit: 'd',
      system: UCUM,
      code: 'd',
    })
  })
  it('reads as needed from the pattern or the priority, with the condition as its reason', () => {
    assert.equal(dosage(RXE, 'TQ1|1||PRN')[0]?.asNeededBoolean, true)
    const [entry] = dosage(RXE, 'TQ1|1||PRNQ6H||||||A|ved smerte')
    assert.deepEqual(entry?.asNeededCodeableConcept, { text: 'ved smerte' })
    assert.equal(entry?.asNeededBoolean, undefined)
    assert.deepEqual(entry?.timing?.repeat, { frequency: 1, period: 6, periodUnit: 'h' })
  })
  it('keeps a pattern that cannot be computed as code and text, without any frequency', () => {
    const [entry] = dosage(RXE, 'TQ1|1||U1000&Utover dagen')
    const system = 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET/TQ1-3'
    assert.deepEqual(entry?.timing, {
      code: { coding: [{ system, code: 'U1000', display: 'Utover dagen' }], text: 'Utover dagen' },
    })
  })
  it('reads phase, event and offset of a repeat pattern', () => {
    assert.deepEqual(timing(RXE, 'TQ1|1||^DW^1^3^2^W')[0], {
      dayOfWeek: ['mon', 'tue', 'wed'],
      frequency: 1,
      period: 2,
      periodUnit: 'wk',
    })
    assert.deepEqual(timing(RXE, 'TQ1|1||^^^^^^^PCM^30^min')[0], { when: ['PCM'], offset: 30 })
  })
  it('gives one dosage a TQ1: after another for S, beside it for all else', () => {
    const sequence = (conjunction: string) =>
      dosage(RXE, `TQ1|1||BID|||||||||${conjunction}`, 'TQ1|2||QHS').map((entry) => entry.sequence)
    assert.deepEqual(sequence('S'), [1, 2])
    assert.deepEqual(sequence('A'), [1, 1])
    assert.deepEqual(sequence(''), [1, 1])
  })
  it('reads the TQ of RXE-1, filled up from ORC-7', () => {
    const orc = 'ORC|NW|1||||| 1^BID^D4^^^R||20261119'
    const request = requestOf(order(orc, 'RXE|^^^20261120^^|x^X^L|1||mg'))
    assert.deepEqual(request.dosageInstruction?.[0]?.timing?.repeat, {
      boundsPeriod: { start: '2026-11-20', end: '2026-11-23' },
      frequency: 2,
      period: 1,
      periodUnit: 'd',
    })
    assert.equal(request.priority, 'routine')
  })
  it('reads explicit times and counts of a TQ', () => {
    assert.deepEqual(timing('RXE|^Q24H&0600,1800^X5|x^X^L|1||mg')[0], {
      count: 5,
      frequency: 1,
      period: 24,
      periodUnit: 'h',
      timeOfDay: ['06:00:00', '18:00:00'],
    })
  })
  it('lets TQ1 win over the TQ of RXE-1 and says so', () => {
    const mapped = order(ORC, 'RXE|^TID^^20261101|x^X^L|1||mg', 'TQ1|1||BID')
    assert.equal(requestOf(mapped).dosageInstruction?.[0]?.timing?.repeat?.frequency, 2)
    assert.deepEqual(unmappedAt(mapped, 'superseded'), ['RXE-1'])
  })
  it('lets the give amount win over the quantity of the timing and says so', () => {
    const mapped = order(ORC, 'RXE||x^X^L|1||mg', 'TQ1|1|2^mg|BID')
    assert.equal(requestOf(mapped).dosageInstruction?.[0]?.doseAndRate?.[0]?.doseQuantity?.value, 1)
    assert.deepEqual(unmappedAt(mapped, 'superseded'), ['TQ1-2'])
    assert.equal(dosage('RXE||x^X^L', 'TQ1|1|2^mg|BID')[0]?.doseAndRate?.[0]?.doseQuantity?.value, 2)
  })
  it('keeps a TQ1 that stands after RXR with its order, and reports it', () => {
    const mapped = order(ORC, RXE, 'TQ1|1||BID', 'RXR|PO', 'TQ1|2||QHS')
    assert.equal(requestOf(mapped).dosageInstruction?.length, 2)
    assert.ok(unmappedAt(mapped, 'administrative').includes('TQ1[2]'))
  })
})

describe('RDE to MedicationRequest: medication', () => {
  it('is a concept with all codes and the words of the sender', () => {
    assert.deepEqual(
      requestOf(order(ORC, 'RXE||N02BE01^Paracetamol^ATC^123^Para^FEST^^^Paracet 500 mg tabl|1'))
        .medicationCodeableConcept,
      {
        coding: [
          { system: 'http://www.whocc.no/atc', code: 'N02BE01', display: 'Paracetamol' },
          { system: 'http://ehelse.no/fhir/CodeSystem/FEST', code: '123', display: 'Para' },
        ],
        text: 'Paracet 500 mg tabl',
      },
    )
    assert.deepEqual(requestOf(order(ORC, 'RXE||^Husets blanding|1')).medicationCodeableConcept, {
      text: 'Husets blanding',
    })
  })
  it('is a contained Medication where form, strength or components stand', () => {
    const request = requestOf(
      order(
        ORC,
        `RXE||MIX^Blanding^L|1000||mL|INF^Infusjon^L${'|'.repeat(19)}500|mg|||||||10|mL`,
        'RXC|B|GLU^Glukose^L|1000|mL',
        'RXC|A|KCL^Kaliumklorid^L|20|meq',
      ),
    )
    assert.deepEqual(request.medicationReference, { reference: '#medication' })
    const [medication] = request.contained ?? []
    assert.ok(medication?.resourceType === 'Medication')
    const { form, ingredient } = medication as { form?: { text?: string }; ingredient?: unknown }
    assert.equal(form?.text, 'Infusjon')
    const quantity = (value: number, unit: string) => ({ value, unit, system: UCUM, code: unit })
    const local = 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET/L'
    const concept = (code: string, display: string) => ({
      coding: [{ system: local, code, display }],
      text: display,
    })
    assert.deepEqual(ingredient, [
      {
        itemCodeableConcept: concept('MIX', 'Blanding'),
        strength: { numerator: quantity(500, 'mg'), denominator: quantity(10, 'mL') },
      },
      {
        itemCodeableConcept: concept('GLU', 'Glukose'),
        isActive: false,
        strength: { numerator: quantity(1000, 'mL'), denominator: { value: 1 } },
      },
      {
        itemCodeableConcept: concept('KCL', 'Kaliumklorid'),
        isActive: true,
        strength: { numerator: quantity(20, 'meq'), denominator: { value: 1 } },
      },
    ])
  })
  it('is that of RXE where RXO says another, and the difference is recorded', () => {
    const mapped = order(ORC, 'RXO|L99^Annet^L|1||mg|||||T', RXE)
    assert.equal(requestOf(mapped).medicationCodeableConcept?.coding?.[0]?.code, 'L01')
    assert.equal(requestOf(mapped).substitution?.allowedCodeableConcept?.coding?.[0]?.code, 'T')
    const [entry] = mapped.unmapped.filter(({ at }) => at === 'RXO-1')
    assert.deepEqual(entry, {
      at: 'RXO-1',
      reason: 'superseded',
      note: 'RXE counts, and names another medication',
    })
  })
})

describe('RDE to MedicationRequest: nothing is dropped', () => {
  it('lists every valued place that no element has', () => {
    const mapped = order(
      ORC,
      `${RXE}|||Leveres||||||||2|||9^mg`,
      'TQ2|1|S',
      'OBX|1|NM|x||1',
      'ZZZ|lokalt^del',
    )
    assert.deepEqual(
      mapped.unmapped.map(({ at, reason }) => `${at} ${reason}`),
      [
        'MSH administrative',
        'PID-1 administrative',
        'RXE-8 no-element',
        'RXE-16 no-element',
        'RXE-19 no-element',
        'TQ2-1 no-element',
        'TQ2-2 no-element',
        'OBX-1 administrative',
        'OBX-2 no-element',
        'OBX-3 no-element',
        'OBX-5 no-element',
        'ZZZ unknown-segment',
      ],
    )
  })
  it('is valid R4 in all that it makes', () => {
    const mapped = order(
      'ORC|NW|1|2|3|IP||^BID^D4|0&K|20261119|1^En^Anna||2^To^Bo|||20261120|R^Grunn^L|||||AVD^^7|||||^Ord|||V|I',
      'RXO|x^X^L|1||mg||||||G|||||5^Fem^Eva||||||||||||||7',
      `RXE|1&mg^Q8H|x^X^L|1.50|2|mg|TAB^Tab^L|C^Kod^L~^Ord|||10|stk|3||4^Fire^Dag|RX|||||^Spes|H|2|mL|5|mg|R^I^I10||||||1|mL||||5^stk|AP^Apotek^L`,
      'NTE|1||n||9^Ni^Liv|20261119',
      'TQ1|1|1^mg|Q6H^^^^6^h~^^^^^^^PC^10^min|0800|5^min|3^d|20261120||S|vilkår|ord|S|2^h|3',
      'TQ1|2||PRN',
      'RXR|IV^I^HL70162|LA^A^HL70163|X^Y^L|IVP^P^HL70165|X^Skyll^L|V^Ven^L',
      'RXC|A|y^Y^L|1|mg|||Z^Z^L|2|mL',
    )
    for (const { resource } of mapped.resources) assert.deepEqual(validateR4(resource), [])
  }).timeout(30_000)
})
