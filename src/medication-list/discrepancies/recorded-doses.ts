/** Fixed doses of a line set against what devices and carers recorded. */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { SLOT_TOLERANCE_MINUTES } from '../dosage/slots.js'
import { dueAt } from '../facts/event-time.js'
import type { Intake } from '../facts/fact.js'
import { stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { isMultidose } from '../quantities/multidose.js'
import type { Situation } from './discrepancy.js'
import { isExplained } from './explained-slots.js'

/** Missed doses older than this are history, not work. */
export const LOOKBACK_MS = 7 * 86_400_000
/** A line of which nothing was recorded for this long is not one that a device or carer records. */
const RECORDED_MS = 14 * 86_400_000
const CRITICAL_WINDOW_MS = 3_600_000
const TOLERANCE_MS = SLOT_TOLERANCE_MINUTES * 60_000
/** Days ahead in which the next dose of a line is looked for. */
const AHEAD_DAYS = 2

export interface Missed {
  /** Instant at which the dose was due. */
  readonly due: number
  /** Undefined where nothing was recorded. */
  readonly intake: Intake | undefined
}

/** What is the same for every line: read once from thousands of facts. */
export interface Recording {
  /** Recent sachets of which nothing says what was in them. */
  readonly sachets: readonly Intake[]
}

export function readRecording({ at, quantities }: Situation): Recording {
  const untold = quantities.untoldSachets().filter((intake) => at - dueAt(intake) <= RECORDED_MS)
  const explained = untold.length === 0 ? NONE : quantities.explainedSachets()
  return { sachets: untold.filter(({ ref }) => !explained.has(ref)) }
}

const NONE: ReadonlySet<string> = new Set()

export const tellsNotTaken = ({ outcome }: Intake): boolean => outcome === 'not-taken'

/** The doses of the line that were missed, and when the next one of a recorded line will have passed its window. */
export function watch(
  line: LineModel,
  recording: Recording,
  situation: Situation,
): { missed: Missed[]; next: number[] } {
  if (!isWatched(line)) return NOTHING
  const records = recordsOf(line, recording, situation)
  const recorders = recordersOf(line, records, situation)
  if (recorders.since === undefined) return NOTHING
  return {
    missed: missedOf(line, records, recorders, situation),
    next: nextDue(line, situation),
  }
}

const NOTHING = { missed: [], next: [] }

interface LineRecord {
  readonly fact: Intake
  /** Instant of the slot that it answers. */
  readonly due: number
  readonly day: string
}

function missedOf(
  line: LineModel,
  records: readonly LineRecord[],
  recorders: Recorders,
  situation: Situation,
): Missed[] {
  const { at } = situation
  const excused = (due: number): boolean =>
    isExplained(due, situation) || stateAt(line.group.decisions, due)?.status !== 'active'
  const told = records
    .filter(({ fact }) => tellsNotTaken(fact))
    .filter(
      ({ due, fact }) => !records.some((one) => one.due === due && one.fact !== fact && isTaken(one.fact)),
    )
    .map(({ fact, due }) => ({ due, intake: fact }))
  const silent = unrecorded(line, records, recorders, situation).map((due) => ({ due, intake: undefined }))
  return [...told, ...silent]
    .filter(({ due }) => due <= at && at - due <= LOOKBACK_MS && !excused(due))
    .sort((a, b) => a.due - b.due)
}

const isTaken = ({ outcome }: Intake): boolean => outcome === 'taken'

function nextDue(line: LineModel, situation: Situation): number[] {
  const { at, config } = situation
  if (line.status !== 'active') return []
  const window = windowOf(line, situation)
  const from = localDate(at - window, config.zone)
  for (let days = 0; days <= AHEAD_DAYS; days += 1) {
    const next = slotsOf(line, addDays(from, days), situation)
      .map(({ due }) => due + window)
      .filter((instant) => instant > at)
    if (next.length > 0) return [Math.min(...next)]
  }
  return []
}

const isWatched = ({ category, plan, state }: LineModel): boolean =>
  state !== undefined &&
  plan.kind === 'structured' &&
  category !== 'prn' &&
  category !== 'self' &&
  category !== 'admin-by-clinic'

export const windowOf = ({ critical }: LineModel, { config }: Pick<Situation, 'config'>): number =>
  critical ? Math.min(CRITICAL_WINDOW_MS, config.missedDoseWindowMs) : config.missedDoseWindowMs

/** The line's own records, and for a packed line the sachets of untold content that were due at its slots. */
function recordsOf(line: LineModel, { sachets }: Recording, situation: Situation): LineRecord[] {
  const { at, facts, quantities } = situation
  const own = quantities.intakes(line).filter(({ fact, due }) => at - due <= RECORDED_MS && isRecorder(fact))
  if (sachets.length === 0 || !isMultidose(line, facts, at)) return [...own]
  return [...own, ...sachets.flatMap((sachet) => ofSlot(sachet, line, situation))]
}

function ofSlot(fact: Intake, line: LineModel, situation: Situation): LineRecord[] {
  const when = dueAt(fact)
  const day = localDate(when, situation.config.zone)
  const slot = slotsOf(line, day, situation).find(
    ({ due, timed }) => timed && Math.abs(due - when) <= TOLERANCE_MS,
  )
  return slot === undefined ? [] : [{ fact, due: slot.due, day }]
}

const isRecorder = ({ role }: Intake): boolean => role === 'device' || role === 'home-care'

interface Recorders {
  /** First slot that they would have recorded; undefined for a line that nobody records. */
  readonly since: number | undefined
  readonly sourceKeys: ReadonlySet<string>
  readonly lastRecord: number
}

/** Whoever recorded the line lately, and the dispenser that carries it. */
function recordersOf(line: LineModel, records: readonly LineRecord[], situation: Situation): Recorders {
  const carriers = carriersOf(line, situation)
  const starts = [...records.map(({ due }) => due), ...carriers.map(({ since }) => since)]
  return {
    since: starts.length === 0 ? undefined : Math.min(...starts),
    sourceKeys: new Set([...records.map(({ fact }) => fact.sourceKey), ...carriers.map(({ key }) => key)]),
    lastRecord: Math.max(...records.map(({ fact }) => fact.receivedAt)),
  }
}

/** Dispensers that give the line by a program of their own or out of the roll that they hold. */
export function carriersOf(
  line: LineModel,
  { quantities }: Pick<Situation, 'quantities'>,
): { readonly key: string; readonly since: number }[] {
  const { loaded, programsOf } = quantities.devices()
  const refs = new Set(line.group.supplies.map(({ fact }) => fact.ref))
  return [
    ...programsOf(line).flatMap(({ device, madeAt }) =>
      device === undefined ? [] : [{ key: `device|${device}`, since: madeAt }],
    ),
    ...loaded.flatMap(({ load, roll }) =>
      roll?.supplies.some(({ ref }) => refs.has(ref)) === true
        ? [{ key: load.sourceKey, since: load.at }]
        : [],
    ),
  ]
}

interface Slot {
  readonly due: number
  /** False for doses that name no slot: they are due by the end of their day. */
  readonly timed: boolean
}

export function slotsOf(line: LineModel, day: string, { config, quantities }: Situation): Slot[] {
  return quantities.intended(line, day).doses.map(({ minutes }) => {
    const due = quantities.dueOf(day, minutes)
    return due === undefined
      ? { due: startOfLocalDay(addDays(day, 1), config.zone) - 1, timed: false }
      : { due, timed: true }
  })
}

/**
 * Slots since the recording began whose window had passed when the recorder was last heard of, and for which there is no
 * record of any outcome. A silent recorder makes the dose unknown, not missed.
 */
function unrecorded(
  line: LineModel,
  records: readonly LineRecord[],
  { since = 0, sourceKeys, lastRecord }: Recorders,
  situation: Situation,
): number[] {
  const { at, config, sources } = situation
  const heard = sources.filter(({ key }) => sourceKeys.has(key)).map(({ lastHeard }) => Date.parse(lastHeard))
  const until = Math.min(at, Math.max(...heard, lastRecord))
  const window = windowOf(line, situation)
  const answered = new Set(records.map(({ due }) => due))
  const missed: number[] = []
  const last = localDate(at, config.zone)
  for (
    let day = localDate(Math.max(since, at - LOOKBACK_MS), config.zone);
    day <= last;
    day = addDays(day, 1)
  ) {
    let untimed = records.filter((record) => record.day === day).length
    for (const { due, timed } of slotsOf(line, day, situation)) {
      const isAnswered = timed ? answered.has(due) : untimed-- > 0
      if (!isAnswered && due >= since && due + window <= until) missed.push(due)
    }
  }
  return missed
}
