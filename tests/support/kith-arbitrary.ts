/** Generated prescriptions for property tests: every product kind, dosing and rule that the fixtures can write. */
import fc from 'fast-check'
import type { EntryFixture, M1Fixture } from './kith-fixtures.js'
import {
  type BlockFixture,
  type DoseFixture,
  ibuprofen,
  type MedicineFixture,
  methotrexate,
  metoprolol,
  type NeededFixture,
} from './kith-prescribed.js'

const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined })
const words = fc
  .array(fc.constantFrom('tas', 'med', 'mat', 'æøå', '<&>"', "'½'", '1 tablett', '\n', 'ved', 'behov'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((some) => some.join(' ').trim())
  .filter((text) => text !== '')
const amount = fc.constantFrom('1', '2', '0.5', '1.25', '10')
const unit = fc.constantFrom('tablett', 'ml', 'dose', 'mg')
const timeUnit = fc.constantFrom('Minutt', 'Time', 'Døgn', 'Måned', 'År')
const length = fc.tuple(fc.constantFrom('1', '2', '6', '8'), timeUnit)
const day = fc.integer({ min: 1, max: 28 }).map((number) => `2024-03-${String(number).padStart(2, '0')}`)

/** A fixture without the parts that came out undefined. */
function record<T extends object>(
  model: { [K in keyof T]: fc.Arbitrary<T[K] | undefined> },
): fc.Arbitrary<T> {
  const parts: Record<string, fc.Arbitrary<unknown>> = model
  // The model has an arbitrary for every part of T, and leaves out only what may be left out.
  return fc
    .record(parts)
    .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as T)
}

const dose: fc.Arbitrary<DoseFixture> = record<DoseFixture>({
  amount: fc.oneof({ weight: 9, arbitrary: amount }, { weight: 1, arbitrary: fc.constantFrom('0', '1e3') }),
  unit,
  part: maybe(fc.constantFrom('1', '2', '3', '4', '5', '6')),
  clock: maybe(fc.constantFrom('08:00:00', '13:30:00', '20:15:00')),
  interval: fc.oneof(fc.constant(null), length),
  weekdays: maybe(fc.subarray(['1', '3', '5', '7'], { minLength: 1 })),
  daysOn: fc.constant(undefined),
  daysOff: fc.constant(undefined),
  exact: fc.boolean(),
  rate: maybe(fc.constant(['10', 'ml', 'Time'] as const)),
})
const cycled = fc
  .tuple(dose, fc.integer({ min: 1, max: 21 }), fc.integer({ min: 1, max: 7 }))
  .map(([one, daysOn, daysOff]) => ({ ...one, daysOn, daysOff }))
const needed: fc.Arbitrary<NeededFixture> = record<NeededFixture>({
  amount,
  unit,
  maxPerDay: amount,
  maxInWindow: amount,
  window: length,
  minInterval: length,
})
const doses = fc.array(fc.oneof(dose, cycled), { minLength: 1, maxLength: 3 })
const block = (start: fc.Arbitrary<string | undefined>): fc.Arbitrary<BlockFixture> =>
  fc.oneof(
    record<BlockFixture>({
      start,
      end: fc.constant(undefined),
      rule: maybe(words),
      doses,
      needed: fc.constant(undefined),
    }),
    record<BlockFixture>({
      start,
      end: maybe(day.map((text) => text.replace('-03-', '-04-'))),
      rule: maybe(words),
      doses: fc.constant(undefined),
      needed: fc.array(needed, { minLength: 1, maxLength: 2 }),
    }),
  )
const blocks = fc.oneof(
  fc.constant([]),
  fc.tuple(block(maybe(day))),
  fc.tuple(day, day, block(day), block(day)).map(([from, to, first, second]) => [
    { ...first, start: from, end: to > from ? to : '2024-03-29' },
    { ...second, start: to > from ? to : '2024-03-29' },
  ]),
)

const product = fc.constantFrom(metoprolol, ibuprofen, methotrexate)
export const medicine: fc.Arbitrary<MedicineFixture> = record<MedicineFixture>({
  product,
  indication: maybe(words),
  text: maybe(words),
  use: maybe(fc.constantFrom('1', '2', '3', '4', '5')),
  shortDose: maybe(fc.constant(['217', '1+1+1+1'] as const)),
  blocks,
  repeats: fc.integer({ min: 0, max: 9 }),
  packages: maybe(fc.constantFrom('1', '2', '0.5')),
  amount: maybe(fc.constant(['100', 'stk'] as const)),
  noExchange: maybe(fc.constantFrom('1' as const, '2' as const)),
  note: maybe(words),
  reimbursement: maybe(fc.constantFrom('200', '301')),
  reasonCode: maybe(fc.constant(['I10', '2.16.578.1.12.4.1.1.7110'] as const)),
  homeCare: maybe(fc.constant('8900050')),
  productXml: fc.constant(undefined),
})

export const prescription: fc.Arbitrary<M1Fixture> = fc.record({
  medicine,
  locked: fc.boolean(),
  before: fc.constantFrom('', '<Spesialitet V="FL" S="2.16.578.1.12.4.1.1.7426" DN="Familielege"/>'),
})

const changed = fc.constantFrom('2024-02-28T09:00:00', '2024-03-01T09:15:00.123', '2024-03-01T23:59:59+01:00')
export const entry: fc.Arbitrary<Omit<EntryFixture, 'id'>> = record<Omit<EntryFixture, 'id'>>({
  type: fc.constantFrom('E', 'P'),
  prescriptionId: fc.uuid({ version: 4 }),
  changed,
  started: day,
  medicallyChanged: maybe(fc.boolean()),
  medicine,
  fragment: fc.constant(undefined),
  stop: maybe(
    fc.record({
      at: fc.constantFrom('2024-03-01T10:00:00', '2024-06-01T00:00:00+02:00'),
      reason: fc.constantFrom('A', 'L', 'M', 'X'),
      note: words,
    }),
  ),
  questions: maybe(
    fc.constantFrom(
      '<Sporsmal><Kode V="3" S="2.16.578.1.12.4.1.1.7495" DN="Skal resepten fornyes"/><Tidspunkt>2024-03-01T10:00:00</Tidspunkt><Stiller>8900003</Stiller></Sporsmal>',
      '<Sporsmal><Kode V="4" S="2.16.578.1.12.4.1.1.7495" DN="Annet spørsmål"/><Merknad>Hvorfor?</Merknad><Tidspunkt>2024-03-01T10:00:00</Tidspunkt>' +
        '<Stiller>8900003</Stiller><Mottaker>8900001</Mottaker><Svar><Kode V="7" S="2.16.578.1.12.4.1.1.7493" DN="Svar på annet spørsmål"/><Merknad>Derfor.</Merknad></Svar></Sporsmal>',
    ),
  ),
  doctor: fc.constant(undefined),
})
