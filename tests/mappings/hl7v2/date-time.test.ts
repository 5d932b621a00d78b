import assert from 'node:assert/strict'
import { isBeyondYears, toDate, toDateTime, toTime, toUtc } from '../../../mappings/hl7v2/date-time.js'

const OSLO = { offset: undefined, zone: 'Europe/Oslo' }

describe('dates and times', () => {
  for (const [written, meant] of [
    ['2026', '2026'],
    ['202611', '2026-11'],
    ['20261122', '2026-11-22'],
    ['2026112208', '2026-11-22T08:00:00+01:00'],
    ['202611220815', '2026-11-22T08:15:00+01:00'],
    ['20260722081530', '2026-07-22T08:15:30+02:00'],
    ['20261122081530.1234-0530', '2026-11-22T08:15:30.1234-05:30'],
    ['20280229', '2028-02-29'],
  ] as const)
    it(`keep their precision: ${written}`, () => assert.equal(toDateTime(written, OSLO), meant))
  for (const written of [
    '00000000',
    '20260230',
    '20261301',
    '20270229',
    '2026112224',
    '202611220860',
    '20261122+1460',
    '20261122081530+1500',
    '2026-11-22',
    '18991231',
    '2201',
    '99991231235959-1200',
    '20261',
    'soon',
  ])
    it(`are none when the calendar has none: ${written}`, () =>
      assert.equal(toDateTime(written, OSLO), undefined))
  it('are told from what is no date at all when only the year is impossible', () => {
    for (const text of ['99991231235959-1200', '0001', '18991231', '2201'])
      assert.ok(isBeyondYears(text), text)
    for (const text of ['1900', '22001231235959', 'soon', '']) assert.ok(!isBeyondYears(text), text)
  })
  it('take the offset of the message before the zone', () => {
    assert.equal(
      toDateTime('202607220815', { offset: '-04:00', zone: 'Europe/Oslo' }),
      '2026-07-22T08:15:00-04:00',
    )
  })
  it('take the first of two equal local times, and the next existing one where there is none', () => {
    assert.equal(toDateTime('202610250230', OSLO), '2026-10-25T02:30:00+02:00')
    assert.equal(toDateTime('202603290230', OSLO), '2026-03-29T03:00:00+02:00')
  })
  it('are comparable in UTC', () => {
    assert.equal(toUtc('2026-11-22T08:15:00+01:00'), '2026-11-22T07:15:00.000Z')
  })
  it('as date leave the time away, as time the date', () => {
    assert.equal(toDate('202611220815'), '2026-11-22')
    assert.equal(toTime('0730'), '07:30:00')
    assert.equal(toTime('2460'), undefined)
  })
})
