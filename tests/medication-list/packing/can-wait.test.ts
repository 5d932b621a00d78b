import assert from 'node:assert/strict'
import { localDate } from '../../../src/core/zone.js'
import { canWait, type Outcome, type Question } from '../../../src/medication-list/packing/can-wait.js'
import { card, local, P7, P8, P9, PACKING_ZONE } from '../../support/packing-calendar.js'

const ZONE = PACKING_ZONE
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
