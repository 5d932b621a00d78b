import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import {
  type DeriveOptions,
  derive,
  fact,
  fixed,
  issueOf,
  prescription,
  row,
} from '../../support/clinical-facts.js'
import { instantWhen, withSeverity } from '../../support/next-change.js'
import { packingCalendar, statedPeriod } from '../../support/packing-calendar.js'

const CODE = 'prescription-expiring'
const issue = (facts: readonly Fact[], at: string, more: DeriveOptions = {}) =>
  issueOf(derive(facts, { at, ...more }), CODE)
/** Valid to 30 November. */
const ending = prescription('p', {
  brand: 'ID_LEVAXIN',
  authoredOn: '2025-12-01T09:00:00+01:00',
  validTo: '2026-11-30',
})

describe('prescription-expiring', () => {
  it('is low from 30 days on, moderate from 14, high from 7, each by time alone', () => {
    const at = '2026-10-20T12:00:00.000Z'
    const opens = (severity: 'low' | 'moderate' | 'high') =>
      instantWhen([ending], withSeverity(CODE, severity), { at })
    assert.equal(opens('low'), '2026-10-31T23:00:00.000Z')
    assert.equal(opens('moderate'), '2026-11-16T23:00:00.000Z')
    assert.equal(opens('high'), '2026-11-23T23:00:00.000Z')
  })

  it('names the medicine and the last day', () => {
    const at = '2026-11-10T12:00:00.000Z'
    assert.equal(
      issue([ending], at)?.detail,
      'Siste gyldige resept på Levaxin 75 mikrogram går ut 30.11.2026.',
    )
    assert.equal(
      issue([ending], at, { language: 'en' })?.detail,
      'The last valid prescription of Levaxin 75 mikrogram ends 2026-11-30.',
    )
  })

  it('gives way when it has ended, when it is renewed, and when the treatment ends before', () => {
    assert.equal(issue([ending], '2026-11-30T23:00:00.000Z'), undefined)
    const stopped = row('s', {
      brand: 'ID_LEVAXIN',
      prescription: 'p',
      status: 'stopped',
      asserted: '2026-11-10T09:00:00+01:00',
      period: { end: '2026-11-29' },
    })
    assert.equal(issue([ending, stopped], '2026-11-20T12:00:00.000Z'), undefined)
    const renewed = prescription('q', { brand: 'ID_LEVAXIN', authoredOn: '2026-11-10T09:00:00+01:00' })
    assert.equal(issue([ending, renewed], '2026-11-20T12:00:00.000Z'), undefined)
    const over = row('r', { brand: 'ID_LEVAXIN', prescription: 'p', period: { end: '2026-11-28' } })
    assert.equal(issue([ending, over], '2026-11-20T12:00:00.000Z'), undefined)
  })

  it('stays low for what is taken when needed', () => {
    const needed = prescription('p', {
      brand: 'ID_PARACET',
      validTo: '2026-11-30',
      dosage: [{ asNeededBoolean: true, doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }] }],
    })
    assert.equal(issue([needed], '2026-11-28T12:00:00.000Z')?.severity, 'low')
  })

  it('example 9: a prescription that does not cover the next roll is at least moderate', () => {
    const packed = row('r', {
      brand: 'ID_LEVAXIN',
      prescription: 'p',
      dosage: [fixed(1, { when: ['MORN'] })],
      more: { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] },
    })
    const calendar = fact(
      packingCalendar('card', [
        statedPeriod({ first: '2026-11-11', last: '2026-11-24', deadline: '2026-11-05T12:00:00+01:00' }),
        statedPeriod({ first: '2026-11-25', last: '2026-12-08', deadline: '2026-11-19T12:00:00+01:00' }),
      ]),
      'calendar',
      'pharmacy',
    )
    const at = '2026-11-12T12:00:00.000Z'
    assert.equal(issue([ending, packed], at)?.severity, 'low')
    assert.equal(issue([ending, packed, calendar], at)?.severity, 'moderate')
    assert.equal(
      issue([ending, packed, calendar], at)?.detail,
      'Siste gyldige resept på Levaxin 75 mikrogram går ut 30.11.2026 og dekker ikke pakkeperioden 25.11.2026–08.12.2026.',
    )
    const covered = prescription('p', { brand: 'ID_LEVAXIN', validTo: '2026-12-08' })
    assert.equal(issue([covered, packed, calendar], at)?.severity, 'low')
  })
})
