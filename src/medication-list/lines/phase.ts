/**
 * The phase of a line: which days an interval above a day or a cycle falls on. A renewal, and a change of the amount
 * alone, keeps it unless it states a new start (medication-list.md 12.5).
 */
import type { Dosage } from 'fhir/r4.js'
import { intervalMinutes } from '../dosage/interval.js'
import { type DosagePlan, type DoseEntry, readDosagePlan } from '../dosage/plan.js'
import type { DecisionFact } from '../facts/fact.js'
import type { Decision } from './decisions.js'

export interface PhasedDosage {
  readonly plan: DosagePlan
  readonly dosages: readonly Dosage[]
}

const DAY_MINUTES = 1440
const phasedBefore = new WeakMap<DecisionFact, PhasedDosage & { readonly key: string }>()

/**
 * The fact's dosage, with the starts of the decisions before it where it needs a phase and states none. The same object
 * while nothing changed: lines are made anew by identity.
 */
export function inPhase(fact: DecisionFact, decisions: readonly Decision[]): PhasedDosage {
  const { plan, dosages } = fact
  if (plan.kind !== 'structured' || fact.start !== undefined || !plan.entries.some(lacksStart)) return fact
  const starts = startsBefore(fact, plan.entries, decisions)
  if (starts === undefined) return fact
  const key = starts.join()
  const known = phasedBefore.get(fact)
  if (known?.key === key) return known
  const started = dosages.map((dosage, index) =>
    withStart(dosage, dosages.length === starts.length ? starts[index] : starts[0]),
  )
  const phased = { plan: readDosagePlan(started), dosages: started, key }
  phasedBefore.set(fact, phased)
  return phased
}

/** Whether only a start can tell on which days the entry falls. A course ends with its own length: it has its own start. */
export const needsPhase = (entry: DoseEntry): boolean => {
  const { asNeeded, period, weekdays, cycle, boundsDuration, count, events } = entry
  if (asNeeded || boundsDuration !== undefined || count !== undefined || events.length > 0) return false
  const minutes = period === undefined ? 0 : intervalMinutes(period)
  return cycle !== undefined || minutes > (weekdays.length === 0 ? DAY_MINUTES : 7 * DAY_MINUTES)
}

const lacksStart = (entry: DoseEntry): boolean => entry.start === undefined && needsPhase(entry)

/** One for each entry, of the newest decision before that states them and has the same intervals. */
function startsBefore(
  fact: DecisionFact,
  entries: readonly DoseEntry[],
  decisions: readonly Decision[],
): readonly string[] | undefined {
  let at = decisions.length - 1
  while (at >= 0 && decisions[at]?.fact !== fact) at--
  for (let index = at - 1; index >= 0; index--) {
    const earlier = decisions[index]?.fact
    if (earlier === undefined || earlier === fact) continue
    const { plan, start } = earlier
    // One without words about the dose ("as agreed") changes none.
    if (plan.kind === 'none' || plan.kind === 'text') continue
    if (plan.kind !== 'structured' || rhythms(plan.entries) !== rhythms(entries)) return undefined
    const starts = plan.entries.map((entry) => entry.start ?? start)
    if (starts.every((one) => one !== undefined)) return ofEntries(starts, plan.entries, entries)
  }
  return undefined
}

/** Entries of other days (day 1, day 2 of an iteration) take each its own start, when they are the same ones. */
function ofEntries(
  starts: readonly string[],
  earlier: readonly DoseEntry[],
  entries: readonly DoseEntry[],
): readonly string[] | undefined {
  const [first] = starts
  if (first !== undefined && starts.every((one) => one === first)) return entries.map(() => first)
  const slots = (all: readonly DoseEntry[]): string =>
    JSON.stringify(all.map(({ when, times, amount }) => [when, times, String(amount?.low.n)]))
  return earlier.length === entries.length && slots(earlier) === slots(entries) ? starts : undefined
}

const rhythms = (entries: readonly DoseEntry[]): string =>
  [
    ...new Set(
      entries
        .filter(({ asNeeded }) => !asNeeded)
        .map(({ period, cycle, weekdays }) => JSON.stringify([period, cycle, weekdays])),
    ),
  ]
    .sort()
    .join()

function withStart(dosage: Dosage, start: string | undefined): Dosage {
  const repeat = dosage.timing?.repeat
  const open = repeat?.boundsDuration === undefined && repeat?.boundsRange === undefined
  if (start === undefined || repeat === undefined || !open || repeat.boundsPeriod?.start !== undefined)
    return dosage
  const boundsPeriod = { ...repeat.boundsPeriod, start }
  return { ...dosage, timing: { ...dosage.timing, repeat: { ...repeat, boundsPeriod } } }
}
