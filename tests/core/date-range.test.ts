import assert from 'node:assert/strict'
import fc from 'fast-check'
import { dateRange, periodRange } from '../../src/core/date-range.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 50, seed: 20260302 }

describe('FHIR dates as ranges', () => {
  it('reads a year, month and day as the whole of it in the zone', () => {
    assert.deepEqual(dateRange('2026'), ['2025-12-31T23:00:00.000Z', '2026-12-31T23:00:00.000Z'])
    assert.deepEqual(dateRange('2026-02'), ['2026-01-31T23:00:00.000Z', '2026-02-28T23:00:00.000Z'])
    assert.deepEqual(dateRange('2026-12-31'), ['2026-12-30T23:00:00.000Z', '2026-12-31T23:00:00.000Z'])
    assert.deepEqual(dateRange('2026-07-01', 'UTC'), ['2026-07-01T00:00:00.000Z', '2026-07-02T00:00:00.000Z'])
  })

  it('gives the days of the clock changes 23 and 25 hours', () => {
    assert.deepEqual(dateRange('2026-03-29'), ['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'])
    assert.deepEqual(dateRange('2026-10-25'), ['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'])
  })

  it('reads a time with offset as that second, without offset in the zone', () => {
    assert.deepEqual(dateRange('2026-07-01T10:00:00+02:00'), [
      '2026-07-01T08:00:00.000Z',
      '2026-07-01T08:00:01.000Z',
    ])
    assert.deepEqual(dateRange('2026-01-01T10:00'), ['2026-01-01T09:00:00.000Z', '2026-01-01T09:01:00.000Z'])
    assert.deepEqual(dateRange('2026-01-01T10:00:00.250Z'), [
      '2026-01-01T10:00:00.250Z',
      '2026-01-01T10:00:00.251Z',
    ])
  })

  it('refuses what is no date', () => {
    for (const value of [
      '',
      '20x6',
      '2026-13',
      '2026-02-30',
      '2025-02-29',
      '2026-01-01T24:00:00Z',
      '2026-01-01T10:60:00Z',
      '2026-01-01T10:00:00+15:00',
      '2026-1-1',
      '0000',
      ' 2026',
    ])
      assert.equal(dateRange(value), undefined, value)
  })

  it('leaves the missing end of a period open', () => {
    assert.deepEqual(periodRange({ start: '2026-01-01' }), [
      '2025-12-31T23:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ])
    assert.deepEqual(periodRange({ end: '2026-01-01' }), [
      '0001-01-01T00:00:00.000Z',
      '2026-01-01T23:00:00.000Z',
    ])
    assert.equal(periodRange({}), undefined)
  })

  it('puts days end to end, without gap or overlap, in any zone', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1950-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        fc.constantFrom('Europe/Oslo', 'UTC', 'America/New_York', 'Asia/Tokyo'),
        (date, zone) => {
          const day = date.toISOString().slice(0, 10)
          const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
          assert.equal(dateRange(day, zone)?.[1], dateRange(next, zone)?.[0])
        },
      ),
      RUNS,
    )
  })
})
