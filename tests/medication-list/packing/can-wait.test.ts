import assert from 'node:assert/strict'
import fc from 'fast-check'
import { instantOfLocalTime, localDate, startOfLocalDay } from '../../../src/core/zone.js'
import {
  firstChange,
  lockedInterval,
  type PackingCard,
  type PackingPeriod,
} from '../../../src/medication-list/packing/calendar.js'
import {
  type ChangeKind,
  canWait,
  type Outcome,
  type Question,
} from '../../../src/medication-list/packing/can-wait.js'

const ZONE = 'Europe/Oslo'
const RUNS = process.env.STAFETT_TEST_DEEP ? 2_000 : 300
/** `26 Feb 12:00` of 2026. */
const local = (text: string): number => {
  const [day, month, time] = text.split(' ')
  const number = { Feb: '02', Mar: '03', Apr: '04', Oct: '10' }[month ?? '']
  return instantOfLocalTime(`2026-${number}-${day?.padStart(2, '0')}`, time ?? '00:00', ZONE)
}
const period = (
  start: string,
  end: string,
  cutoff: string,
  more: Partial<PackingPeriod> = {},
): PackingPeriod => ({
  start: localDate(local(start), ZONE),
  end: localDate(local(end), ZONE),
  cutoff: local(cutoff),
  expectedDelivery: undefined,
  state: 'planned',
  acute: false,
  ...more,
})
const P7 = period('2 Mar', '15 Mar', '26 Feb 12:00')
const P8 = period('16 Mar', '29 Mar', '12 Mar 12:00')
const P9 = period('30 Mar', '12 Apr', '26 Mar 12:00')
const card = (...periods: PackingPeriod[]): PackingCard => ({
  key: 'c',
  stated: 'Basic/c/_history/1',
  periods,
})

interface Asked extends Partial<Omit<Question, 'wish' | 'decided'>> {
  readonly t: string
  readonly wish?: string
}
const ask = ({ t, wish, ...more }: Asked): Outcome =>
  canWait({
    change: 'increase',
    cause: undefined,
    packed: true,
    inPouches: undefined,
    critical: false,
    transdermal: false,
    alike: false,
    wish: local(wish ?? t),
    decided: local(t),
    reached: { by: 'receipt', at: local(t) },
    answer: undefined,
    override: undefined,
    nextSlot: undefined,
    cards: [card(P7, P8, P9)],
    zone: ZONE,
    now: local(t),
    ...more,
  })
const effective = (outcome: Outcome): string | undefined =>
  'effective' in outcome ? localDate(outcome.effective, ZONE) : undefined
const brief = (outcome: Outcome) => [outcome.kind, effective(outcome)]

describe('can it wait: the worked calendar', () => {
  it('25 Feb 09:00, from 2 Mar: in time for P7', () => {
    assert.deepEqual(brief(ask({ t: '25 Feb 09:00', wish: '2 Mar' })), ['in-time', '2026-03-02'])
  })
  it('26 Feb 12:00, from 2 Mar, can wait: the cut-off is exclusive, so it waits until 16 Mar', () => {
    assert.deepEqual(brief(ask({ t: '26 Feb 12:00', wish: '2 Mar', answer: 'can-wait' })), [
      'waits',
      '2026-03-16',
    ])
  })
  it('5 Mar 10:00, now, cannot wait: act now', () => {
    assert.deepEqual(brief(ask({ t: '5 Mar 10:00', answer: 'cannot-wait' })), ['act-now', '2026-03-05'])
  })
  it('5 Mar 10:00, from 16 Mar: in time for P8', () => {
    assert.deepEqual(brief(ask({ t: '5 Mar 10:00', wish: '16 Mar' })), ['in-time', '2026-03-16'])
  })
  it('12 Mar 11:59, from 16 Mar: in time for P8', () => {
    assert.deepEqual(brief(ask({ t: '12 Mar 11:59', wish: '16 Mar' })), ['in-time', '2026-03-16'])
  })
  it('12 Mar 12:01, from 20 Mar, can wait: waits until 30 Mar, the day after the clocks change', () => {
    const outcome = ask({ t: '12 Mar 12:01', wish: '20 Mar', answer: 'can-wait' })
    assert.deepEqual(brief(outcome), ['waits', '2026-03-30'])
    assert.ok('effective' in outcome)
    assert.equal(new Date(outcome.effective).toISOString(), '2026-03-29T22:00:00.000Z')
  })
  it('5 Mar, stop warfarin for bleeding now, can wait: refused, act now', () => {
    const outcome = ask({
      t: '5 Mar 10:00',
      change: 'stop',
      cause: 'adverse-reaction',
      critical: true,
      answer: 'can-wait',
    })
    assert.deepEqual(brief(outcome), ['act-now', '2026-03-05'])
    assert.ok(outcome.kind === 'act-now' && outcome.forced === 'cause')
  })
  it('11 Mar 09:00, from 16 Mar, cut-off of P8 then moved back to 10 Mar 12:00: no longer in time', () => {
    const asked: Asked = { t: '11 Mar 09:00', wish: '16 Mar' }
    assert.equal(ask(asked).kind, 'in-time')
    const moved = { ...P8, cutoff: local('10 Mar 12:00') }
    assert.equal(ask({ ...asked, cards: [card(P7, moved, P9)] }).kind, 'unanswered')
  })
})

describe('can it wait: the rules', () => {
  it('has no impact where the line is not packed, or every pouch stays as it is', () => {
    assert.equal(ask({ t: '5 Mar 10:00', packed: false }).kind, 'no-pack-impact')
    assert.equal(ask({ t: '5 Mar 10:00', change: 'none' }).kind, 'no-pack-impact')
    assert.equal(ask({ t: '5 Mar 10:00', change: 'stop', inPouches: false }).kind, 'no-pack-impact')
    assert.equal(ask({ t: '5 Mar 10:00', change: 'start', inPouches: false }).kind, 'unanswered')
  })
  it('asks the pharmacy where no calendar is known, and still acts on what cannot wait', () => {
    assert.equal(ask({ t: '5 Mar 10:00', cards: [] }).kind, 'ask-pharmacy')
    assert.equal(ask({ t: '5 Mar 10:00', cards: [card({ ...P8, cutoff: undefined })] }).kind, 'ask-pharmacy')
    assert.equal(ask({ t: '5 Mar 10:00', cards: [], answer: 'cannot-wait' }).kind, 'act-now')
  })
  it('holds a stop, hold or decrease of a critical line for urgent until it is answered', () => {
    for (const change of ['stop', 'hold', 'decrease'] as const) {
      const outcome = ask({ t: '5 Mar 10:00', change, critical: true })
      assert.ok(outcome.kind === 'act-now' && !outcome.answered, change)
    }
    assert.equal(ask({ t: '5 Mar 10:00', change: 'increase', critical: true }).kind, 'unanswered')
  })
  it('refuses waiting for a cause or a critical line, unless overridden with a reason', () => {
    const asked: Asked = { t: '5 Mar 10:00', answer: 'can-wait', change: 'decrease', cause: 'interaction' }
    assert.equal(ask(asked).kind, 'act-now')
    const overridden = ask({ ...asked, override: 'one tablet less in a fortnight is enough' })
    assert.ok(overridden.kind === 'waits' && overridden.override !== undefined)
    assert.equal(ask({ ...asked, cause: undefined, critical: true }).kind, 'act-now')
    assert.equal(ask({ ...asked, change: 'increase' }).kind, 'waits', 'a cause forces stops and decreases')
  })
  it('gives the decider four hours, or until an hour before the next slot', () => {
    const due = (nextSlot?: string) => {
      const outcome = ask({
        t: '5 Mar 10:00',
        ...(nextSlot === undefined ? {} : { nextSlot: local(nextSlot) }),
      })
      return outcome.kind === 'unanswered' ? outcome.due : undefined
    }
    assert.equal(due(), local('5 Mar 14:00'))
    assert.equal(due('5 Mar 14:00'), local('5 Mar 13:00'))
    assert.equal(due('5 Mar 10:30'), local('5 Mar 10:00'))
    assert.equal(due('5 Mar 20:00'), local('5 Mar 14:00'))
  })
  it('is due when wished, or an hour before the slot that it touches', () => {
    const deadline = (asked: Asked) => {
      const outcome = ask({ answer: 'cannot-wait', ...asked })
      return outcome.kind === 'act-now' ? outcome.deadline : undefined
    }
    assert.equal(deadline({ t: '5 Mar 10:00', nextSlot: local('5 Mar 20:00') }), local('5 Mar 19:00'))
    assert.equal(
      deadline({ t: '5 Mar 10:00', wish: '7 Mar', nextSlot: local('7 Mar 08:00') }),
      local('7 Mar'),
    )
    assert.equal(deadline({ t: '5 Mar 10:00' }), local('5 Mar 10:00'))
  })
  it('never takes a unit out of a pouch in which two look alike, and takes a stopped patch off', () => {
    const stop = ask({
      t: '5 Mar 10:00',
      change: 'stop',
      answer: 'cannot-wait',
      alike: true,
      transdermal: true,
    })
    assert.ok(stop.kind === 'act-now' && stop.takeOff && !stop.measures.includes('withhold-unit'))
    const start = ask({ t: '5 Mar 10:00', change: 'start', answer: 'cannot-wait' })
    assert.ok(start.kind === 'act-now' && start.measures.includes('add-outside-roll'))
  })
  it('is provisional until the pharmacy is known to know, and says when the decision time stands in', () => {
    const awaited = ask({ t: '25 Feb 09:00', wish: '2 Mar', reached: { by: 'awaited' } })
    assert.ok(awaited.kind === 'in-time' && awaited.provisional)
    const late = ask({
      t: '25 Feb 09:00',
      wish: '2 Mar',
      reached: { by: 'awaited' },
      now: local('26 Feb 12:00'),
    })
    assert.equal(late.kind, 'unanswered', 'the receipt can no longer come in time')
    const standing = ask({
      t: '25 Feb 09:00',
      wish: '2 Mar',
      reached: { by: 'decision-time', at: local('25 Feb 09:00') },
      now: local('28 Feb'),
    })
    assert.ok(standing.kind === 'in-time' && !standing.provisional && standing.reached === 'decision-time')
  })
})

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
