import assert from 'node:assert/strict'
import { addDays } from '../../../src/core/zone.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { numbersOf } from '../../../src/medication-list/discrepancies/explanation.js'
import { packed, sachet, travel } from '../../support/chain-facts.js'
import {
  asPrevious,
  type DeriveOptions,
  derive,
  fact,
  fixed,
  issueOf,
  type RowOptions,
  row,
  supply,
} from '../../support/clinical-facts.js'

const MULTIDOSE = {
  extension: [{ url: 'http://stafett.internal/fhir/StructureDefinition/multidose', valueBoolean: true }],
}
const AT = '2026-11-21T11:00:00.000Z'
const told = (facts: Fact[], code: string, options: DeriveOptions = {}) =>
  issueOf(derive(facts, { at: AT, ...options }), code)
const numbers = (facts: Fact[], code: string, options: DeriveOptions = {}) => {
  const issue = told(facts, code, options)
  return issue === undefined ? undefined : numbersOf(issue)
}
/** One instant before, and at, the instant that the engine named. */
const aroundNext = (facts: Fact[], code: string, options: DeriveOptions = {}) => {
  const { nextChangeAt } = derive(facts, { at: AT, ...options })
  assert.ok(nextChangeAt)
  const before = new Date(Date.parse(nextChangeAt) - 1).toISOString()
  return [before, nextChangeAt].map((at) => told(facts, code, { ...options, at })?.severity)
}
const line = (more: RowOptions = {}) => row('r', { more: MULTIDOSE, ...more })
const roll = (more: Partial<Parameters<typeof packed>[1]> = {}) =>
  packed('d', { brand: 'ID_METOTAB', from: '2026-11-16', to: '2026-11-29', row: 'r', ...more })

describe('dose-mismatch-pack', () => {
  it('no. 4: metoprolol 50 mg in the morning, packed morning and midday, is high with both sums', () => {
    const facts = [line(), roll({ dosage: [fixed(1, { when: ['MORN', 'NOON'] })] })]
    const issue = told(facts, 'dose-mismatch-pack')
    assert.equal(issue?.severity, 'high')
    assert.match(issue?.detail ?? '', /pakket 100 mg per døgn, ordinert 50 mg, fra 21\.11\.2026 \(9 dager\)/)
    assert.deepEqual(
      issue?.evidence?.[0]?.detail?.map(({ reference }) => reference),
      ['MedicationDispense/d/_history/1'],
    )
  })

  it('no. 4: two of 25 mg in the morning are the same dose', () => {
    const facts = [line(), roll({ brand: 'ID_METOTAB25', dosage: [fixed(2, { when: ['MORN'] })] })]
    assert.equal(told(facts, 'dose-mismatch-pack'), undefined)
    assert.equal(told(facts, 'substitution-not-allowed'), undefined, 'a product note only')
  })

  it('is moderate where only the slots differ', () => {
    const facts = [line(), roll({ dosage: [fixed(1, { when: ['EVE'] })] })]
    const issue = told(facts, 'dose-mismatch-pack')
    assert.equal(issue?.severity, 'moderate')
    assert.match(issue?.detail ?? '', /kl\. 20\.00 i stedet for 08\.00/)
  })

  it('closes by itself when the roll’s last differing day is over, or the roll is packed anew', () => {
    const facts = [line(), roll({ to: '2026-11-22', dosage: [fixed(2, { when: ['MORN'] })] })]
    const open = derive(facts, { at: AT })
    assert.deepEqual(aroundNext(facts, 'dose-mismatch-pack', { at: '2026-11-22T05:00:00.000Z' }), [
      'high',
      undefined,
    ])
    const mended = derive([line(), roll({ to: '2026-11-22' })], { at: AT, previous: asPrevious(open) })
    const id = issueOf(open, 'dose-mismatch-pack')?.id
    assert.equal(mended.issues.find((issue) => issue.id === id)?.status, 'final')
  })

  it('tells a medicine that stands on no line as dispensed, not as a difference', () => {
    const facts = [line(), roll(), packed('x', { brand: 'ID_PARACET', from: '2026-11-16', to: '2026-11-29' })]
    assert.equal(told(facts, 'dose-mismatch-pack'), undefined)
    assert.equal(told(facts, 'dispensed-not-on-list')?.severity, 'high')
  })

  it('speaks all five languages', () => {
    const facts = [line(), roll({ dosage: [fixed(2, { when: ['MORN'] })] })]
    const details = (['nb', 'da', 'en', 'sv', 'fi'] as const).map(
      (language) => told(facts, 'dose-mismatch-pack', { language })?.detail,
    )
    assert.equal(new Set(details).size, 5)
    for (const detail of details) assert.match(detail ?? '', /100 mg.*50 mg/)
  })
})

describe('stopped-still-packed', () => {
  // Tuesday 24 November, 14:00.
  const warfarin = { brand: 'ID_WARFARIN', from: '2026-11-23', to: '2026-12-06' }
  const stop = (more: RowOptions = {}) =>
    row('r', {
      brand: 'ID_WARFARIN',
      status: 'stopped',
      asserted: '2026-11-24T14:00:00+01:00',
      period: { start: '2026-11-01', end: '2026-11-24T14:00:00+01:00' },
      dosage: [fixed(1, { when: ['EVE'] })],
      ...more,
    })
  const warfarinRoll = roll({ ...warfarin, dosage: [fixed(1, { when: ['EVE'] })] })
  const at = '2026-11-24T13:05:00.000Z'

  it('no. 6: warfarin stopped Tuesday 14:00 is high, with the pouches from Tuesday evening to the last Sunday', () => {
    const facts = [stop(), warfarinRoll]
    const issue = told(facts, 'stopped-still-packed', { at })
    assert.equal(issue?.severity, 'high')
    const { pouches } = numbers(facts, 'stopped-still-packed', { at }) ?? {}
    const days = Array.from({ length: 13 }, (_, index) => addDays('2026-11-24', index))
    assert.deepEqual(
      pouches,
      days.map((day) => `${day} EVE 20:00`),
    )
    assert.match(issue?.detail ?? '', /Marevan.*seponert 24\.11\.2026 kl\. 14\.00.*13 poser/)
  })

  it('counts a pouch down once its time has passed, unless it is told as left', () => {
    const later = '2026-11-25T23:30:00.000Z'
    const count = (facts: Fact[]) => numbers(facts, 'stopped-still-packed', { at: later })?.['count']
    const left = sachet('s', '2026-11-24T20:00:00+01:00', {
      scheduled: '2026-11-24T20:00:00+01:00',
      status: 'not-done',
    })
    assert.equal(count([stop(), warfarinRoll]), 11)
    assert.equal(count([stop(), warfarinRoll, left]), 12)
    const taken = sachet('t', '2026-11-26T20:00:00+01:00', { scheduled: '2026-11-26T20:00:00+01:00' })
    assert.equal(count([stop(), warfarinRoll, taken]), 10)
  })

  it('holds for a pause, and says which pouches were given along for travel', () => {
    const held = row('r', {
      brand: 'ID_WARFARIN',
      status: 'on-hold',
      asserted: '2026-11-24T14:00:00+01:00',
      dosage: [fixed(1, { when: ['EVE'] })],
    })
    const away = travel('v', '2026-11-24T12:00:00+01:00', '2026-11-25', '2026-11-27', 3)
    const told = numbers([held, warfarinRoll, away], 'stopped-still-packed', { at })
    assert.deepEqual([told?.['paused'], told?.['away']], [true, 3])
  })

  it('closes at the end of the roll, and when the measure that withholds the unit is confirmed', () => {
    const facts = [stop(), warfarinRoll]
    const last = '2026-12-06T19:30:00.000Z'
    assert.equal(told(facts, 'stopped-still-packed', { at: last })?.severity, 'high')
    assert.deepEqual(aroundNext(facts, 'stopped-still-packed', { at: last }), ['high', undefined])
    const { lines } = derive(facts, { at })
    const withheld = fact(
      {
        resourceType: 'Task',
        status: 'completed',
        intent: 'order',
        code: {
          coding: [{ system: 'http://stafett.internal/fhir/CodeSystem/medlist-task', code: 'withhold-unit' }],
        },
        focus: { reference: `MedicationStatement/${lines[0]?.id}` },
        executionPeriod: { start: '2026-11-24T14:00:00+01:00' },
        lastModified: '2026-11-24T13:01:00Z',
      },
      'w',
      'home-care',
    )
    assert.equal(told([...facts, withheld], 'stopped-still-packed', { at }), undefined)
  })
})

describe('stopped-still-dispensed', () => {
  const stop = row('r', {
    brand: 'ID_WARFARIN',
    status: 'stopped',
    asserted: '2026-11-24T14:00:00+01:00',
    period: { end: '2026-11-24T14:00:00+01:00' },
    receivedAt: '2026-11-24T13:03:00Z',
  })
  const at = '2026-11-25T11:00:00.000Z'

  it('no. 7: handed out on Wednesday after a stop that was to be seen on Tuesday is high', () => {
    const after = [stop, supply('d', '2026-11-25T10:00:00+01:00', 'ID_WARFARIN')]
    assert.equal(told(after, 'stopped-still-dispensed', { at })?.severity, 'high')
  })

  it('no. 7: handed out before the stop is none; what lies at home is told as still packed', () => {
    const before = [
      stop,
      roll({
        brand: 'ID_WARFARIN',
        from: '2026-11-23',
        to: '2026-12-06',
        handedOver: '2026-11-24T13:50:00+01:00',
      }),
    ]
    assert.equal(told(before, 'stopped-still-dispensed', { at }), undefined)
    assert.equal(told(before, 'stopped-still-packed', { at })?.severity, 'high')
  })
})
