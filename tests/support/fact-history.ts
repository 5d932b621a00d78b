/**
 * Generated histories of facts for one synthetic person, for property tests of the engine: treatments with their
 * prescriptions, list rows, supplies and intakes; complete lists, stays, allergies, devices beside them. Every value is
 * drawn, so that fast-check can shrink a history to the few facts that break a property.
 */
import fc from 'fast-check'
import type { Dosage, MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { ATC, extensionUrl, HPR } from '../../src/core/canonical.js'
import type { Fact, SourceFact } from '../../src/medication-list/contract.js'
import { fixed, GP, intake, prescription, row, sourceList, stay, WARD } from './clinical-facts.js'
import { allergy, assignment, handOut } from './person-facts.js'

export interface FactHistory {
  readonly facts: readonly Fact[]
  readonly sources: readonly SourceFact[]
  /** T at which to derive: after the last decision was received. */
  readonly at: string
}

export interface HistoryOptions {
  readonly treatmentsMax?: number
  readonly perKindMax?: number
}

/** Days from the first on which anything is decided; ends may lie beyond. */
const DAYS = 173
export const HISTORY_AT = '2026-11-22T11:00:00.000Z'

/** Brands that may be meant for one treatment: renewals by substitution, other strengths, other forms. */
const FAMILIES: readonly (readonly string[])[] = [
  ['ID_METODEPOT', 'ID_SELOZOK', 'ID_GENERICDEPOT'],
  ['ID_METOTAB'],
  ['ID_PARACET', 'ID_PINEX', 'ID_PARACETSUPP'],
  ['ID_WARFARIN'],
  ['ID_METRONIDAZOLE'],
  ['ID_LEVAXIN'],
  ['ID_LEVODOPA'],
  ['ID_METHOTREXATE'],
  ['ID_TACROLIMUS'],
  ['ID_TIMOLOL', 'ID_TIMOLOLTAB'],
]
const DENTIST = { type: 'Practitioner', identifier: { system: HPR, value: '1000003' }, display: 'Tannlege' }
const PRESCRIBERS = [GP, WARD, DENTIST]

const DOSAGES: readonly (readonly Dosage[])[] = [
  [fixed(1, { when: ['MORN'] })],
  [fixed(1, { when: ['MORN', 'EVE'] })],
  [fixed(2, { when: ['MORN'] })],
  [fixed(4, { when: ['MORN'], dayOfWeek: ['mon'], period: 1, periodUnit: 'wk' })],
  [fixed(1, { frequency: 3, period: 1, periodUnit: 'd' })],
  [
    {
      asNeededBoolean: true,
      timing: { repeat: { frequency: 3, period: 1, periodUnit: 'd' } },
      doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
    },
  ],
  [fixed(1, { when: ['MORN'], boundsDuration: { value: 7, code: 'd' } })],
  [{ text: 'Etter avtale' }],
]

const day = fc.integer({ min: 0, max: DAYS })
const minuteOfDay = fc.integer({ min: 0, max: 1439 })
/** Minutes between a decision and its receipt: mostly at once, sometimes days. */
const delay = fc.oneof({ weight: 4, arbitrary: fc.constant(5) }, { weight: 1, arbitrary: fc.nat(20_000) })
const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)

const prescribed = fc.record({
  day,
  minute: minuteOfDay,
  delay,
  dateOnly: fc.boolean(),
  brand: fc.nat(2),
  dosage: oneOf(DOSAGES),
  who: oneOf(PRESCRIBERS),
  validDays: oneOf([10, 90, 365]),
  status: oneOf<MedicationRequest['status']>([
    'active',
    'active',
    'active',
    'completed',
    'cancelled',
    'stopped',
    'on-hold',
    'entered-in-error',
  ]),
  follows: fc.boolean(),
})
const listed = fc.record({
  day,
  minute: minuteOfDay,
  delay,
  brand: fc.nat(2),
  dosage: oneOf(DOSAGES),
  who: oneOf(PRESCRIBERS),
  status: oneOf<MedicationStatement['status']>([
    'active',
    'active',
    'active',
    'intended',
    'on-hold',
    'stopped',
    'completed',
    'entered-in-error',
  ]),
  names: fc.option(fc.nat(2), { nil: undefined }),
  endsAfter: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
  multidose: fc.boolean(),
  inList: fc.boolean(),
})
const supplied = fc.record({
  day,
  brand: fc.nat(2),
  amount: oneOf([10, 30, 98]),
  names: fc.option(fc.nat(2), { nil: undefined }),
})
const taken = fc.record({
  day: fc.oneof(
    { weight: 1, arbitrary: day },
    { weight: 2, arbitrary: fc.integer({ min: DAYS - 8, max: DAYS }) },
  ),
  hour: oneOf([8, 20]),
  delay,
  brand: fc.nat(2),
  status: oneOf(['completed', 'completed', 'not-done', 'unknown'] as const),
  reason: fc.option(oneOf(['refused', 'hospitalised', 'missed']), { nil: undefined }),
  worded: fc.boolean(),
})

/** `at` is always `HISTORY_AT`; every decision is made and received before it. */
export function factHistory(options: HistoryOptions = {}): fc.Arbitrary<FactHistory> {
  const { treatmentsMax = 5, perKindMax = 3 } = options
  const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: perKindMax, size: 'max' })
  const treatment = fc.record({
    family: oneOf(FAMILIES),
    prescriptions: some(prescribed),
    rows: some(listed),
    supplies: some(supplied),
    intakes: some(taken),
  })
  return fc
    .record({
      treatments: fc.array(treatment, { maxLength: treatmentsMax, size: 'max' }),
      /** Days of the holder's complete lists; every `inList` row decided until then is on it. */
      lists: fc.array(day, { maxLength: 2 }),
      stays: fc.array(fc.record({ day, nights: fc.option(fc.nat(9), { nil: undefined }) }), { maxLength: 1 }),
      allergies: fc.array(
        fc.record({
          atc: oneOf(['C07AB02', 'N02B', 'B01', 'J01C', 'L04AX03']),
          state: oneOf(['active', 'refuted'] as const),
        }),
        { maxLength: 2 },
      ),
      devices: fc.array(day, { maxLength: 1 }),
    })
    .map(({ treatments, lists, stays, allergies, devices }): FactHistory => {
      const built = treatments.map(buildTreatment)
      const rows = built.flatMap(({ inList }) => inList)
      const facts = [
        ...built.flatMap((one) => one.facts),
        ...lists.map((listDay, index) =>
          sourceList(
            `list-${index}`,
            instant(listDay, 720),
            rows.filter((one) => one.day <= listDay).map((one) => one.fact),
          ),
        ),
        ...stays.map((one, index) =>
          stay(
            `stay-${index}`,
            instant(one.day, 600),
            one.nights === undefined ? undefined : instant(one.day + one.nights, 720),
          ),
        ),
        ...allergies.map(({ atc, state }, index) =>
          allergy(
            `allergy-${index}`,
            [{ system: ATC, code: atc }],
            state === 'refuted' ? { clinical: 'inactive', verification: 'refuted' } : {},
          ),
        ),
        ...devices.map((from, index) => assignment(`device-${index}`, instant(from, 540))),
      ]
      return { facts, sources: sourcesOf(facts), at: HISTORY_AT }
    })
}

type Of<A> = A extends fc.Arbitrary<infer T> ? T : never
interface Drawn {
  readonly family: readonly string[]
  readonly prescriptions: readonly Of<typeof prescribed>[]
  readonly rows: readonly Of<typeof listed>[]
  readonly supplies: readonly Of<typeof supplied>[]
  readonly intakes: readonly Of<typeof taken>[]
}

function buildTreatment({ family, prescriptions, rows, supplies, intakes }: Drawn, treatment: number) {
  const id = (kind: string, index: number): string => `t${treatment}-${kind}${index}`
  const brandOf = (brand: number): string => family[brand % family.length] ?? 'ID_METOTAB'
  const named = (index: number | undefined): string | undefined =>
    index === undefined || prescriptions[index] === undefined ? undefined : id('p', index)
  const rowFacts = rows.map((one, index) => ({ one, fact: buildRow(one, id('r', index), brandOf, named) }))
  const facts: Fact[] = [
    ...prescriptions.map((one, index) =>
      buildPrescription(one, id('p', index), brandOf, index > 0 ? id('p', index - 1) : undefined),
    ),
    ...rowFacts.map(({ fact }) => fact),
    ...supplies.map(({ day: on, brand, amount, names }, index) => {
      const prescribedBy = named(names)
      return handOut(id('s', index), localDay(on), brandOf(brand), {
        amount,
        ...(prescribedBy === undefined ? {} : { prescribed: prescribedBy }),
      })
    }),
    ...intakes.map((one, index) =>
      intake(id('i', index), instant(one.day, one.hour * 60 - 60), {
        status: one.status,
        receivedAt: received(one.day, one.hour * 60, one.delay),
        ...(one.worded
          ? { more: { medicationCodeableConcept: { text: 'Metoprolol 50' } } }
          : { brand: brandOf(one.brand) }),
        ...(one.reason === undefined || one.status !== 'not-done' ? {} : { reason: one.reason }),
      }),
    ),
  ]
  return {
    facts,
    inList: rowFacts.flatMap(({ one, fact }) => (one.inList ? [{ day: one.day, fact }] : [])),
  }
}

function buildPrescription(
  one: Of<typeof prescribed>,
  id: string,
  brandOf: (brand: number) => string,
  prior: string | undefined,
): Fact {
  return prescription(id, {
    brand: brandOf(one.brand),
    authoredOn: one.dateOnly ? localDay(one.day) : instant(one.day, one.minute),
    dosage: [...one.dosage],
    validTo: localDay(one.day + one.validDays),
    requester: one.who,
    receivedAt: received(one.day, one.minute, one.delay),
    more: {
      status: one.status,
      ...(one.follows && prior !== undefined
        ? { priorPrescription: { reference: `MedicationRequest/${prior}` } }
        : {}),
    },
  })
}

function buildRow(
  one: Of<typeof listed>,
  id: string,
  brandOf: (brand: number) => string,
  named: (index: number | undefined) => string | undefined,
): Fact {
  const names = named(one.names)
  const ended = one.status === 'stopped' || one.status === 'completed'
  return row(id, {
    brand: brandOf(one.brand),
    asserted: instant(one.day, one.minute),
    dosage: [...one.dosage],
    status: one.status,
    ...(names === undefined ? {} : { prescription: names }),
    ...(one.endsAfter === undefined
      ? {}
      : { period: { end: localDay(one.day + (ended ? 0 : one.endsAfter)) } }),
    receivedAt: received(one.day, one.minute, one.delay),
    more: {
      informationSource: one.who,
      ...(one.multidose ? { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] } : {}),
      ...(ended ? { statusReason: [{ text: 'Bivirkning' }] } : {}),
    },
  })
}

const DAY_MS = 86_400_000
const START = Date.parse('2026-06-01T00:00:00Z')

const localDay = (days: number): string => new Date(START + days * DAY_MS).toISOString().slice(0, 10)
const instant = (days: number, minutes: number): string =>
  new Date(START + days * DAY_MS + minutes * 60_000).toISOString()
const received = (days: number, minutes: number, after: number): string =>
  new Date(
    Math.min(START + days * DAY_MS + (minutes + after) * 60_000, Date.parse(HISTORY_AT) - 60_000),
  ).toISOString()

/** Each source that the facts name, last heard when its newest fact came. */
function sourcesOf(facts: readonly Fact[]): SourceFact[] {
  const sources = new Map<string, SourceFact>()
  for (const { source, receivedAt } of facts) {
    const known = sources.get(source.key)
    const lastHeard = known === undefined || known.lastHeard < receivedAt ? receivedAt : known.lastHeard
    sources.set(source.key, { ...source, name: source.key, lastHeard, waiting: 0 })
  }
  return [...sources.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}
