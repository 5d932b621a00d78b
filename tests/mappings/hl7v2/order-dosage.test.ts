import assert from 'node:assert/strict'
import type { Dosage } from 'fhir/r4.js'
import { extensionUrl, SNOMED, UCUM } from '../../../src/core/canonical.js'
import { order, requestOf, unmappedAt } from './messages.js'

const ORC = 'ORC|NW|P-1^KURVE|F-1^APOTEK||||||20261119120000+0100|||9144900^Lege^Lise^^^^^^HPR'
const RXE = 'RXE||L01^Testamol 500 mg tablett^L|1|2|{tablet}^tablett^UCUM'
const dosage = (...lines: readonly string[]) => requestOf(order(ORC, ...lines)).dosageInstruction ?? []
const timing = (...lines: readonly string[]) => dosage(...lines).map((entry) => entry.timing?.repeat)

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
  const ORIGINAL = extensionUrl('original-text')
  const wordsOf = (entry: Dosage | undefined) =>
    entry?.doseAndRate?.[0]?.extension?.find(({ url }) => url === ORIGINAL)?.valueString
  it('keeps what is no amount to be given as words, says so, and guesses nothing', () => {
    for (const amount of ['1-2', '<5', '1,5', '-1', '0', '1e3', '1e-26', '0.00000000001', '100001', '1e9']) {
      const mapped = order(ORC, `RXE||x^X^L|${amount}||tablett`)
      const [entry] = requestOf(mapped).dosageInstruction ?? []
      assert.equal(entry?.text, `${amount} tablett`)
      assert.equal(wordsOf(entry), `${amount} tablett`)
      assert.equal(entry?.doseAndRate?.[0]?.doseQuantity, undefined, amount)
      assert.deepEqual(unmappedAt(mapped, 'invalid-value'), ['RXE-3'], amount)
    }
  })
  it('keeps the timing beside an amount with a decimal comma, in the text too', () => {
    const mapped = order(ORC, 'RXE||x^X^L|1,5||tablett', 'TQ1|1||QAM|||||||||Til natten')
    const [entry] = requestOf(mapped).dosageInstruction ?? []
    assert.equal(entry?.text, '1,5 tablett QAM')
    assert.deepEqual(entry?.timing?.repeat, { frequency: 1, period: 1, periodUnit: 'd', when: ['MORN'] })
    assert.deepEqual(unmappedAt(mapped, 'invalid-value'), ['RXE-3'])
    const texts = (...timing: readonly string[]) =>
      dosage('RXE||x^X^L|1,5||tablett', ...timing).map(({ text }) => text)
    assert.deepEqual(texts('TQ1|1||BID|0800~2000|||||||Til maten'), [
      '1,5 tablett BID 08:00 20:00, Til maten',
    ])
    assert.deepEqual(texts('TQ1|1||PRN'), ['1,5 tablett PRN'])
    assert.deepEqual(texts('TQ1|1||^DW^1^2^2^W'), ['1,5 tablett 1 / 2 wk mon tue'])
    assert.deepEqual(texts('TQ1|1||QAM', 'TQ1|2||QHS'), ['1,5 tablett QAM', '1,5 tablett QHS'])
  })
  it('takes no other amount of the message for one that is words only', () => {
    const mapped = order(ORC, 'RXE||x^X^L|1,5||tablett', 'TQ1|1|2^tablett|QAM')
    assert.equal(requestOf(mapped).dosageInstruction?.[0]?.doseAndRate?.[0]?.doseQuantity, undefined)
    assert.deepEqual(unmappedAt(mapped, 'superseded'), ['TQ1-2'])
  })
  it('reads the amount of the timing by the same rules', () => {
    for (const [line, at] of [
      ['TQ1|1|-2^mg|QAM', 'TQ1-2.1'],
      ['TQ1|1|<2^mg|QAM', 'TQ1-2.1'],
    ] as const) {
      const mapped = order(ORC, 'RXE||x^X^L', line)
      assert.deepEqual(unmappedAt(mapped, 'invalid-value'), [at])
      assert.equal(requestOf(mapped).dosageInstruction?.[0]?.doseAndRate?.[0]?.doseQuantity, undefined)
    }
    const mapped = order(ORC, 'RXE|1,5&mg^QAM|x^X^L')
    assert.deepEqual(unmappedAt(mapped, 'invalid-value'), ['RXE-1.1'])
    assert.equal(requestOf(mapped).dosageInstruction?.[0]?.text, '1,5 mg QAM')
  })
  it('takes no range whose least is more than its most', () => {
    const mapped = order(ORC, 'RXE||x^X^L|2|1|mg')
    assert.deepEqual(requestOf(mapped).dosageInstruction?.[0]?.text, '2 - 1 mg')
    assert.deepEqual(unmappedAt(mapped, 'invalid-value'), ['RXE-4'])
  })
  it('has units of activity in millions, and other amounts up to 100,000', () => {
    assert.equal(dosage('RXE||x^X^L|5000000||[iU]')[0]?.doseAndRate?.[0]?.doseQuantity?.value, 5_000_000)
    assert.equal(dosage('RXE||x^X^L|100000||mg')[0]?.doseAndRate?.[0]?.doseQuantity?.value, 100_000)
    assert.equal(wordsOf(dosage('RXE||x^X^L|1000000000||[iU]')[0]), '1000000000 [iU]')
  })
  it('keeps a rate that cannot be given as words', () => {
    const mapped = order(ORC, `RXE||x^X^L|5||mg${'|'.repeat(18)}-125|mL/h`)
    const [entry] = requestOf(mapped).dosageInstruction ?? []
    assert.equal(entry?.doseAndRate?.[0]?.rateQuantity, undefined)
    assert.equal(entry?.doseAndRate?.[0]?.doseQuantity?.value, 5)
    assert.equal(entry?.text, '-125 mL/h')
    assert.deepEqual(unmappedAt(mapped, 'invalid-value'), ['RXE-23'])
  })
  it('never lets a rhythm that cannot be told look like daily', () => {
    for (const [pattern, reason, at, text] of [
      ['^^^^1e3^D', 'invalid-value', 'TQ1-3.5', '1e3 D 08:00'],
      ['^^^^9999999^L', 'invalid-value', 'TQ1-3.5', '9999999 L 08:00'],
      ['^^^^2^X', 'unknown-code', 'TQ1-3.5', '2 X 08:00'],
      ['^DM^15', 'no-element', 'TQ1-3.2', 'DM 15 08:00'],
    ] as const) {
      const mapped = order(ORC, RXE, `TQ1|1||${pattern}|0800`)
      const [entry] = requestOf(mapped).dosageInstruction ?? []
      assert.equal(entry?.timing, undefined)
      assert.equal(entry?.text, text)
      assert.deepEqual(unmappedAt(mapped, reason), [at])
    }
    const [coded] = dosage(RXE, 'TQ1|1||BID^^^^0^D')
    assert.deepEqual(coded?.timing, { code: { text: 'BID' } })
  })
  it('notes lengths of time that nothing can be planned by, and years of no record', () => {
    for (const [line, at] of [
      ['TQ1|1||BID|||999999999999^d|20261120', 'TQ1-6'],
      ['TQ1|1||BID|||-7^d|20261120', 'TQ1-6'],
      ['TQ1|1||BID|||999999999^mo', 'TQ1-6'],
      ['TQ1|1||BID||||20261120|99991231', 'TQ1-8.1'],
      ['TQ1|1||BID||||||||||-2^h', 'TQ1-13'],
    ] as const) {
      const mapped = order(ORC, RXE, line)
      assert.deepEqual(unmappedAt(mapped, 'invalid-value'), [at], line)
      const repeat = requestOf(mapped).dosageInstruction?.[0]?.timing?.repeat
      assert.equal(repeat?.boundsPeriod?.end ?? repeat?.boundsDuration ?? repeat?.duration, undefined)
    }
    assert.deepEqual(unmappedAt(order(ORC, RXE, 'TQ1|1||BID|||36500^d|21900101'), 'no-element'), ['TQ1-6'])
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
