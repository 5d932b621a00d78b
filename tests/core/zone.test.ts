import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  addDays,
  addMonths,
  daysBetween,
  instantOfLocalTime,
  localDate,
  localDateTime,
  rangeOfDateTime,
  startOfLocalDay,
  weekdayOf,
} from '../../src/core/zone.js'

const OSLO = 'Europe/Oslo'
const ZONES = [
  OSLO,
  'Europe/Copenhagen',
  'Europe/Stockholm',
  'Europe/Helsinki',
  'Atlantic/Reykjavik',
  'Atlantic/Faroe',
]
const iso = (instant: number): string => new Date(instant).toISOString()
const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 50

describe('zone', () => {
  it('moves a time that spring skips to the first existing minute', () => {
    assert.equal(iso(instantOfLocalTime('2027-03-28', '02:30', OSLO)), '2027-03-28T01:00:00.000Z')
    assert.equal(iso(instantOfLocalTime('2027-03-28', '03:00', OSLO)), '2027-03-28T01:00:00.000Z')
    assert.equal(
      iso(instantOfLocalTime('2027-03-28', '03:30', 'Europe/Helsinki')),
      '2027-03-28T01:00:00.000Z',
    )
  })

  it('takes the first occurrence of a time that autumn repeats', () => {
    assert.equal(iso(instantOfLocalTime('2026-10-25', '02:30', OSLO)), '2026-10-25T00:30:00.000Z')
    assert.equal(iso(instantOfLocalTime('2026-10-25', '03:00', OSLO)), '2026-10-25T02:00:00.000Z')
  })

  it('knows days of 23 and 25 hours', () => {
    const hours = (date: string, zone: string): number =>
      (startOfLocalDay(addDays(date, 1), zone) - startOfLocalDay(date, zone)) / 3_600_000
    assert.equal(hours('2027-03-28', OSLO), 23)
    assert.equal(hours('2026-10-25', OSLO), 25)
    assert.equal(hours('2026-10-25', 'Atlantic/Reykjavik'), 24)
  })

  it('gives the local date on both sides of midnight', () => {
    assert.equal(localDate(Date.parse('2026-06-30T21:59:59Z'), OSLO), '2026-06-30')
    assert.equal(localDate(Date.parse('2026-06-30T22:00:00Z'), OSLO), '2026-07-01')
  })

  it('counts in whole days and months over year ends and leap days', () => {
    assert.equal(addDays('2027-12-31', 1), '2028-01-01')
    assert.equal(addDays('2028-02-28', 1), '2028-02-29')
    assert.equal(addMonths('2028-01-31', 1), '2028-02-29')
    assert.equal(addMonths('2027-11-30', 3), '2028-02-29')
    assert.equal(daysBetween('2027-03-27', '2027-03-29'), 2)
    assert.equal(weekdayOf('2026-11-22'), 7)
    assert.equal(weekdayOf('2026-11-23'), 1)
  })

  it('reads dates as whole local days and instants as themselves', () => {
    const day = rangeOfDateTime('2027-03-28', OSLO)
    assert.deepEqual(day, {
      from: Date.parse('2027-03-27T23:00:00Z'),
      to: Date.parse('2027-03-28T22:00:00Z'),
      precision: 'day',
    })
    assert.equal(rangeOfDateTime('2027-03', OSLO)?.precision, 'month')
    assert.equal(rangeOfDateTime('2027', OSLO)?.precision, 'year')
    assert.equal(rangeOfDateTime('2027-01-01T10:00:00+02:00', OSLO)?.from, Date.parse('2027-01-01T08:00:00Z'))
    assert.equal(rangeOfDateTime('2027-01-01T10:00:00', OSLO)?.from, Date.parse('2027-01-01T09:00:00Z'))
    assert.equal(rangeOfDateTime('2027-02-30', OSLO), undefined)
    assert.equal(rangeOfDateTime('yesterday', OSLO), undefined)
  })

  it('comes back to the same instant, outside the repeated hour', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(2024, 0, 1) / 60_000, max: Date.UTC(2032, 0, 1) / 60_000 }),
        (zone, minute) => {
          const instant = minute * 60_000
          const { date, time } = localDateTime(instant, zone)
          const back = instantOfLocalTime(date, time, zone)
          assert.deepEqual(localDateTime(back, zone), { date, time })
          assert.ok(back === instant || back === instant - 3_600_000)
        },
      ),
      { numRuns, seed: 20261122 },
    )
  })
})
