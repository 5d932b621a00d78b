import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { decimalText } from '../../../src/medication-list/dosage/decimal.js'
import type { DayAmounts } from '../../../src/medication-list/quantities/day-amounts.js'
import { fixed, prescription, row, situation } from '../../support/clinical-facts.js'

const TOMORROW = '2026-11-23'

const quantitiesOf = (facts: Fact[]) => {
  const { lines, quantities } = situation(facts, { at: '2026-11-22T11:00:00.000Z' })
  const line = lines.find(({ group }) => group.facts.length > 0)
  assert.ok(line)
  return { line, quantities }
}
const told = ({ doses }: DayAmounts) =>
  doses.map(({ minutes, amount }) => [
    minutes === undefined ? undefined : minutes / 60,
    amount === undefined ? undefined : `${decimalText(amount.low, '.')} ${amount.unit}`,
  ])

describe('intended', () => {
  it('is the dosage expanded on the day, from the day on which it begins', () => {
    const { line, quantities } = quantitiesOf([
      prescription('p', { dosage: [fixed(1, { when: ['MORN', 'EVE'] })] }),
      prescription('q', {
        authoredOn: '2026-11-20T09:00:00+01:00',
        dosage: [fixed(2, { when: ['MORN'], boundsPeriod: { start: '2026-11-25' } })],
        more: { priorPrescription: { reference: 'MedicationRequest/p' } },
      }),
    ])
    assert.deepEqual(told(quantities.intended(line, '2026-11-24')), [
      [8, '1 tablet'],
      [20, '1 tablet'],
    ])
    assert.deepEqual(told(quantities.intended(line, '2026-11-25')), [[8, '2 tablet']])
  })

  it('ends within the day at the instant of a stop, and is nothing afterwards', () => {
    const { line, quantities } = quantitiesOf([
      prescription('p', { dosage: [fixed(1, { when: ['MORN', 'EVE'] })] }),
      row('r', {
        prescription: 'p',
        status: 'stopped',
        asserted: '2026-11-24T14:00:00+01:00',
        period: { end: '2026-11-24T14:00:00+01:00' },
      }),
    ])
    assert.deepEqual(told(quantities.intended(line, '2026-11-24')), [[8, '1 tablet']])
    assert.deepEqual(told(quantities.intended(line, '2026-11-25')), [])
  })

  it('begins again within the day at the instant at which a pause ends by itself', () => {
    const { line, quantities } = quantitiesOf([
      prescription('p', { dosage: [fixed(1, { when: ['MORN', 'EVE'] })] }),
      row('r', {
        prescription: 'p',
        status: 'on-hold',
        dosage: [fixed(1, { when: ['MORN', 'EVE'] })],
        asserted: '2026-11-22T10:00:00+01:00',
        more: {
          extension: [
            {
              url: extensionUrl('hold-plan'),
              extension: [
                { url: 'resume', valueDateTime: '2026-11-24T14:00:00+01:00' },
                { url: 'auto-resume', valueBoolean: true },
              ],
            },
          ],
        },
      }),
    ])
    assert.deepEqual(told(quantities.intended(line, '2026-11-23')), [])
    assert.deepEqual(told(quantities.intended(line, '2026-11-24')), [[20, '1 tablet']])
    assert.deepEqual(told(quantities.intended(line, '2026-11-25')), [
      [8, '1 tablet'],
      [20, '1 tablet'],
    ])
  })

  it('is not known before the row’s last change, and for a dosage in words', () => {
    const changed = quantitiesOf([row('r', { asserted: '2026-11-20T09:00:00+01:00' })])
    assert.equal(changed.quantities.intended(changed.line, '2026-11-19').known, false)
    assert.equal(changed.quantities.intended(changed.line, '2026-11-21').known, true)
    const words = quantitiesOf([row('r', { dosage: [{ text: '1 tablett daglig' }] })])
    assert.equal(words.quantities.intended(words.line, TOMORROW).known, false)
  })
})
