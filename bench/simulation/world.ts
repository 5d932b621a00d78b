/**
 * One simulated person: a GP's list of multidose medicines, prescriptions, rolls every fortnight, a dispenser that is
 * loaded and programmed, and sachets opened when they are due. Nothing in it disagrees until a mistake is planted.
 */
import type { Dosage } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { addDays, instantOfLocalTime, localDateTime } from '../../src/core/zone.js'
import type { Fact } from '../../src/medication-list/contract.js'
import { DEVICE_KEY, load, packed, program, sachet } from '../../tests/support/chain-facts.js'
import { fact, fixed, prescription, row, sourceList } from '../../tests/support/clinical-facts.js'
import { doctorRegistered, packingCalendar, statedPeriod } from '../../tests/support/packing-calendar.js'

export const ZONE = 'Europe/Oslo'
export const FIRST_DAY = '2026-03-02'
export const ROLL_DAYS = 14
/** Times at which the dispenser gives sachets. */
export const SLOTS: Readonly<Record<string, string>> = { MORN: '08:00', EVE: '20:00' }

export type Slot = 'MORN' | 'EVE'

export interface LinePlan {
  readonly id: string
  readonly brand: string
  readonly slots: readonly Slot[]
  readonly tablets: number
  readonly validTo?: string
}

export interface RollPlan {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Line id to what is packed; a line that is missing is not packed. */
  readonly contents: Map<string, { readonly brand: string; readonly dosage: Dosage[] }>
}

export type Outcome =
  | { readonly kind: 'taken'; readonly minutes: number }
  | { readonly kind: 'not-taken' }
  | { readonly kind: 'silent' }

export interface SlotPlan {
  readonly day: string
  readonly slot: Slot
  outcome: Outcome
}

export interface World {
  readonly days: number
  readonly lines: LinePlan[]
  readonly rolls: RollPlan[]
  readonly slots: SlotPlan[]
  /** Facts besides those that follow from the plan. */
  readonly more: Fact[]
  /** Rows that the GP's list has anew, with the instant of that list. */
  readonly lists: { readonly at: number; readonly rows: Fact[]; readonly without?: string }[]
  readonly programs: { readonly made: number; readonly dosage: Dosage[] }[]
  /** In which the dispenser says nothing. */
  readonly silences: { readonly from: number; readonly to: number }[]
}

export const at = (day: string, time: string): number => instantOfLocalTime(day, time, ZONE)
export const iso = (instant: number): string => new Date(instant).toISOString()
export const dayOf = (instant: number): string => localDateTime(instant, ZONE).date
export const dosageOf = ({ tablets, slots }: Pick<LinePlan, 'tablets' | 'slots'>): Dosage[] => [
  fixed(tablets, { when: [...slots] }),
]

const REGIMENS: readonly (readonly Omit<LinePlan, 'id'>[])[] = [
  [
    { brand: 'ID_WARFARIN', slots: ['EVE'], tablets: 1 },
    { brand: 'ID_METODEPOT', slots: ['MORN'], tablets: 1 },
    { brand: 'ID_LEVAXIN', slots: ['MORN'], tablets: 1 },
  ],
  [
    { brand: 'ID_METODEPOT', slots: ['MORN'], tablets: 1 },
    { brand: 'ID_COZAAR', slots: ['MORN'], tablets: 1 },
    { brand: 'ID_METFORMIN', slots: ['MORN', 'EVE'], tablets: 1 },
  ],
  [
    { brand: 'ID_LEVAXIN', slots: ['MORN'], tablets: 1 },
    { brand: 'ID_METODEPOT', slots: ['MORN'], tablets: 2 },
    { brand: 'ID_APIXABAN', slots: ['MORN', 'EVE'], tablets: 1 },
    { brand: 'ID_MULTIVITAMIN', slots: ['MORN'], tablets: 1 },
  ],
  [
    { brand: 'ID_COZAAR', slots: ['MORN'], tablets: 1 },
    { brand: 'ID_PARACET', slots: ['MORN', 'EVE'], tablets: 2 },
    { brand: 'ID_LEVAXIN', slots: ['MORN'], tablets: 1 },
    { brand: 'ID_METFORMIN', slots: ['MORN', 'EVE'], tablets: 1 },
    { brand: 'ID_MULTIVITAMIN', slots: ['EVE'], tablets: 1 },
  ],
]

/** @param random in [0, 1) */
export function makeWorld(days: number, random: () => number): World {
  const regimen = REGIMENS[Math.floor(random() * REGIMENS.length)] ?? []
  const lines = regimen.map((line, index) => ({ ...line, id: `l${index}` }))
  const rolls: RollPlan[] = []
  for (let first = 0; first < days + ROLL_DAYS; first += ROLL_DAYS) {
    const from = addDays(FIRST_DAY, first)
    rolls.push({
      id: `r${rolls.length}`,
      from,
      to: addDays(from, ROLL_DAYS - 1),
      contents: new Map(lines.map((line) => [line.id, { brand: line.brand, dosage: dosageOf(line) }])),
    })
  }
  const slots: SlotPlan[] = []
  for (let day = 0; day < days; day += 1)
    for (const slot of ['MORN', 'EVE'] as const)
      if (lines.some((line) => line.slots.includes(slot)))
        slots.push({
          day: addDays(FIRST_DAY, day),
          slot,
          outcome: { kind: 'taken', minutes: Math.floor(random() * 40) },
        })
  return {
    days,
    lines,
    rolls,
    slots,
    more: [],
    lists: [],
    programs: [
      {
        made: at(addDays(FIRST_DAY, -3), '13:00'),
        dosage: [fixed(1, { timeOfDay: timesOf(lines) }, 'pose')],
      },
    ],
    silences: [],
  }
}

const timesOf = (lines: readonly LinePlan[]): string[] =>
  (['MORN', 'EVE'] as const)
    .filter((slot) => lines.some((line) => line.slots.includes(slot)))
    .map((slot) => `${SLOTS[slot]}:00`)

const PACKED = { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] }

/** The GP's row of a line as it was first decided. */
export const rowOf = (line: LinePlan, options: Parameters<typeof row>[1] = {}): Fact =>
  row(line.id, {
    prescription: `p-${line.id}`,
    brand: line.brand,
    dosage: dosageOf(line),
    asserted: iso(at(addDays(FIRST_DAY, -10), '09:00')),
    period: { start: addDays(FIRST_DAY, -10) },
    receivedAt: iso(at(addDays(FIRST_DAY, -10), '09:05')),
    ...options,
    more: { ...PACKED, ...options.more },
  })

/** Everything that is told in the world, in no order; what the dispenser has to tell waits until it has contact again. */
export const factsOf = (world: World): Fact[] =>
  toldOf(world).map((fact) => {
    const told = Date.parse(fact.receivedAt)
    const silence = world.silences.find(({ from, to }) => from <= told && told < to)
    return silence === undefined || fact.source.key !== DEVICE_KEY
      ? fact
      : { ...fact, receivedAt: iso(silence.to + 60_000) }
  })

function toldOf(world: World): Fact[] {
  const listed = at(addDays(FIRST_DAY, -10), '09:05')
  const rows = world.lines.map((line) => rowOf(line))
  const prescriptions = world.lines.map((line) =>
    prescription(`p-${line.id}`, {
      brand: line.brand,
      dosage: dosageOf(line),
      authoredOn: iso(listed - 300_000),
      receivedAt: iso(listed - 240_000),
      validTo: line.validTo ?? '2027-02-20',
    }),
  )
  return [
    doctorRegistered(),
    calendarOf(world),
    ...prescriptions,
    ...rows,
    sourceList('list', iso(listed), rows),
    ...world.lists.flatMap(({ at: instant, rows: changed, without }, index) => [
      ...changed,
      listOf(`list${index}`, instant, currentRows(rows, world.lists.slice(0, index + 1)), without),
    ]),
    ...world.rolls.flatMap((roll) => rollFacts(roll)),
    ...world.programs.map(({ made, dosage }, index) => ({
      ...program('program', { dosage, made: iso(made) }),
      version: index + 1,
      receivedAt: iso(made + 1000),
    })),
    ...world.slots.flatMap((slot, index) => intakeFacts(slot, index, world)),
    ...world.more,
  ]
}

const listOf = (id: string, instant: number, rows: readonly Fact[], without: string | undefined): Fact =>
  sourceList(
    id,
    iso(instant),
    rows.filter(({ ref }) => ref !== `MedicationStatement/${without}`),
  )

function currentRows(rows: readonly Fact[], lists: World['lists']): Fact[] {
  const byRef = new Map(rows.map((one) => [one.ref, one]))
  for (const { rows: changed } of lists) for (const one of changed) byRef.set(one.ref, one)
  return [...byRef.values()]
}

function calendarOf({ rolls }: World): Fact {
  const periods = rolls.map(({ from, to }) =>
    statedPeriod({
      first: from,
      last: to,
      deadline: iso(at(addDays(from, -4), '12:00')),
      delivery: iso(at(addDays(from, -1), '12:00')),
    }),
  )
  return fact(
    packingCalendar('card', periods),
    'calendar',
    'pharmacy',
    iso(at(addDays(FIRST_DAY, -10), '08:00')),
  )
}

export const packedAt = ({ from }: RollPlan): number => at(addDays(from, -3), '10:00')
export const handedOutAt = ({ from }: RollPlan): number => at(addDays(from, -1), '11:00')
export const loadedAt = ({ from }: RollPlan): number => at(addDays(from, -1), '21:00')

/** Packed the day after the cut-off, handed out and loaded the day before its first dose. */
function rollFacts(roll: RollPlan): Fact[] {
  const { id, from, to, contents } = roll
  return [
    ...[...contents].flatMap(([line, { brand, dosage }]) => {
      const content = (status: 'preparation' | 'completed', told: number): Fact =>
        packed(`${id}-${line}`, {
          brand,
          from,
          to,
          dosage,
          roll: id,
          row: line,
          ...(status === 'completed' ? { handedOver: iso(handedOutAt(roll)) } : {}),
          receivedAt: iso(told),
          more: {
            status,
            quantity: { value: 28, unit: 'tablett' },
            authorizingPrescription: [
              {
                type: 'MedicationRequest',
                identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:p-${line}` },
              },
            ],
          },
        })
      return [
        content('preparation', packedAt(roll)),
        { ...content('completed', handedOutAt(roll) + 60_000), version: 2 },
      ]
    }),
    load(`load-${id}`, iso(loadedAt(roll)), { roll: id, from, to }),
  ]
}

const holds = ({ contents }: RollPlan, slot: Slot): boolean =>
  [...contents.values()].some(({ dosage }) =>
    dosage.some(({ timing }) => timing?.repeat?.when?.includes(slot) === true),
  )

function intakeFacts({ day, slot, outcome }: SlotPlan, index: number, { rolls }: World): Fact[] {
  const due = at(day, SLOTS[slot] ?? '08:00')
  const roll = rolls.find(({ from, to }) => from <= day && day <= to)
  // Where nothing is packed for the slot there is no pouch.
  if (roll !== undefined && !holds(roll, slot)) return []
  const common = { scheduled: iso(due), ...(roll === undefined ? {} : { roll: roll.id }) }
  switch (outcome.kind) {
    case 'taken': {
      const opened = due + outcome.minutes * 60_000
      return [sachet(`s${index}`, iso(opened), { ...common, receivedAt: iso(opened + 1000) })]
    }
    case 'not-taken':
      return [
        sachet(`s${index}`, iso(due), {
          ...common,
          status: 'not-done',
          reason: 'not-dispensed',
          receivedAt: iso(due + 2 * 3_600_000),
        }),
      ]
    case 'silent':
      return []
  }
}
