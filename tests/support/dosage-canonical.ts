/** A plan as one comparable word, without what no text tells: who wrote it how, and the start of what falls on every day. */
import { amountKey } from '../../src/medication-list/dosage/amount.js'
import { type Interval, intervalMinutes } from '../../src/medication-list/dosage/interval.js'
import { pointOf } from '../../src/medication-list/dosage/length-text.js'
import type { DosagePlan, DoseEntry } from '../../src/medication-list/dosage/plan.js'
import { tellsStart } from '../../src/medication-list/dosage/tail-text.js'

export function canonical(plan: DosagePlan): string {
  if (plan.kind === 'chart') return `chart ${plan.chart.place}`
  if (plan.kind !== 'structured') return plan.kind
  const steps = [...new Set(plan.entries.map(({ sequence }) => sequence))].sort((a, b) => a - b)
  const words = plan.entries.flatMap((entry) => entryWords(entry, steps.indexOf(entry.sequence)))
  return JSON.stringify([plan.chart?.place, words.sort()], undefined, 1)
}

function entryWords(entry: DoseEntry, step: number): string[] {
  const slots = [...entry.when, ...entry.times]
  const clocked = slots.length > 0
  const common = {
    step,
    amount: amountKey(entry.amount),
    needed: entry.asNeeded ? (entry.asNeededFor?.toLowerCase() ?? true) : false,
    rhythm: rhythmOf(entry, clocked),
    meal: entry.meal,
    offset: entry.offsetMinutes,
    cycle: entry.cycle,
    start:
      entry.start === undefined || !tellsStart(entry, step === 0)
        ? undefined
        : pointOf(entry.start, undefined),
    end: endOf(entry.end),
    length: entry.boundsDuration === undefined ? undefined : lengthOf(entry.boundsDuration),
    count: entry.count,
    lasts: entry.lasts === undefined ? undefined : intervalMinutes(entry.lasts),
    events: [...entry.events].sort(),
    maxima: entry.maxima.map(({ amount, hours }) => [amountKey(amount), hours]),
    least: entry.minIntervalMinutes,
    route: entry.routeText?.toLowerCase(),
    site: entry.siteText?.toLowerCase(),
    flexible: entry.flexible,
  }
  return (clocked ? slots : [undefined]).map((slot) => JSON.stringify({ ...common, slot }))
}

function rhythmOf({ period, weekdays, frequency }: DoseEntry, clocked: boolean): unknown {
  if (weekdays.length > 0) {
    const weeks = period === undefined ? 1 : Math.max(1, intervalMinutes(period) / 10_080)
    return [weekdays, weeks]
  }
  if (clocked) return period === undefined || intervalMinutes(period) <= 1440 ? 'daily' : lengthOf(period)
  return period === undefined ? undefined : [frequency ?? 1, lengthOf(period)]
}

const lengthOf = ({ value, unit }: Interval): unknown =>
  unit === 'mo' || unit === 'a'
    ? ['months', unit === 'a' ? value * 12 : value]
    : intervalMinutes({ value, unit })

function endOf(end: string | undefined): unknown {
  const point = end === undefined ? undefined : pointOf(end, undefined)
  if (point?.time !== '00:00') return point
  const before = new Date(Date.parse(`${point.date}T00:00:00Z`) - 86_400_000)
  return { date: before.toISOString().slice(0, 10), time: undefined }
}
