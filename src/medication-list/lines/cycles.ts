/** Cycles of a line at T: which one runs, and its dosage between dates for who reads no extension (12.2). */
import type { Dosage } from 'fhir/r4.js'
import { dateCycle, hideCycle } from '../../core/dated-cycle.js'
import { addDays, dateOfDay, daysBetween, localDate, startOfLocalDay } from '../../core/zone.js'
import { DAY_MINUTES, localMinutesOf, placeEntries } from '../dosage/place-entries.js'
import { type DosagePlan, type DoseEntry, readDosagePlan } from '../dosage/plan.js'

export interface Cycles {
  /** A day on which all cycles that run at T had begun; undefined where none has an anchor. */
  readonly day: string | undefined
  /** Instant at which the next one begins. */
  readonly next: number | undefined
}

const NONE: Cycles = { day: undefined, next: undefined }

/** @param start stated start of the line (FHIR dateTime), where an entry states none of its own */
export function cyclesAt(plan: DosagePlan, start: string | undefined, at: number, zone: string): Cycles {
  if (plan.kind !== 'structured' || plan.entries.every(({ cycle }) => cycle === undefined)) return NONE
  const today = localDate(at, zone)
  const running = plan.entries.flatMap((entry) => {
    const anchor = anchorOf(entry, start, zone)
    if (entry.cycle === undefined || anchor === undefined) return []
    const length = entry.cycle.on + entry.cycle.off
    const passed = Math.max(0, Math.floor(daysBetween(anchor, today) / length))
    const day = addDays(anchor, passed * length)
    return [{ day, next: startOfLocalDay(addDays(day, length), zone) }]
  })
  if (running.length === 0) return NONE
  const days = running.map(({ day }) => day).sort()
  return { day: days[days.length - 1], next: Math.min(...running.map(({ next }) => next)) }
}

/** The dosage as others may read it: a cycle between dates, one without an anchor without days. */
export function withDatedCycle(
  dosage: Dosage,
  day: string | undefined,
  start: string | undefined,
  zone: string,
): readonly Dosage[] {
  const plan = readDosagePlan([dosage])
  const entry = plan.kind === 'structured' ? plan.entries[0] : undefined
  if (entry?.cycle === undefined) return [dosage]
  const anchor = anchorOf(entry, start, zone)
  if (anchor === undefined || day === undefined) return [hideCycle(dosage, entry.cycle)]
  return dateCycle(dosage, entry.cycle, anchor, day, lastDayOf(entry, anchor, zone))
}

function anchorOf(entry: DoseEntry, start: string | undefined, zone: string): string | undefined {
  const minutes = localMinutesOf(entry.start ?? start ?? '', zone, 'from')
  return minutes === undefined ? undefined : dateOfDay(Math.floor(minutes / DAY_MINUTES))
}

function lastDayOf(entry: DoseEntry, anchor: string, zone: string): string | undefined {
  const [placed] = placeEntries([entry], { zone, start: anchor })
  return placed?.to === undefined ? undefined : dateOfDay(Math.ceil(placed.to / DAY_MINUTES) - 1)
}
