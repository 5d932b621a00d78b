/** A dose given elsewhere is due, its giver usually reports, and nothing was reported (6.2, D; 12.7). */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { expand } from '../dosage/expand.js'
import { intervalMinutes } from '../dosage/interval.js'
import { happenedAt } from '../facts/event-time.js'
import type { Intake } from '../facts/fact.js'
import { type LineModel, lastGiven } from '../lines/line.js'
import { discrepancy, nameOf, type Sentences, type Situation } from './discrepancy.js'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const GRACE_DAYS_MIN = 2
const GRACE_SHARE = 0.1

type Overdue = {
  readonly medicine: string | undefined
  readonly due: string
  readonly last: string | undefined
}
const sentences: Sentences<Overdue> = {
  nb: ({ medicine, due, last }, { name, day }) =>
    `${name(medicine)} skulle vært gitt ${day(due)} og er ikke meldt gitt${last === undefined ? '' : `; sist gitt ${day(last)}`}.`,
  da: ({ medicine, due, last }, { name, day }) =>
    `${name(medicine)} skulle være givet ${day(due)} og er ikke meldt givet${last === undefined ? '' : `; sidst givet ${day(last)}`}.`,
  en: ({ medicine, due, last }, { name, day }) =>
    `${name(medicine)} was due ${day(due)} and is not reported given${last === undefined ? '' : `; last given ${day(last)}`}.`,
  sv: ({ medicine, due, last }, { name, day }) =>
    `${name(medicine)} skulle ha getts ${day(due)} och är inte rapporterat givet${last === undefined ? '' : `; senast givet ${day(last)}`}.`,
  fi: ({ medicine, due, last }, { name, day }) =>
    `${name(medicine)} olisi pitänyt antaa ${day(due)}, eikä sitä ole ilmoitettu annetuksi${last === undefined ? '' : `; annettu viimeksi ${day(last)}`}.`,
}

export const clinicDoseOverdue = discrepancy<Overdue>({
  code: 'clinic-dose-overdue',
  sentences,
  find: (situation) => {
    const { at, config, lines, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const line of lines) {
      if (line.category !== 'admin-by-clinic' || line.status !== 'active') continue
      const last = lastGiven(line)?.fact
      const interval = intervalOf(line)
      if (interval === undefined || !isExpected(line, last, situation)) continue
      const due = last === undefined ? firstDue(line, situation) : nextDue(last, interval, config.zone)
      if (due === undefined) continue
      const graceDays = Math.max(GRACE_DAYS_MIN, Math.ceil((interval / DAY_MS) * GRACE_SHARE))
      const opens = startOfLocalDay(addDays(due, graceDays + 1), config.zone)
      if (opens > at) {
        next.push(opens)
        continue
      }
      const evidence = last === undefined ? [] : [versioned(last.ref)]
      const decided = line.state === undefined ? [] : [versioned(line.state.decision.fact.ref)]
      findings.push({
        about: [line.id],
        severity: line.critical ? ('high' as const) : ('moderate' as const),
        implicated: [line.ref, ...decided, ...evidence],
        evidence: [...evidence, ...decided],
        numbers: {
          medicine: nameOf(line),
          due,
          last: last === undefined ? undefined : localDate(happenedAt(last), config.zone),
        },
      })
    }
    return { findings, next }
  },
})

/** The longest interval that the dosage states, in milliseconds. */
function intervalOf({ plan }: LineModel): number | undefined {
  if (plan.kind !== 'structured') return undefined
  const lengths = plan.entries.flatMap(({ period }) =>
    period === undefined ? [] : [intervalMinutes(period) * MINUTE_MS],
  )
  return lengths.length === 0 ? undefined : Math.max(...lengths)
}

const nextDue = (last: Intake, interval: number, zone: string): string =>
  addDays(localDate(happenedAt(last), zone), Math.round(interval / DAY_MS))

/** Of a dose that was never reported: the first that the dosage places. */
function firstDue(line: LineModel, { at, config }: Situation): string | undefined {
  const start = line.state?.since ?? Number.NaN
  if (!Number.isFinite(start)) return undefined
  const from = localDate(start, config.zone)
  const { doses } = expand(line.plan, from, localDate(at, config.zone), {
    zone: config.zone,
    start: line.dosageFact?.start,
  })
  return doses[0]?.date
}

/** Whether whoever gives it reports what is given: a source that reported a dose of this line, or that prescribed it and reports others. */
function isExpected(line: LineModel, last: Intake | undefined, { facts, sources }: Situation): boolean {
  const expected = new Set(sources.map(({ key }) => key))
  if (last !== undefined && expected.has(last.sourceKey)) return true
  const decider = line.state?.decision.fact.sourceKey
  return (
    decider !== undefined &&
    expected.has(decider) &&
    facts.intakes.some(({ sourceKey }) => sourceKey === decider)
  )
}
