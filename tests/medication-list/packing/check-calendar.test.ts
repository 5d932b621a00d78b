import assert from 'node:assert/strict'
import type { Basic, Extension, List } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../../src/core/canonical.js'
import { readFact } from '../../../src/medication-list/facts/read-facts.js'
import { calendarProblems } from '../../../src/medication-list/packing/check-calendar.js'
import { fact, PATIENT } from '../../support/clinical-facts.js'
import { local, PACKING_ZONE, packingCalendar, statedPeriod } from '../../support/packing-calendar.js'
import { productCatalogue } from '../../support/product-catalogue.js'

const NOW = local('20 Feb 09:00')
const P7 = { first: '2026-03-02', last: '2026-03-15', deadline: '2026-02-26T12:00:00+01:00' }
const P8 = { first: '2026-03-16', last: '2026-03-29', deadline: '2026-03-12T12:00:00+01:00' }
const problems = (periods: Extension[], more: Partial<Basic> = {}) =>
  calendarProblems({ ...packingCalendar('card', periods), ...more }, NOW, PACKING_ZONE).map(
    ({ at, text }) => `${at}: ${text}`,
  )

describe('a packing calendar as a pharmacy states it', () => {
  it('is taken when its periods follow each other and close before they begin', () => {
    assert.deepEqual(problems([statedPeriod(P7), statedPeriod(P8)]), [])
    assert.deepEqual(problems([statedPeriod({ ...P8, delivery: '2026-03-16T00:00:00+01:00' })]), [])
  })

  it('is refused where two periods of the card overlap', () => {
    assert.deepEqual(problems([statedPeriod(P7), statedPeriod({ ...P8, first: '2026-03-15' })]), [
      "Basic.extension[1].extension.where(url='first-dose'): periods of one card do not overlap",
    ])
  })

  it('lets an extra period lie inside a normal one, and counts none that is cancelled', () => {
    const acute = { first: '2026-03-09', last: '2026-03-11', deadline: '2026-03-08T12:00:00+01:00' }
    assert.deepEqual(problems([statedPeriod(P7), statedPeriod({ ...acute, acute: true })]), [])
    assert.equal(problems([statedPeriod(P7), statedPeriod(acute)]).length, 1)
    assert.deepEqual(problems([statedPeriod(P7), statedPeriod({ ...acute, state: 'cancelled' })]), [])
  })

  it('is refused where a deadline lies after the delivery, or a delivery after the first day', () => {
    assert.deepEqual(problems([statedPeriod({ ...P8, delivery: '2026-03-12T11:59:00+01:00' })]), [
      "Basic.extension[0].extension.where(url='order-deadline'): a period closes for changes before its roll is delivered",
    ])
    assert.deepEqual(problems([statedPeriod({ ...P8, delivery: '2026-03-16T08:00:00+01:00' })]), [
      "Basic.extension[0].extension.where(url='expected-delivery'): a roll is delivered before the first day of its period",
    ])
    assert.deepEqual(problems([statedPeriod({ ...P8, deadline: '2026-03-16T00:00:01+01:00' })]), [
      "Basic.extension[0].extension.where(url='order-deadline'): a period closes for changes before its first day",
    ])
  })

  it('is refused where the last day comes first, a day is missing or a deadline has no time of day', () => {
    assert.deepEqual(problems([statedPeriod({ ...P8, last: '2026-03-15' })]), [
      "Basic.extension[0].extension.where(url='last-dose'): the last day of a period is not before its first",
    ])
    assert.deepEqual(problems([{ url: extensionUrl('packing-period'), extension: [] }]), [
      'Basic.extension[0]: a period names its first and its last day',
    ])
    assert.deepEqual(problems([statedPeriod({ ...P8, deadline: '2026-03-12' })]), [
      "Basic.extension[0].extension.where(url='order-deadline'): a deadline and a delivery have a time of day",
    ])
  })

  it('is refused where a period is closed before its deadline: then the deadline is the wrong one', () => {
    assert.deepEqual(problems([statedPeriod({ ...P8, state: 'locked' })]), [
      "Basic.extension[0].extension.where(url='state'): a period that is closed for changes already has a deadline that has passed: state that one",
    ])
  })

  it('is refused without a card, without periods, or as another kind of record', () => {
    assert.equal(problems([statedPeriod(P8)], { identifier: [] }).length, 1)
    assert.deepEqual(problems([]), ['Basic.extension: a packing calendar has a period at least'])
    assert.equal(problems([statedPeriod(P8)], { code: { text: 'kalender' } }).length, 1)
  })
})

describe('packing calendars as facts', () => {
  const context = { zone: PACKING_ZONE, products: productCatalogue }

  it('are read from the calendar of the pharmacy, in order of their days', () => {
    const calendar = packingCalendar('card', [statedPeriod(P8), statedPeriod({ ...P7, state: 'packed' })])
    const read = readFact(fact(calendar, 'b', 'pharmacy'), context)
    assert.ok(read.kind === 'packing-calendar')
    assert.deepEqual(
      read.periods.map(({ start, state, cutoff }) => [start, state, cutoff]),
      [
        ['2026-03-02', 'packed', local('26 Feb 12:00')],
        ['2026-03-16', 'planned', local('12 Mar 12:00')],
      ],
    )
  })

  it('are read from M25.2, whose deadline without a clock time is the beginning of that day', () => {
    const list: List = {
      resourceType: 'List',
      status: 'current',
      mode: 'snapshot',
      code: { coding: [{ code: 'M25.2' }] },
      subject: { reference: PATIENT },
      extension: [statedPeriod({ ...P8, deadline: '2026-03-12' })],
    }
    const read = readFact(fact(list, 'l', 'pharmacy'), context)
    assert.ok(read.kind === 'source-list')
    assert.equal(read.packing?.cutoff, local('12 Mar'))
    assert.equal(read.packing?.state, 'planned')
  })

  it('are no other Basic', () => {
    const other: Basic = {
      ...packingCalendar('card', []),
      code: { coding: [{ system: codeSystemUrl('record-kind'), code: 'x' }] },
    }
    assert.equal(readFact(fact(other, 'b', 'pharmacy'), context).kind, 'ignored')
  })
})
