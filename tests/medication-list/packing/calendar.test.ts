import assert from 'node:assert/strict'
import fc from 'fast-check'
import { localDate, startOfLocalDay } from '../../../src/core/zone.js'
import {
  firstChange,
  lockedInterval,
  type PackingCard,
  type PackingPeriod,
} from '../../../src/medication-list/packing/calendar.js'
import { type ChangeKind, canWait, type Outcome } from '../../../src/medication-list/packing/can-wait.js'
import { card, local, P7, P8, P9, PACKING_ZONE, period } from '../../support/packing-calendar.js'

const ZONE = PACKING_ZONE
const RUNS = process.env.STAFETT_TEST_DEEP ? 2_000 : 300

describe('the packing calendar', () => {
  const first = (cards: PackingCard[], t: string, now = t) => firstChange(cards, local(t), local(now), ZONE)

  it('counts normal periods only, and not those that are cancelled', () => {
    const acute = period('9 Mar', '11 Mar', '8 Mar 12:00', { acute: true })
    assert.equal(first([card(P7, acute, P8)], '5 Mar')?.period, P8)
    assert.equal(first([card(P7, { ...P8, state: 'cancelled' }, P9)], '5 Mar')?.period, P9)
  })
  it('takes no change into a period that closed before its time, but remembers what came before a cut-off', () => {
    const locked: PackingPeriod = { ...P8, state: 'locked' }
    assert.equal(first([card(P7, locked, P9)], '5 Mar')?.period, P9)
    assert.equal(first([card(P7, locked, P9)], '5 Mar', '13 Mar')?.period, locked)
  })
  it('waits for the latest of several cards', () => {
    const other = card(period('5 Mar', '18 Mar', '1 Mar 12:00'), period('19 Mar', '1 Apr', '15 Mar 12:00'))
    assert.equal(first([card(P7, P8, P9), other], '5 Mar')?.period.start, '2026-03-19')
    assert.equal(first([card(P7, P8, P9), card(P7)], '5 Mar'), undefined)
  })
  it('locks the days until the first change', () => {
    assert.deepEqual(lockedInterval([card(P7, P8, P9)], local('5 Mar 10:00'), local('5 Mar 10:00'), ZONE), {
      from: local('5 Mar 10:00'),
      to: local('16 Mar'),
    })
  })
  it('begins a period at local midnight on both sides of a clock change, in every zone of the list', () => {
    for (const zone of [
      'Europe/Oslo',
      'Europe/Copenhagen',
      'Europe/Stockholm',
      'Europe/Helsinki',
      'Atlantic/Reykjavik',
      'Atlantic/Faroe',
    ])
      for (const start of [
        '2026-03-29',
        '2026-03-30',
        '2026-10-25',
        '2026-10-26',
        '2027-01-01',
        '2028-02-29',
      ]) {
        const at = startOfLocalDay(start, zone)
        const only: PackingPeriod = { ...P8, start, end: start, cutoff: at - 3_600_000 }
        const found = firstChange([card(only)], at - 7_200_000, at - 7_200_000, zone)
        assert.equal(found?.at, at)
        assert.equal(localDate(found?.at ?? 0, zone), start)
        assert.notEqual(localDate((found?.at ?? 0) - 1, zone), start)
      }
  })
})

describe('invariant 7: can-wait is monotone', () => {
  const BASE = local('2 Mar')
  const HOUR = 3_600_000
  const periods = fc
    .array(
      fc.record({
        days: fc.integer({ min: 1, max: 15 }),
        gap: fc.integer({ min: 0, max: 2 }),
        lead: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined, freq: 6 }),
        state: fc.constantFrom('planned', 'planned', 'planned', 'locked', 'packed', 'cancelled' as const),
        acute: fc.boolean(),
      }),
      { maxLength: 6 },
    )
    .map((all): PackingPeriod[] => {
      let day = 0
      return all.map(({ days, gap, lead, state, acute }) => {
        const from = day + gap
        day = acute ? day : from + days
        const start = localDate(BASE + from * 24 * HOUR + 2 * HOUR, ZONE)
        return {
          start,
          end: localDate(BASE + (from + days - 1) * 24 * HOUR + 2 * HOUR, ZONE),
          cutoff: lead === undefined ? undefined : startOfLocalDay(start, ZONE) - lead * HOUR,
          expectedDelivery: undefined,
          state: state as PackingPeriod['state'],
          acute,
        }
      })
    })
  const hours = fc.integer({ min: -500, max: 2_000 })
  const kinds: ChangeKind[] = [
    'start',
    'increase',
    'stop',
    'hold',
    'decrease',
    'mixed',
    'slot-move',
    'unknown-dose',
  ]

  it('moving t later never turns waits or unanswered into in-time', () => {
    fc.assert(
      fc.property(
        fc.array(
          periods.map((list) => card(...list)),
          { maxLength: 2 },
        ),
        hours,
        fc.integer({ min: 0, max: 800 }),
        hours,
        hours,
        fc.constantFrom(...kinds),
        fc.constantFrom('can-wait', 'cannot-wait', undefined),
        fc.boolean(),
        fc.constantFrom('receipt', 'decision-time', 'awaited'),
        (cards, t, later, wish, now, change, answer, critical, by) => {
          const outcome = (at: number): Outcome =>
            canWait({
              change,
              cause: undefined,
              packed: true,
              inPouches: undefined,
              critical,
              transdermal: false,
              alike: false,
              wish: BASE + wish * HOUR,
              decided: BASE + Math.min(t, now) * HOUR,
              reached: by === 'awaited' ? { by } : { by, at: BASE + at * HOUR },
              answer,
              override: undefined,
              nextSlot: undefined,
              cards,
              zone: ZONE,
              now: BASE + (by === 'awaited' ? at : now) * HOUR,
            })
          const before = outcome(t)
          const after = outcome(t + later)
          if (before.kind !== 'in-time') assert.notEqual(after.kind, 'in-time')
          if (before.kind === 'waits' && after.kind === 'waits')
            assert.ok(after.effective >= before.effective)
        },
      ),
      { numRuns: RUNS },
    )
  })
})
