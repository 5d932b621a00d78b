/** Dosages of all shapes that medication-list.md 12.2 names, as sources may state them. */

import fc from 'fast-check'
import type { Dosage, Extension, TimingRepeat } from 'fhir/r4.js'
import { extensionUrl, UCUM } from '../../src/core/canonical.js'

type When = NonNullable<TimingRepeat['when']>
const SLOTS = ['MORN', 'MORN.late', 'NOON', 'AFT', 'EVE', 'NIGHT'] as const
const OTHER_SLOTS = [
  'MORN.early',
  'EVE.late',
  'HS',
  'WAKE',
  'PHS',
  'AFT.early',
  'AFT.late',
  'EVE.early',
] as const
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const UNITS = [
  'tablett',
  'kapsel',
  'plaster',
  'ml',
  'mg',
  'E',
  'µg',
  'dråpe',
  'dose',
  'stk',
  'klyster',
] as const
const REASONS = ['smerter', 'uro', 'pain', 'kipuun', 'kvalme og oppkast', 'søvn'] as const

const length = (value: number, unit: string) => ({ value, unit, system: UCUM, code: unit })
const amount = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.constantFrom(0.25, 0.5, 0.75, 1.5, 2.25, 0.1, 12.5, 0.125),
)
const unit = fc.constantFrom(...UNITS)
const quantity = fc.record({ value: amount, unit })
const doseAndRate: fc.Arbitrary<NonNullable<Dosage['doseAndRate']>> = fc.oneof(
  { weight: 4, arbitrary: quantity.map((doseQuantity) => [{ doseQuantity }]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), unit)
      .map(([low, more, word]) => [
        { doseRange: { low: { value: low, unit: word }, high: { value: low + more, unit: word } } },
      ]),
  },
)
const day = fc
  .integer({ min: 0, max: 700 })
  .map((n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10))
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '45'))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}:00`)

const moments = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .uniqueArray(fc.constantFrom(...SLOTS), { minLength: 1, maxLength: 4 })
      .map((when) => ({ when: when as When })),
  },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(fc.constantFrom(...OTHER_SLOTS), { minLength: 1, maxLength: 2 })
      .map((when) => ({ when: when as When })),
  },
  { weight: 1, arbitrary: fc.constantFrom('ACM', 'PCD', 'CV').map((code) => ({ when: [code] as When })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ACM', 'PCV').map((code) => ({ when: [code] as When, offset: 30 })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('AC', 'PC')
      .map((code) => ({ when: ['MORN', 'EVE', code] as When, offset: 45 })),
  },
  {
    weight: 2,
    arbitrary: fc.uniqueArray(clock, { minLength: 1, maxLength: 3 }).map((timeOfDay) => ({ timeOfDay })),
  },
)
const days = fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1, maxLength: 3 })

const slotted: fc.Arbitrary<TimingRepeat> = fc.oneof(
  fc.constant({}),
  fc.constant({ frequency: 1, period: 1, periodUnit: 'd' as const }),
  days.map((dayOfWeek) => ({ dayOfWeek, period: 1, periodUnit: 'wk' as const })),
  days.map((dayOfWeek) => ({ dayOfWeek, frequency: 1, period: 1, periodUnit: 'd' as const })),
  fc.integer({ min: 2, max: 12 }).map((period) => ({ frequency: 1, period, periodUnit: 'd' as const })),
  fc.integer({ min: 2, max: 12 }).map((period) => ({ frequency: 1, period, periodUnit: 'wk' as const })),
  fc
    .tuple(days, fc.integer({ min: 2, max: 4 }))
    .map(([dayOfWeek, period]) => ({ dayOfWeek, frequency: 1, period, periodUnit: 'wk' as const })),
  fc.integer({ min: 1, max: 6 }).map((period) => ({ frequency: 1, period, periodUnit: 'mo' as const })),
)
const free: fc.Arbitrary<TimingRepeat> = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map((frequency) => ({ frequency, period: 1, periodUnit: 'd' as const })),
  fc.integer({ min: 1, max: 5 }).map((frequency) => ({ frequency, period: 1, periodUnit: 'wk' as const })),
  fc.integer({ min: 1, max: 48 }).map((period) => ({ frequency: 1, period, periodUnit: 'h' as const })),
  fc.integer({ min: 2, max: 22 }).map((period) => ({ frequency: 1, period, periodUnit: 'd' as const })),
  fc.integer({ min: 1, max: 12 }).map((period) => ({ frequency: 1, period, periodUnit: 'wk' as const })),
  fc.integer({ min: 1, max: 12 }).map((period) => ({ frequency: 1, period, periodUnit: 'mo' as const })),
  fc.constant({ frequency: 1, period: 1, periodUnit: 'a' as const }),
  days.map((dayOfWeek) => ({ dayOfWeek, period: 1, periodUnit: 'wk' as const })),
)
const bounds: fc.Arbitrary<TimingRepeat> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom('d', 'wk', 'mo', 'h'))
      .map(([n, code]) => ({ boundsDuration: length(n, code) })),
  },
  { weight: 1, arbitrary: day.map((start) => ({ boundsPeriod: { start } })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(day, fc.constantFrom('', 'T00:00:00', 'T14:30:00'))
      .map(([end, time]) => ({ boundsPeriod: { end: `${end}${time}` } })),
  },
)
const cycleExtension = fc.constantFrom([21, 7], [1, 1], [1, 6], [14, 1], [5, 2]).map(
  ([on, off]): Extension => ({
    url: extensionUrl('cycle'),
    extension: [
      { url: 'on', valueInteger: on ?? 1 },
      { url: 'off', valueInteger: off ?? 1 },
    ],
  }),
)
const place: fc.Arbitrary<Partial<Dosage>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ route: { text: 'under tungen' } }) },
  { weight: 1, arbitrary: fc.constant({ site: { text: 'venstre øye' } }) },
)

const merged = (parts: readonly TimingRepeat[]): TimingRepeat => Object.assign({}, ...parts)

const fixedDose: fc.Arbitrary<Dosage> = fc
  .tuple(doseAndRate, fc.oneof(fc.tuple(moments, slotted, bounds), fc.tuple(free, bounds)), place)
  .map(([dose, parts, more]) => ({ timing: { repeat: merged(parts) }, doseAndRate: dose, ...more }))

/** 2-0-1-0: one sequence, several amounts. */
const splitDose: fc.Arbitrary<Dosage[]> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...SLOTS), { minLength: 2, maxLength: 4 }),
    fc.array(doseAndRate, { minLength: 4, maxLength: 4 }),
    slotted,
    bounds,
  )
  .map(([slots, doses, rhythm, within]) =>
    slots.map((slot, index) => ({
      timing: { repeat: merged([{ when: [slot] }, rhythm, within]) },
      doseAndRate: doses[index] ?? [],
    })),
  )

const cyclic: fc.Arbitrary<Dosage> = fc
  .tuple(doseAndRate, moments, cycleExtension, fc.option(day))
  .map(([dose, when, extension, start]) => ({
    extension: [extension],
    timing: { repeat: merged([when, start === null ? {} : { boundsPeriod: { start } }]) },
    doseAndRate: dose,
  }))

const taper: fc.Arbitrary<Dosage[]> = fc
  .array(fc.tuple(quantity, moments, fc.integer({ min: 1, max: 30 })), { minLength: 2, maxLength: 4 })
  .map((steps) =>
    steps.map(([doseQuantity, when, n], index) => ({
      sequence: index + 1,
      timing: { repeat: merged([when, index + 1 < steps.length ? { boundsDuration: length(n, 'd') } : {}]) },
      doseAndRate: [{ doseQuantity }],
    })),
  )

const asNeeded: fc.Arbitrary<Dosage> = fc
  .tuple(
    doseAndRate,
    fc.option(fc.constantFrom(...REASONS)),
    fc.array(fc.tuple(quantity, fc.constantFrom(24, 48, 168)), { maxLength: 2 }),
    fc.option(fc.constantFrom(length(4, 'h'), length(30, 'min'), length(90, 'min'))),
    fc.oneof(fc.constant(undefined), moments, free),
    bounds,
  )
  .map(([dose, reason, maxima, least, repeat, within]): Dosage => {
    const ratios = maxima.map(([numerator, hours]) => ({ numerator, denominator: length(hours, 'h') }))
    const [first, second] = ratios
    const extension: Extension[] = [
      ...(second === undefined ? [] : [{ url: extensionUrl('max-dose-per-period'), valueRatio: second }]),
      ...(least === null ? [] : [{ url: extensionUrl('min-interval'), valueDuration: least }]),
    ]
    return {
      ...(extension.length === 0 ? {} : { extension }),
      ...(reason === null ? { asNeededBoolean: true } : { asNeededCodeableConcept: { text: reason } }),
      ...(repeat === undefined ? {} : { timing: { repeat: merged([repeat, within]) } }),
      doseAndRate: dose,
      ...(first === undefined ? {} : { maxDosePerPeriod: first }),
    }
  })

const patch: fc.Arbitrary<Dosage> = fc
  .tuple(fc.constantFrom(2, 3, 7), fc.boolean(), fc.boolean())
  .map(([period, worn, morning]) => ({
    timing: {
      repeat: {
        ...(morning ? { when: ['MORN'] as When } : {}),
        frequency: 1,
        period,
        periodUnit: 'd',
        ...(worn
          ? { duration: period * 24, durationUnit: 'h' as const }
          : { duration: 12, durationUnit: 'h' as const }),
      },
    },
    doseAndRate: [{ doseQuantity: { value: 1, unit: 'plaster' } }],
  }))

const once: fc.Arbitrary<Dosage> = fc
  .tuple(doseAndRate, fc.option(fc.constantFrom(...SLOTS)), fc.option(day), fc.constantFrom(1, 3))
  .map(([dose, slot, start, count]) => ({
    timing: {
      repeat: {
        ...(slot === null ? {} : { when: [slot] as When }),
        ...(start === null ? {} : { boundsPeriod: { start } }),
        ...(slot === null && count > 1 ? { frequency: 1, period: 1, periodUnit: 'd' as const } : {}),
        count,
      },
    },
    doseAndRate: dose,
  }))

const dated: fc.Arbitrary<Dosage[]> = fc
  .tuple(
    fc.array(fc.tuple(quantity, fc.uniqueArray(day, { minLength: 1, maxLength: 3 })), {
      minLength: 1,
      maxLength: 2,
    }),
    fc.option(fc.constantFrom('INR-kort', 'skjema hos hjemmetjenesten')),
  )
  .map(([doses, where]) => {
    const chart: Extension[] =
      where === null
        ? []
        : [
            {
              url: extensionUrl('dose-chart'),
              extension: [
                { url: 'code', valueCode: 'anticoagulation' },
                { url: 'pointer', valueReference: { display: where } },
              ],
            },
          ]
    return [
      ...(where === null ? [] : [{ extension: chart }]),
      ...doses.map(([doseQuantity, event]) => ({ timing: { event }, doseAndRate: [{ doseQuantity }] })),
    ]
  })

/** Day 1 and day 2 of an iteration. */
const iteration: fc.Arbitrary<Dosage[]> = fc
  .tuple(quantity, quantity, day, fc.integer({ min: 2, max: 5 }))
  .map(([first, second, start, period]) =>
    [first, second].map((doseQuantity, index) => ({
      timing: {
        repeat: {
          when: ['MORN'],
          frequency: 1,
          period,
          periodUnit: 'd',
          boundsPeriod: {
            start: new Date(Date.parse(start) + index * 86_400_000).toISOString().slice(0, 10),
          },
        },
      },
      doseAndRate: [{ doseQuantity }],
    })),
  )

const one = (dosage: fc.Arbitrary<Dosage>): fc.Arbitrary<Dosage[]> => dosage.map((each) => [each])

export const anyDosage: fc.Arbitrary<Dosage[]> = fc.oneof(
  { weight: 3, arbitrary: one(fixedDose) },
  { weight: 2, arbitrary: splitDose },
  one(cyclic),
  taper,
  one(asNeeded),
  fc.tuple(fixedDose, asNeeded),
  one(patch),
  one(once),
  dated,
  iteration,
)
