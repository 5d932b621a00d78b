/** Fixed doses of a line set against what devices and carers recorded. */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { dueInstant, expand } from '../dosage/expand.js'
import { SLOT_TOLERANCE_MINUTES } from '../dosage/slots.js'
import type { Intake, Stay } from '../facts/fact.js'
import { stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import type { Situation } from './discrepancy.js'

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
  readonly stays: readonly Stay[]
  /** Recent sachets of unknown content. */
  readonly sachets: readonly Intake[]
}

export const readRecording = ({ at, facts }: Situation): Recording => ({
  stays: facts.stays,
  sachets: facts.intakes.filter(
    (intake) => intake.sachet && intake.medicines.length === 0 && at - dueOf(intake) <= RECORDED_MS,
  ),
})

export const tellsNotTaken = ({ outcome }: Intake): boolean => outcome === 'not-taken'

/** The doses of the line that were missed, and when the next one of a recorded line will have passed its window. */
export function watch(
  line: LineModel,
  recording: Recording,
  situation: Situation,
): { missed: Missed[]; next: number[] } {
  const records = isWatched(line) ? recordsOf(line, recording, situation) : []
  if (records.length === 0) return { missed: [], next: [] }
  return { missed: missedOf(line, records, recording, situation), next: nextDue(line, situation) }
}

function missedOf(
  line: LineModel,
  records: readonly Intake[],
  { stays }: Recording,
  situation: Situation,
): Missed[] {
  const { at } = situation
  const explained = (due: number): boolean =>
    stays.some(({ from, to }) => due >= from && (to === undefined || due < to)) ||
    stateAt(line.group.decisions, due)?.status !== 'active'
  const told = records.filter(tellsNotTaken).map((intake) => ({ due: dueOf(intake), intake }))
  const silent = unrecorded(line, records, situation).map((due) => ({ due, intake: undefined }))
  return [...told, ...silent]
    .filter(({ due }) => due <= at && at - due <= LOOKBACK_MS && !explained(due))
    .sort((a, b) => a.due - b.due)
}

function nextDue(line: LineModel, situation: Situation): number[] {
  const { at, config } = situation
  if (line.status !== 'active') return []
  const window = windowOf(line, situation)
  const from = localDate(at - window, config.zone)
  const next = slotsBetween(line, from, addDays(from, AHEAD_DAYS), config.zone)
    .map(({ due }) => due + window)
    .find((instant) => instant > at)
  return next === undefined ? [] : [next]
}

const isWatched = ({ category, plan, state }: LineModel): boolean =>
  state !== undefined &&
  plan.kind === 'structured' &&
  category !== 'prn' &&
  category !== 'self' &&
  category !== 'admin-by-clinic'

const windowOf = ({ critical }: LineModel, { config }: Situation): number =>
  critical ? Math.min(CRITICAL_WINDOW_MS, config.missedDoseWindowMs) : config.missedDoseWindowMs

const dueOf = ({ scheduled, at, receivedAt }: Intake): number => scheduled ?? at?.from ?? receivedAt

/** The line's own intakes, and for a packed line the sachets of unknown content that were due at its slots. */
function recordsOf(line: LineModel, { sachets }: Recording, { at, config }: Situation): Intake[] {
  const own = line.group.intakes
    .map(({ fact }) => fact)
    .filter((fact) => at - dueOf(fact) <= RECORDED_MS && isRecorder(fact))
  if (sachets.length === 0 || !line.group.facts.some((fact) => fact.kind === 'row' && fact.multidose))
    return own
  const from = localDate(at - RECORDED_MS, config.zone)
  const slots = slotsBetween(line, from, localDate(at, config.zone), config.zone)
  const packed = sachets.filter((sachet) =>
    slots.some(({ due, timed }) => timed && Math.abs(due - dueOf(sachet)) <= TOLERANCE_MS),
  )
  return [...own, ...packed]
}

const isRecorder = ({ role }: Intake): boolean => role === 'device' || role === 'home-care'

interface Slot {
  readonly due: number
  /** False for doses that name no slot: they are due by the end of their day. */
  readonly timed: boolean
}

function slotsBetween(line: LineModel, from: string, to: string, zone: string): Slot[] {
  const { doses } = expand(line.plan, from, to, { zone, start: line.dosageFact?.start })
  return doses.map((dose) => {
    const due = dueInstant(dose, zone)
    return due === undefined
      ? { due: startOfLocalDay(addDays(dose.date, 1), zone) - 1, timed: false }
      : { due, timed: true }
  })
}

/**
 * Slots after the first record whose window had passed when the recorder was last heard of, and for which there is no
 * record of any outcome. Each record answers one slot, the nearest.
 */
function unrecorded(line: LineModel, records: readonly Intake[], situation: Situation): number[] {
  if (records.length === 0) return []
  const { at, config, sources } = situation
  const recorders = new Set(records.map(({ sourceKey }) => sourceKey))
  const heard = sources.filter(({ key }) => recorders.has(key)).map(({ lastHeard }) => Date.parse(lastHeard))
  const until = Math.min(at, Math.max(...heard, ...records.map(({ receivedAt }) => receivedAt)))
  const since = Math.min(...records.map(dueOf))
  const window = windowOf(line, situation)
  const from = localDate(Math.max(since, at - LOOKBACK_MS), config.zone)
  const open = [...records].sort((a, b) => dueOf(a) - dueOf(b))
  const missed: number[] = []
  for (const { due, timed } of slotsBetween(line, from, localDate(at, config.zone), config.zone)) {
    const answer = open.findIndex((record) => answers(record, due, timed, window, config.zone))
    if (answer >= 0) open.splice(answer, 1)
    else if (due >= since && due + window <= until) missed.push(due)
  }
  return missed
}

function answers(record: Intake, due: number, timed: boolean, window: number, zone: string): boolean {
  const taken = record.at?.from ?? record.receivedAt
  if (!timed) return localDate(record.scheduled ?? taken, zone) === localDate(due, zone)
  return (
    (record.scheduled !== undefined && Math.abs(record.scheduled - due) <= TOLERANCE_MS) ||
    Math.abs(taken - due) <= Math.max(window, TOLERANCE_MS)
  )
}
