import assert from 'node:assert/strict'
import type { MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import type { Fact } from '../../src/medication-list/contract.js'
import { readDosagePlan } from '../../src/medication-list/dosage/plan.js'
import { recentlyEndedMs } from '../../src/medication-list/lines/recently-ended.js'
import { asPrevious, codesOf, derive, fixed, prescription, row, supply } from '../support/clinical-facts.js'

const statusAt = (facts: readonly Fact[], at: string) => derive(facts, { at }).lines[0]?.statement.status
const statusDate = (value: string) => ({ url: extensionUrl('status-date'), valueDateTime: value })
const plan = (resume: string, auto: boolean) => ({
  url: extensionUrl('hold-plan'),
  extension: [
    { url: 'resume', valueDateTime: resume },
    { url: 'auto-resume', valueBoolean: auto },
  ],
})
const held = (
  resume: string,
  auto: boolean,
  more: Partial<MedicationStatement> = {},
  dosage?: object[],
): Fact =>
  row('r', {
    status: 'on-hold',
    asserted: '2026-11-20T10:00:00+01:00',
    ...(dosage === undefined ? {} : { dosage: dosage as never }),
    more: { extension: [statusDate('2026-11-20T10:00:00+01:00'), plan(resume, auto)], ...more },
  })

describe('transitions of a line by time', () => {
  it('resume at the local midnight of their day where that was decided, and not else', () => {
    const auto = derive([held('2026-11-25', true)], { at: '2026-11-22T11:00:00.000Z' })
    assert.equal(auto.lines[0]?.statement.status, 'on-hold')
    assert.equal(auto.nextChangeAt, '2026-11-24T23:00:00.000Z')
    assert.equal(statusAt([held('2026-11-25', true)], '2026-11-24T22:59:59.999Z'), 'on-hold')
    const resumed = derive([held('2026-11-25', true)], {
      at: '2026-11-24T23:00:00.000Z',
      previous: asPrevious(auto),
    })
    assert.equal(resumed.lines[0]?.statement.status, 'active')
    assert.equal(resumed.lines[0]?.flag, 'resumed')
    assert.equal(statusAt([held('2026-11-25', false)], '2026-12-24T23:00:00.000Z'), 'on-hold')
  })

  it('resume at the instant that is stated', () => {
    const hold = [held('2026-11-25T14:00:00+01:00', true)]
    assert.equal(statusAt(hold, '2026-11-25T12:59:59.999Z'), 'on-hold')
    assert.equal(statusAt(hold, '2026-11-25T13:00:00.000Z'), 'active')
  })

  it('never resume a taper or a cycle, whose step or day the prescriber states', () => {
    const step = (sequence: number, value: number, days: number) => ({
      ...fixed(value, { when: ['MORN'], boundsDuration: { value: days, code: 'd' } }),
      sequence,
    })
    const cycle = {
      ...fixed(1, { when: ['MORN'] }),
      extension: [
        {
          url: extensionUrl('cycle'),
          extension: [
            { url: 'on', valuePositiveInt: 21 },
            { url: 'off', valuePositiveInt: 7 },
          ],
        },
      ],
    }
    for (const dosage of [[step(1, 2, 3), step(2, 1, 7)], [cycle]]) {
      const found = derive([held('2026-11-25', true, {}, dosage)], { at: '2026-11-26T11:00:00.000Z' })
      assert.equal(found.lines[0]?.statement.status, 'on-hold')
      assert.ok(codesOf(found).includes('hold-without-plan'), codesOf(found).join())
    }
  })

  it('do not bring back what ended while it was paused', () => {
    const course = row('a', { prescription: 'p', period: { start: '2026-11-01', end: '2026-11-23' } })
    const pause = (end: string) =>
      row('b', {
        prescription: 'p',
        status: 'on-hold',
        asserted: '2026-11-20T10:00:00+01:00',
        period: { end },
        more: { extension: [statusDate('2026-11-20T10:00:00+01:00'), plan('2026-11-25', true)] },
      })
    const without = pause('2026-12-31')
    assert.equal(statusAt([course, without], '2026-11-25T11:00:00.000Z'), 'completed')
    assert.equal(statusAt([row('x'), held('2026-11-25', true)], '2026-11-25T11:00:00.000Z'), 'active')
    assert.equal(statusAt([pause('2026-11-28')], '2026-11-26T11:00:00.000Z'), 'active')
    assert.equal(statusAt([pause('2026-11-28')], '2026-11-28T23:00:00.000Z'), 'completed')
  })

  it('happen at the local midnight of days of 23 and of 25 hours', () => {
    // Norway: 29 March and 25 October 2026.
    const starts = (start: string) => [row('r', { asserted: '2026-03-01T09:00:00+01:00', period: { start } })]
    for (const [day, midnight] of [
      ['2026-03-29', '2026-03-28T23:00:00.000Z'],
      ['2026-03-30', '2026-03-29T22:00:00.000Z'],
      ['2026-10-25', '2026-10-24T22:00:00.000Z'],
      ['2026-10-26', '2026-10-25T23:00:00.000Z'],
    ] as const) {
      const before = new Date(Date.parse(midnight) - 1).toISOString()
      assert.equal(derive(starts(day), { at: before }).nextChangeAt, midnight, day)
      assert.equal(statusAt(starts(day), before), 'intended', day)
      assert.equal(statusAt(starts(day), midnight), 'active', day)
      const ends = [row('e', { asserted: '2026-03-01T09:00:00+01:00', period: { end: day } })]
      const over = new Date(
        Date.parse(midnight) + (day === '2026-03-29' ? 23 : day === '2026-10-25' ? 25 : 24) * 3_600_000,
      )
      assert.equal(statusAt(ends, new Date(over.getTime() - 1).toISOString()), 'active', day)
      assert.equal(statusAt(ends, over.toISOString()), 'completed', day)
    }
  })

  it('stop at an instant: stopped Tuesday 14:00, no dose of Tuesday evening', () => {
    const stopped = row('r', {
      status: 'stopped',
      asserted: '2026-11-24T14:00:00+01:00',
      period: { end: '2026-11-24T14:00:00+01:00' },
    })
    assert.equal(
      statusAt(
        [stopped, prescription('p', { more: { basedOn: [{ reference: 'MedicationStatement/r' }] } })],
        '2026-11-24T19:00:00.000Z',
      ),
      'stopped',
    )
    assert.equal(
      statusAt(
        [
          row('r', {
            period: { end: '2026-11-24T14:00:00+01:00' },
            more: { statusReason: [{ text: 'Blødning' }] },
          }),
        ],
        '2026-11-24T12:59:59.999Z',
      ),
      'active',
    )
    assert.equal(
      statusAt(
        [
          row('r', {
            period: { end: '2026-11-24T14:00:00+01:00' },
            more: { statusReason: [{ text: 'Blødning' }] },
          }),
        ],
        '2026-11-24T13:00:00.000Z',
      ),
      'stopped',
    )
  })
})

describe('transitions of a line by decision', () => {
  it('planned to stopped before its start', () => {
    const planned = row('a', { prescription: 'p', period: { start: '2026-12-01' } })
    const stop = prescription('p', {
      more: { status: 'stopped', extension: [statusDate('2026-11-21T10:00:00+01:00')] },
    })
    assert.equal(statusAt([planned], '2026-11-22T11:00:00.000Z'), 'intended')
    assert.equal(statusAt([planned, stop], '2026-11-22T11:00:00.000Z'), 'stopped')
  })

  it('a pause that an update leaves out is a resume, and says so', () => {
    const active = derive([row('r')])
    const paused = derive([held('2026-12-25', false)], { previous: asPrevious(active) })
    assert.equal(paused.lines[0]?.flag, 'held')
    // The same row again, nothing changed but the pause.
    const again = derive([row('r', { asserted: '2026-11-20T10:00:00+01:00' })], {
      previous: asPrevious(paused),
    })
    assert.equal(again.lines[0]?.flag, 'resumed')
    assert.equal(again.lines[0]?.statement.status, 'active')
  })

  it('provisional to active, stopped or error on the same line', () => {
    const given = supply('s', '2026-11-20T12:00:00+01:00', 'ID_METOTAB')
    const seen = derive([given])
    assert.equal(seen.lines[0]?.statement.status, 'unknown')
    const decided = derive([given, prescription('p', { authoredOn: '2026-11-19T09:00:00+01:00' })], {
      previous: asPrevious(seen),
    })
    assert.deepEqual(
      decided.lines.map(({ id, statement }) => [id, statement.status]),
      [[seen.lines[0]?.id, 'active']],
    )
    const stopped = derive(
      [
        given,
        row('r', {
          status: 'stopped',
          asserted: '2026-11-21T09:00:00+01:00',
          period: { start: '2026-11-01', end: '2026-11-21' },
        }),
      ],
      { at: '2026-11-22T11:00:00.000Z', previous: asPrevious(seen) },
    )
    assert.deepEqual(
      stopped.lines.map(({ id, statement }) => [id, statement.status]),
      [[seen.lines[0]?.id, 'stopped']],
    )
  })

  it('a start after more than a year, or of another medicine, is a new line', () => {
    const stopped = (at: string) =>
      row('r', { status: 'stopped', asserted: `${at}T10:00:00Z`, period: { start: '2024-01-01', end: at } })
    const again = (brand: string) =>
      prescription('p', { brand, more: { basedOn: [{ reference: 'MedicationStatement/r' }] } })
    const before = derive([stopped('2025-11-05')], { at: '2025-11-06T11:00:00.000Z' })
    const within = derive([stopped('2025-11-05'), again('ID_METOTAB')], { previous: asPrevious(before) })
    const active = (found: typeof within) =>
      found.lines.filter(({ statement }) => statement.status === 'active')
    assert.deepEqual(
      active(within).map(({ id }) => id),
      [before.lines[0]?.id],
    )
    const long = derive([stopped('2025-10-05')], { at: '2025-10-06T11:00:00.000Z' })
    const after = derive([stopped('2025-10-05'), again('ID_METOTAB')], { previous: asPrevious(long) })
    assert.notEqual(active(after)[0]?.id, long.lines[0]?.id)
    const other = derive([stopped('2025-11-05'), again('ID_METODEPOT')], { previous: asPrevious(before) })
    assert.equal(active(other).length, 1)
    assert.notEqual(active(other)[0]?.id, before.lines[0]?.id)
  })

  it('an ended line counts as recently ended for 90 days, or for two intervals of more than 30 days', () => {
    const days = (repeat: object) => recentlyEndedMs(readDosagePlan([fixed(1, repeat)])) / 86_400_000
    assert.equal(days({ when: ['MORN'] }), 90)
    assert.equal(days({ frequency: 1, period: 4, periodUnit: 'wk' }), 90)
    assert.equal(days({ frequency: 1, period: 12, periodUnit: 'wk' }), 168)
    const depot = (end: string) =>
      row('d', {
        status: 'stopped',
        period: { start: '2025-01-01', end },
        dosage: [fixed(1, { frequency: 1, period: 12, periodUnit: 'wk' }, 'sprøyte')],
      })
    assert.equal(derive([depot('2026-07-01')]).lines.length, 1)
    assert.equal(derive([depot('2026-05-01')]).lines.length, 0)
  })
})
