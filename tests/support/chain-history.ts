/** Drawn facts from below the prescriber's side for the person of fact-history.ts: rolls, loads, programs, intakes, reports. */
import fc from 'fast-check'
import type { Dosage, MedicationStatement } from 'fhir/r4.js'
import { addDays } from '../../src/core/zone.js'
import type { Fact } from '../../src/medication-list/contract.js'
import { load, packed, program, programReceipt, sachet, travel } from './chain-facts.js'
import { fixed, intake, PATIENT, row, supply } from './clinical-facts.js'

const LAST_DAY = '2026-11-22'
/** Brands of several treatments of fact-history.ts, and one of none. */
const BRANDS = [
  'ID_METODEPOT',
  'ID_SELOZOK',
  'ID_METOTAB',
  'ID_METOTAB25',
  'ID_PARACET',
  'ID_WARFARIN',
  'ID_LEVAXIN',
  'ID_LEVODOPA',
  'ID_METHOTREXATE',
  'ID_TACROLIMUS',
  'ID_COZAAR',
] as const
const DOSAGES: readonly Dosage[][] = [
  [fixed(1, { when: ['MORN'] })],
  [fixed(1, { when: ['MORN', 'EVE'] })],
  [fixed(2, { when: ['MORN'] })],
  [fixed(1, { timeOfDay: ['08:30', '21:30'] })],
  [fixed(4, { when: ['MORN'], dayOfWeek: ['mon'], period: 1, periodUnit: 'wk' })],
  [{ text: 'som avtalt' }],
]

const brand = fc.constantFrom(...BRANDS)
const dosage = fc.constantFrom(...DOSAGES)
/** Days before or after the last one. */
const shift = fc.integer({ min: -20, max: 12 })
const past = fc.integer({ min: -60, max: -1 })
const rollNumber = fc.option(fc.constantFrom('R1', 'R2'), { nil: undefined })
/** A row or prescription of one of the drawn treatments, which may be there or not. */
const names = fc.option(
  fc
    .record({ treatment: fc.nat(4), index: fc.nat(2) })
    .map(({ treatment, index }) => `t${treatment}-r${index}`),
  { nil: undefined },
)
const hour = fc.constantFrom('08:04', '08:40', '20:10', '22:30', '13:00')
const at = (days: number, time: string): string => `${addDays(LAST_DAY, days)}T${time}:00+01:00`

const packedFact = fc.record({
  brand,
  dosage,
  from: shift,
  days: fc.integer({ min: 0, max: 13 }),
  rollNumber,
  names,
})
const loadFact = fc.record({ day: past, rollNumber, removed: fc.boolean() })
const programFact = fc.record({
  brand: fc.option(brand, { nil: undefined }),
  dosage,
  day: past,
  status: fc.constantFrom('active' as const, 'draft' as const, 'stopped' as const, 'on-hold' as const),
  version: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
})
const receiptFact = fc.record({
  day: past,
  version: fc.integer({ min: 1, max: 2 }),
  status: fc.constantFrom('completed' as const, 'rejected' as const, 'received' as const),
})
const status = fc.constantFrom(
  'completed' as const,
  'completed' as const,
  'not-done' as const,
  'unknown' as const,
)
const sachetFact = fc.record({
  day: past,
  hour,
  status,
  told: fc.boolean(),
  scheduled: fc.boolean(),
  rollNumber,
  brand,
})
const intakeFact = fc.record({
  day: past,
  hour,
  status,
  brand: fc.option(brand, { nil: undefined }),
  amount: fc.constantFrom(undefined, 1, 2, 0),
  role: fc.constantFrom('device' as const, 'home-care' as const, 'patient' as const),
})
const supplyFact = fc.record({ day: past, brand })
const reportFact = fc.record({
  day: past,
  brand,
  dosage,
  names,
  status: fc.constantFrom<MedicationStatement['status']>('active', 'stopped', 'not-taken', 'on-hold'),
  role: fc.constantFrom('patient' as const, 'pharmacy' as const, 'home-care' as const, 'device' as const),
})
const travelFact = fc.record({ day: past, days: fc.integer({ min: 1, max: 5 }) })

/** None of these may decide a dose or a state. */
export const factsBelow: fc.Arbitrary<readonly Fact[]> = fc
  .record({
    packs: fc.array(packedFact, { maxLength: 5 }),
    loads: fc.array(loadFact, { maxLength: 2 }),
    programs: fc.array(programFact, { maxLength: 3 }),
    receipts: fc.array(receiptFact, { maxLength: 2 }),
    sachets: fc.array(sachetFact, { maxLength: 5 }),
    intakes: fc.array(intakeFact, { maxLength: 5 }),
    supplies: fc.array(supplyFact, { maxLength: 2 }),
    reports: fc.array(reportFact, { maxLength: 2 }),
    travels: fc.array(travelFact, { maxLength: 1 }),
  })
  .map(({ packs, loads, programs, receipts, sachets, intakes, supplies, reports, travels }) => [
    ...packs.map((one, index) =>
      packed(`below-pack${index}`, {
        brand: one.brand,
        dosage: one.dosage,
        from: addDays(LAST_DAY, one.from),
        to: addDays(LAST_DAY, one.from + one.days),
        receivedAt: new Date(Date.parse(at(Math.min(one.from, 0), '06:00'))).toISOString(),
        ...(one.rollNumber === undefined ? {} : { roll: one.rollNumber }),
        ...(one.names === undefined ? {} : { row: one.names }),
      }),
    ),
    ...loads.map((one, index) =>
      load(`below-load${index}`, at(one.day, '07:00'), {
        ...(one.rollNumber === undefined ? {} : { roll: one.rollNumber }),
        ...(one.removed ? { removed: at(one.day, '18:00') } : {}),
      }),
    ),
    ...programs.map((one, index) =>
      program(`below-program${index}`, {
        dosage: one.dosage,
        made: at(one.day, '09:00'),
        status: one.status,
        ...(one.brand === undefined ? {} : { brand: one.brand }),
        ...(one.version === undefined ? {} : { schedule: { id: 's', version: one.version } }),
      }),
    ),
    ...receipts.map((one, index) =>
      programReceipt(`below-receipt${index}`, at(one.day, '10:00'), one.status, {
        id: 's',
        version: one.version,
      }),
    ),
    ...sachets.map((one, index) =>
      sachet(`below-sachet${index}`, at(one.day, one.hour), {
        status: one.status,
        ...(one.told ? { content: [[one.brand, 1] as const] } : {}),
        ...(one.scheduled ? { scheduled: at(one.day, one.hour.startsWith('0') ? '08:00' : '20:00') } : {}),
        ...(one.rollNumber === undefined ? {} : { roll: one.rollNumber }),
      }),
    ),
    ...intakes.map((one, index) =>
      intake(`below-intake${index}`, at(one.day, one.hour), {
        status: one.status,
        role: one.role,
        ...(one.brand === undefined ? {} : { brand: one.brand }),
        ...(one.amount === undefined
          ? {}
          : { more: { dosage: { dose: { value: one.amount, unit: 'tablett' } } } }),
      }),
    ),
    ...supplies.map((one, index) => supply(`below-supply${index}`, at(one.day, '12:00'), one.brand)),
    ...reports.map((one, index) => {
      const told = row(one.names ?? `below-row${index}`, {
        brand: one.brand,
        dosage: one.dosage,
        status: one.status,
        asserted: at(one.day, '11:00'),
        role: one.role,
        receivedAt: new Date(Date.parse(at(one.day, '11:01'))).toISOString(),
        ...(one.role === 'patient'
          ? { more: { informationSource: { reference: PATIENT, type: 'Patient' } } }
          : {}),
      })
      return { ...told, ref: `MedicationStatement/below-row${index}` }
    }),
    ...travels.map((one, index) =>
      travel(
        `below-travel${index}`,
        at(one.day, '12:00'),
        addDays(LAST_DAY, one.day),
        addDays(LAST_DAY, one.day + one.days),
        2,
      ),
    ),
  ])
