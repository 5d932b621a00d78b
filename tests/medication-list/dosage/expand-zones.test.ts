import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Dosage, TimingRepeat } from 'fhir/r4.js'
import { addDays, localDate } from '../../../src/core/zone.js'
import { type Dose, dueInstant, expand } from '../../../src/medication-list/dosage/expand.js'
import { readDosagePlan } from '../../../src/medication-list/dosage/plan.js'
import { anyDosage } from '../../support/dosage-arbitrary.js'

const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 60
const ZONES = [
  'Europe/Oslo',
  'Europe/Copenhagen',
  'Europe/Stockholm',
  'Europe/Helsinki',
  'Atlantic/Reykjavik',
  'Atlantic/Faroe',
]
/** First days of spans with both clock changes of two years, year ends, and 29 February. */
const SPANS = ['2026-03-26', '2026-10-22', '2026-12-29', '2027-03-25', '2027-10-28', '2028-02-26']
const HOUR_MS = 3_600_000
const zone = fc.constantFrom(...ZONES)
const span = fc.constantFrom(...SPANS)

const every = (repeat: TimingRepeat): Dosage => ({
  timing: { repeat },
  doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
})
const show = ({ date, slot, minutes }: Dose): string => `${date} ${slot} ${minutes}`

describe('invariant 11: expansion at clock changes, year ends and 29 February in every zone', () => {
  it('gives the same doses for a span as for its parts', () => {
    fc.assert(
      fc.property(anyDosage, zone, span, fc.integer({ min: 0, max: 6 }), (dosage, place, from, cut) => {
        const plan = readDosagePlan(dosage)
        const context = { zone: place, start: '2026-01-05' }
        const [mid, to] = [addDays(from, cut), addDays(from, 8)]
        const whole = expand(plan, from, to, context)
        const parts = [expand(plan, from, mid, context), expand(plan, addDays(mid, 1), to, context)]
        assert.deepEqual(parts.flatMap(({ doses }) => doses.map(show)).sort(), whole.doses.map(show).sort())
      }),
      { numRuns, seed: 111 },
    )
  })

  it('leads each dose with a time to an instant of its own date, in order', () => {
    fc.assert(
      fc.property(anyDosage, zone, span, (dosage, place, from) => {
        const { doses } = expand(readDosagePlan(dosage), from, addDays(from, 8), {
          zone: place,
          start: '2026-01-05',
        })
        for (const dose of doses) {
          const due = dueInstant(dose, place)
          if (due === undefined) continue
          assert.equal(
            localDate(due, place),
            addDays(dose.date, Math.floor((dose.minutes ?? 0) / 1440)),
            show(dose),
          )
        }
      }),
      { numRuns, seed: 112 },
    )
  })

  it('keeps the local clock for intervals that divide the day, and the UTC line for all others', () => {
    fc.assert(
      fc.property(
        zone,
        span,
        fc.constantFrom(4, 6, 8, 12),
        fc.constantFrom(5, 7, 9, 36),
        (place, from, divides, drifts) => {
          const to = addDays(from, 8)
          const start = `${addDays(from, -3)}T07:00:00Z`
          const clocked = expand(
            readDosagePlan([every({ frequency: 1, period: divides, periodUnit: 'h' })]),
            from,
            to,
            { zone: place, start },
          )
          const times = new Set(clocked.doses.map(({ minutes }) => minutes))
          assert.equal(clocked.doses.length, 9 * (24 / divides))
          assert.equal(times.size, 24 / divides)
          const utc = expand(
            readDosagePlan([every({ frequency: 1, period: drifts, periodUnit: 'h' })]),
            from,
            to,
            { zone: place, start },
          )
          const instants = utc.doses.map((dose) => dueInstant(dose, place) ?? 0)
          // A local time that occurs twice stands for its first occurrence.
          for (const [index, at] of instants.entries()) {
            const late = (at - Date.parse(start)) % (drifts * HOUR_MS)
            assert.ok(
              late === 0 || late === (drifts - 1) * HOUR_MS,
              `${index} of every ${drifts} h in ${place}`,
            )
          }
        },
      ),
      { numRuns, seed: 113 },
    )
  })
})
