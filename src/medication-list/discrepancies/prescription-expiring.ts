/** The last valid prescription of a line in use ends soon, or before the next roll does (medication-list.md 6.2). */
import { addDays, startOfLocalDay } from '../../core/zone.js'
import { isValid, type LineModel, prescriptionsOf } from '../lines/line.js'
import { spanOfUse } from '../lines/use-span.js'
import { firstChange, type PackingPeriod } from '../packing/calendar.js'
import { packingOf } from '../packing/changes.js'
import { isMultidose } from '../quantities/multidose.js'
import { once } from '../remember.js'
import { daysBefore, lastDayBefore } from './days-before.js'
import { discrepancy, nameOf, type Sentences, type Severity, type Situation } from './discrepancy.js'

const TOLD_DAYS = 30
const MODERATE_DAYS = 14
const HIGH_DAYS = 7

type Expiring = {
  readonly medicine: string | undefined
  /** Last day on which something can be dispensed. */
  readonly lastDay: string
  /** The next roll that can still be changed, where it is not covered. */
  readonly periodStart: string | undefined
  readonly periodEnd: string | undefined
}

const sentences: Sentences<Expiring> = {
  nb: ({ medicine, lastDay, periodStart, periodEnd }, { name, day }) =>
    `Siste gyldige resept på ${name(medicine)} går ut ${day(lastDay)}${periodStart === undefined || periodEnd === undefined ? '' : ` og dekker ikke pakkeperioden ${day(periodStart)}–${day(periodEnd)}`}.`,
  da: ({ medicine, lastDay, periodStart, periodEnd }, { name, day }) =>
    `Sidste gyldige recept på ${name(medicine)} udløber ${day(lastDay)}${periodStart === undefined || periodEnd === undefined ? '' : ` og dækker ikke pakkeperioden ${day(periodStart)}–${day(periodEnd)}`}.`,
  en: ({ medicine, lastDay, periodStart, periodEnd }, { name, day }) =>
    `The last valid prescription of ${name(medicine)} ends ${day(lastDay)}${periodStart === undefined || periodEnd === undefined ? '' : ` and does not cover the packing period ${day(periodStart)}–${day(periodEnd)}`}.`,
  sv: ({ medicine, lastDay, periodStart, periodEnd }, { name, day }) =>
    `Det sista giltiga receptet på ${name(medicine)} går ut ${day(lastDay)}${periodStart === undefined || periodEnd === undefined ? '' : ` och täcker inte förpackningsperioden ${day(periodStart)}–${day(periodEnd)}`}.`,
  fi: ({ medicine, lastDay, periodStart, periodEnd }, { name, day }) =>
    `Lääkkeen ${name(medicine)} viimeinen voimassa oleva resepti päättyy ${day(lastDay)}${periodStart === undefined || periodEnd === undefined ? '' : ` eikä kata pakkausjaksoa ${day(periodStart)}–${day(periodEnd)}`}.`,
}

export const prescriptionExpiring = discrepancy<Expiring>({
  code: 'prescription-expiring',
  sentences,
  find: (situation) => {
    const { at, facts, lines, config, versioned } = situation
    const { zone } = config
    const findings = []
    const next: number[] = []
    const coming = once(() => comingPeriod(situation))
    for (const line of lines) {
      if (line.status !== 'active') continue
      const valid = prescriptionsOf(line).filter((prescription) => isValid(prescription, at))
      const end = Math.max(...valid.map(({ validTo }) => validTo ?? Number.POSITIVE_INFINITY))
      if (valid.length === 0 || !Number.isFinite(end) || endsBefore(line, end)) continue
      const told = daysBefore(end, TOLD_DAYS, zone)
      const packed = isMultidose(line, facts, at)
      if (at < told && !packed) {
        next.push(told)
        continue
      }
      const thresholds = [told, ...[MODERATE_DAYS, HIGH_DAYS].map((days) => daysBefore(end, days, zone))]
      next.push(...thresholds, end)
      const period = packed ? coming() : undefined
      if (period?.cutoff !== undefined) next.push(period.cutoff)
      const open = period !== undefined && end < startOfLocalDay(addDays(period.end, 1), zone)
      const severity = severityOf(at, thresholds, open, line)
      if (severity === undefined) continue
      const evidence = valid.filter(({ validTo }) => validTo === end).map(({ ref }) => versioned(ref))
      findings.push({
        about: [line.id],
        severity,
        implicated: [line.ref, ...evidence],
        evidence,
        numbers: {
          medicine: nameOf(line),
          lastDay: lastDayBefore(end, zone),
          periodStart: open ? period?.start : undefined,
          periodEnd: open ? period?.end : undefined,
        },
      })
    }
    return { findings, next }
  },
})

/** Undefined while it is too early. As-needed lines stay low; a roll that is not covered is at least moderate. */
function severityOf(
  at: number,
  [told = 0, moderate = 0, high = 0]: readonly number[],
  rollIsOpen: boolean,
  { category }: LineModel,
): Severity | undefined {
  if (at < told && !rollIsOpen) return undefined
  if (category === 'prn') return 'low'
  if (at >= high) return 'high'
  return at >= moderate || rollIsOpen ? 'moderate' : 'low'
}

/** A use that is over by then needs no more. */
const endsBefore = (line: LineModel, end: number): boolean => spanOfUse(line)[1] <= end

/** The next packing period that a change still gets into (8.1). */
function comingPeriod(situation: Situation): PackingPeriod | undefined {
  const { at, config } = situation
  return firstChange(packingOf(situation).cards, at, at, config.zone)?.period
}
