/**
 * The four quantities of each line and day (medication-list.md 1): intended, packed, programmed, taken. Computed when
 * asked and kept for the derivation; nothing is expanded over days that nobody asks for.
 */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import type { ListConfig } from '../contract.js'
import { SLOT_TOLERANCE_MINUTES } from '../dosage/slots.js'
import type { FactSet, Intake } from '../facts/fact.js'
import type { LineModel } from '../lines/line.js'
import { once } from '../remember.js'
import { compareDays, type DayAmounts, type DayComparison } from './day-amounts.js'
import { type Devices, readDevices } from './devices.js'
import { intendedOn } from './intended.js'
import { measuresOf } from './pack-measure.js'
import { dueOf, type PackedDay, packedOn, packedPlan } from './packed.js'
import { type ProgrammedDay, programmedOn } from './programmed.js'
import { type PackedSupply, type Rolls, readRolls } from './rolls.js'
import { answered, type LineIntake, lineRecords, type TakenDay, takenOn } from './taken.js'

export interface Quantities {
  /** What should be taken on a local date. */
  readonly intended: (line: LineModel, day: string) => DayAmounts
  /** What lies in the pouches for that day, after confirmed measures. */
  readonly packed: (line: LineModel, day: string) => PackedDay
  /** What the dispenser will offer; undefined where none carries the line. */
  readonly programmed: (line: LineModel, day: string) => ProgrammedDay | undefined
  /** What was taken for the slots of that day, one of the last two weeks. */
  readonly taken: (line: LineModel, day: string) => TakenDay
  /** Records of the last weeks, taken or not, with the slot that each answers; sachets by what was packed in them. */
  readonly intakes: (line: LineModel) => readonly LineIntake[]
  /** The same over the engine's whole look-back, not set against slots. */
  readonly history: (line: LineModel) => readonly LineIntake[]
  /** Sachets of which neither they themselves nor records of their parts say what was in them. */
  readonly untoldSachets: () => readonly Intake[]
  /** Refs of recent ones that a packed roll explains. */
  readonly explainedSachets: () => ReadonlySet<string>
  readonly rolls: () => Rolls
  readonly devices: () => Devices
  readonly compare: (line: LineModel, a: DayAmounts, b: DayAmounts) => DayComparison
  readonly toleranceMinutes: (line: LineModel) => number
  /** Instant of a dose; undefined for one at any time of its day. */
  readonly dueOf: (day: string, minutes: number | undefined) => number | undefined
}

export interface QuantitiesInput {
  /** T. */
  readonly at: number
  readonly lines: readonly LineModel[]
  readonly facts: FactSet
  readonly config: ListConfig
}

/** Rolls that ended longer ago explain nothing that is still looked at. */
const ROLL_DAYS = 130
/** Longest look-back of what is set against slots: two weeks, and the days around them. */
const RECENT_MS = 17 * 86_400_000

export function makeQuantities({ at, lines, facts, config }: QuantitiesInput): Quantities {
  const { zone } = config
  const rolls = once(() => readRolls(facts, addDays(localDate(at, zone), -ROLL_DAYS)))
  const devices = once(() => readDevices(facts, lines, rolls(), at))
  const measures = once(() => measuresOf(facts, at))
  const plans = new Map<string, ReturnType<typeof packedPlan>>()
  const planOf = (supply: PackedSupply): ReturnType<typeof packedPlan> => {
    const plan = plans.get(supply.ref) ?? packedPlan(supply, facts)
    plans.set(supply.ref, plan)
    return plan
  }
  const context = () => ({ planOf, rolls: rolls(), zone, measures: measures() })
  const intended = byDay((line, day) => intendedOn(line, day, zone))
  const packed = byDay((line, day) => packedOn(line, day, context(), intended(line, day)))
  const programmed = byDay((line, day) => programmedOn(line, day, devices(), context()))
  const due = dueClock(zone)
  const slots = byDay((line, day) =>
    intended(line, day).doses.flatMap(({ minutes }) => due(day, minutes) ?? []),
  )
  const toleranceMinutes = (line: LineModel): number =>
    isTimeCritical(line, config) ? 0 : SLOT_TOLERANCE_MINUTES
  const sachets = once(() => untoldSachets(facts))
  const takenContext = { zone, slots, packed }
  const records = (line: LineModel, since: number): LineIntake[] =>
    lineRecords(line, hasPack(line) ? sachets() : [], since, takenContext)
  const history = byLine((line) => records(line, Number.NEGATIVE_INFINITY))
  const intakes = byLine((line) => answered(line, records(line, at - RECENT_MS), takenContext))
  const intakesByDay = byLine((line) => groupedByDay(intakes(line)))
  const taken = byDay((line, day) => takenOn(intakesByDay(line).get(day) ?? [], day, zone))
  return {
    intended,
    packed,
    programmed,
    taken,
    intakes,
    history,
    untoldSachets: sachets,
    explainedSachets: once(() => explained(lines, sachets(), intakes)),
    rolls,
    devices,
    compare: (line, a, b) => compareDays(a, b, toleranceMinutes(line)),
    toleranceMinutes,
    dueOf: due,
  }
}

function groupedByDay(records: readonly LineIntake[]): ReadonlyMap<string, readonly LineIntake[]> {
  const days = new Map<string, LineIntake[]>()
  for (const one of records) {
    const ofDay = days.get(one.day)
    if (ofDay === undefined) days.set(one.day, [one])
    else ofDay.push(one)
  }
  return days
}

function untoldSachets({ intakes }: FactSet): Intake[] {
  const untold = intakes.filter(({ sachet, medicines }) => sachet && medicines.length === 0)
  if (untold.length === 0) return untold
  const parents = new Set(intakes.flatMap(({ partOf }) => partOf))
  return untold.filter(({ ref, key }) => !parents.has(ref) && !parents.has(key))
}

const hasPack = ({ group }: LineModel): boolean => group.supplies.some(({ fact }) => fact.pack !== undefined)

const explained = (
  lines: readonly LineModel[],
  sachets: readonly Intake[],
  intakes: (line: LineModel) => readonly LineIntake[],
): ReadonlySet<string> =>
  new Set(
    sachets.length === 0
      ? []
      : lines.flatMap((line) => intakes(line).flatMap(({ fact, fromPack }) => (fromPack ? [fact.ref] : []))),
  )

export const isTimeCritical = ({ medicine }: LineModel, { timeCriticalAtc }: ListConfig): boolean =>
  timeCriticalAtc.some((prefix) => medicine?.atc?.startsWith(prefix) === true)

/** Instants of doses, from the start of their day where its clock does not change. */
function dueClock(zone: string): Quantities['dueOf'] {
  const starts = startsByZone.get(zone) ?? new Map<string, number | 'changes'>()
  startsByZone.set(zone, starts)
  return (day, minutes) => {
    if (minutes === undefined) return undefined
    let start = starts.get(day)
    if (start === undefined) {
      if (starts.size >= REMEMBERED_DAYS_MAX) starts.clear()
      start = startOfPlainDay(day, zone)
      starts.set(day, start)
    }
    return start === 'changes' || minutes >= DAY_MINUTES
      ? dueOf(day, minutes, zone)
      : start + minutes * MINUTE_MS
  }
}

/** A day begins at the same instant for everybody in a zone. */
const startsByZone = new Map<string, Map<string, number | 'changes'>>()
const REMEMBERED_DAYS_MAX = 5000
const MINUTE_MS = 60_000
const DAY_MINUTES = 1440

function startOfPlainDay(day: string, zone: string): number | 'changes' {
  const start = startOfLocalDay(day, zone)
  return startOfLocalDay(addDays(day, 1), zone) - start === DAY_MINUTES * MINUTE_MS ? start : 'changes'
}

function byLine<T>(make: (line: LineModel) => T): (line: LineModel) => T {
  const known = new Map<string, { readonly value: T }>()
  return (line) => {
    const made = known.get(line.id) ?? { value: make(line) }
    known.set(line.id, made)
    return made.value
  }
}

function byDay<T>(make: (line: LineModel, day: string) => T): (line: LineModel, day: string) => T {
  const ofLine = byLine(() => new Map<string, { readonly value: T }>())
  return (line, day) => {
    const days = ofLine(line)
    const made = days.get(day) ?? { value: make(line, day) }
    days.set(day, made)
    return made.value
  }
}
