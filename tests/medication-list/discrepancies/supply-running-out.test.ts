import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import {
  type DeriveOptions,
  derive,
  fact,
  fixed,
  intake,
  issueOf,
  prescription,
  row,
} from '../../support/clinical-facts.js'
import { instantWhen } from '../../support/next-change.js'
import { packingCalendar, statedPeriod } from '../../support/packing-calendar.js'
import { containing, handOut } from '../../support/person-facts.js'

const TWICE = [fixed(1, { when: ['MORN', 'EVE'] })]
const line = prescription('p', {
  brand: 'ID_LEVAXIN',
  dosage: TWICE,
  authoredOn: '2026-10-01T09:00:00+02:00',
})
/** 20 tablets from the morning of 10 November: the last is taken in the evening of the 19th. */
const twenty = handOut('s', '2026-11-10', 'ID_LEVAXIN', { amount: 20, prescribed: 'p' })
const issue = (facts: readonly Fact[], at: string, more: DeriveOptions = {}) =>
  issueOf(derive(facts, { at, ...more }), 'supply-running-out')
const holds = (result: ReturnType<typeof derive>) => issueOf(result, 'supply-running-out') !== undefined
const isHigh = (result: ReturnType<typeof derive>) =>
  issueOf(result, 'supply-running-out')?.severity === 'high'

describe('supply-running-out', () => {
  it('opens less than 5 days before the first dose that is not covered, and is high less than 2 days before', () => {
    const start = '2026-11-10T12:00:00.000Z'
    assert.equal(instantWhen([line, twenty], holds, { at: start }), '2026-11-15T07:00:00.001Z')
    assert.equal(issue([line, twenty], '2026-11-15T08:00:00.000Z')?.severity, 'moderate')
    assert.equal(instantWhen([line, twenty], isHigh, { at: start }), '2026-11-18T07:00:00.001Z')
  })

  it('says what is left and which dose it does not cover', () => {
    const at = '2026-11-18T12:00:00.000Z'
    assert.equal(
      issue([line, twenty], at)?.detail,
      'Levaxin 75 mikrogram: det er 3 tabletter hjemme, og det rekker ikke til dosen 20.11.2026 kl. 08.00.',
    )
    assert.equal(
      issue([line, twenty], at, { language: 'en' })?.detail,
      'Levaxin 75 mikrogram: left at home 3 tablets, not enough for the dose of 2026-11-20 08:00.',
    )
  })

  it('stays open while nothing more came, and closes with the next supply', () => {
    assert.equal(issue([line, twenty], '2026-11-25T12:00:00.000Z')?.severity, 'high')
    const more = handOut('t', '2026-11-24', 'ID_LEVAXIN', { amount: 60, prescribed: 'p' })
    assert.equal(issue([line, twenty, more], '2026-11-25T12:00:00.000Z'), undefined)
  })

  it('does not hold while more is on its way', () => {
    const coming = handOut('t', '2026-11-18', 'ID_LEVAXIN', {
      amount: 60,
      prescribed: 'p',
      more: { status: 'in-progress' },
    })
    assert.equal(issue([line, twenty, coming], '2026-11-18T12:00:00.000Z'), undefined)
  })

  it('counts what was taken where that is recorded: a refused dose is still at home', () => {
    const days = ['2026-11-11', '2026-11-12', '2026-11-13']
    const refused = days.flatMap((day) =>
      ['08:00', '20:00'].map((time) =>
        intake(`${day}-${time}`, `${day}T${time}:00+01:00`, {
          brand: 'ID_LEVAXIN',
          status: 'not-done',
          reason: 'refused',
        }),
      ),
    )
    assert.equal(
      instantWhen([line, twenty, ...refused], holds, { at: '2026-11-14T12:00:00.000Z' }),
      '2026-11-18T07:00:00.001Z',
    )
  })

  it('counts packages by their stated size, and nothing in packages of an untold size', () => {
    const packages = (contained: boolean) =>
      handOut('s', '2026-11-10', 'ID_LEVAXIN', {
        amount: 2,
        unit: 'pakning',
        prescribed: 'p',
        more: contained
          ? containing({
              extension: [
                {
                  url: extensionUrl('package-info'),
                  extension: [
                    { url: 'size', valueString: '10' },
                    { url: 'unit', valueCodeableConcept: { coding: [{ code: 'stk', display: 'Stykk' }] } },
                  ],
                },
              ],
            })
          : {},
      })
    assert.ok(issue([line, packages(true)], '2026-11-18T12:00:00.000Z'))
    assert.equal(issue([line, packages(false)], '2026-11-18T12:00:00.000Z'), undefined)
  })

  it('leaves alone what is taken when needed, what is measured, and what no supply was seen of', () => {
    const at = '2026-11-18T12:00:00.000Z'
    const needed = prescription('p', {
      brand: 'ID_LEVAXIN',
      dosage: [{ asNeededBoolean: true, doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }] }],
    })
    assert.equal(issue([needed, twenty], at), undefined)
    const mixture = handOut('s', '2026-11-10', 'ID_LEVAXIN', { amount: 20, unit: 'ml', prescribed: 'p' })
    assert.equal(issue([line, mixture], at), undefined)
    assert.equal(issue([line], at), undefined)
  })

  it('lets a roll cover its days, and the next roll that is planned in time', () => {
    const packed = row('r', {
      brand: 'ID_LEVAXIN',
      prescription: 'p',
      dosage: TWICE,
      asserted: '2026-10-02T09:00:00+02:00',
      more: { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] },
    })
    const roll = handOut('s', '2026-11-06', 'ID_LEVAXIN', {
      prescribed: 'p',
      more: {
        dosageInstruction: TWICE,
        extension: [
          { url: extensionUrl('roll-period'), valuePeriod: { start: '2026-11-09', end: '2026-11-22' } },
        ],
      },
    })
    const at = '2026-11-19T12:00:00.000Z'
    assert.equal(issue([line, packed, roll], '2026-11-17T12:00:00.000Z'), undefined)
    assert.equal(issue([line, packed, roll], at)?.severity, 'moderate')
    const calendar = fact(
      packingCalendar('card', [
        statedPeriod({
          first: '2026-11-23',
          last: '2026-12-06',
          deadline: '2026-11-17T12:00:00+01:00',
          delivery: '2026-11-21T12:00:00+01:00',
          state: 'packed',
        }),
      ]),
      'calendar',
      'pharmacy',
    )
    assert.equal(issue([line, packed, roll, calendar], at), undefined)
    assert.equal(
      issue([line, packed, roll, calendar], '2026-11-21T12:00:00.000Z')?.severity,
      'high',
      'it did not come',
    )
  })
})
