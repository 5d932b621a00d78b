/** More taken on a day than intended and allowed as needed, or two doses closer than the stated interval (6.2, D). */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { compare, type Decimal, divide, multiply, whole } from '../dosage/decimal.js'
import type { DoseEntry } from '../dosage/plan.js'
import { dosageInForce, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { measureOf, type SlotAmount, sumOf } from '../quantities/day-amounts.js'
import type { TakenDose } from '../quantities/taken.js'
import { discrepancy, type Finding, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { amountOf, counted } from './words.js'

/** Days for which an extra dose is held up to home care. */
const DAYS = 7
const DAY_HOURS = 24
const DAY_MS = 86_400_000

type Extra = {
  readonly medicine: string | undefined
  readonly day: string
  readonly taken: string | undefined
  readonly allowed: string | undefined
  /** Of two doses too close to each other. */
  readonly minutes: number | undefined
  readonly interval: number | undefined
}
const sentences: Sentences<Extra> = {
  nb: (n, { name, day, amount }) =>
    n.interval === undefined
      ? `${name(n.medicine)}: ${amount(n.taken ?? '?')} tatt ${day(n.day)}, høyst ${amount(n.allowed ?? '?')} var bestemt.`
      : `${name(n.medicine)} ble tatt to ganger med ${n.minutes} ${n.minutes === 1 ? 'minutts' : 'minutters'} mellomrom ${day(n.day)}; minst ${n.interval} minutter er bestemt.`,
  da: (n, { name, day, amount }) =>
    n.interval === undefined
      ? `${name(n.medicine)}: ${amount(n.taken ?? '?')} taget ${day(n.day)}, højst ${amount(n.allowed ?? '?')} var ordineret.`
      : `${name(n.medicine)} blev taget to gange med ${n.minutes} ${n.minutes === 1 ? 'minuts' : 'minutters'} mellemrum ${day(n.day)}; mindst ${n.interval} minutter er ordineret.`,
  en: (n, { name, day, amount }) =>
    n.interval === undefined
      ? `${name(n.medicine)}: ${amount(n.taken ?? '?')} taken ${day(n.day)}, at most ${amount(n.allowed ?? '?')} was decided.`
      : `${name(n.medicine)} was taken twice within ${counted(n.minutes ?? 0, 'minute', 'minutes')} ${day(n.day)}; at least ${n.interval} minutes are decided.`,
  sv: (n, { name, day, amount }) =>
    n.interval === undefined
      ? `${name(n.medicine)}: ${amount(n.taken ?? '?')} taget ${day(n.day)}, högst ${amount(n.allowed ?? '?')} var ordinerat.`
      : `${name(n.medicine)} togs två gånger med ${n.minutes} ${n.minutes === 1 ? 'minuts' : 'minuters'} mellanrum ${day(n.day)}; minst ${n.interval} minuter är ordinerat.`,
  fi: (n, { name, day, amount }) =>
    n.interval === undefined
      ? `${name(n.medicine)}: otettu ${amount(n.taken ?? '?')} ${day(n.day)}, määrätty enintään ${amount(n.allowed ?? '?')}.`
      : `${name(n.medicine)} otettiin kahdesti ${n.minutes} minuutin välein ${day(n.day)}; vähimmäisväli on ${n.interval} minuuttia.`,
}

interface Found {
  readonly day: string
  readonly refs: readonly string[]
  readonly numbers: Omit<Extra, 'medicine' | 'day'>
}

export const extraDose = discrepancy<Extra>({
  code: 'extra-dose',
  sentences,
  find: (situation) => {
    const { at, config, lines, versioned } = situation
    const today = localDate(at, config.zone)
    const findings: (Finding & { readonly numbers: Extra })[] = []
    const next: number[] = []
    for (const line of lines) {
      if (line.group.decisions.length === 0 || !isRecent(line, situation)) continue
      const found: Found[] = []
      for (let day = addDays(today, -DAYS); day <= today; day = addDays(day, 1))
        found.push(...tooMuch(line, day, situation), ...tooClose(line, day, situation))
      const newest = found.at(-1)
      if (newest === undefined) continue
      next.push(...found.map(({ day }) => startOfLocalDay(addDays(day, DAYS + 1), config.zone)))
      const evidence = [...new Set(found.flatMap(({ refs }) => refs))].sort().map(versioned)
      findings.push({
        about: [line.id],
        severity: 'high',
        implicated: [line.ref, ...evidence],
        evidence,
        numbers: { medicine: nameOf(line), day: newest.day, ...newest.numbers },
      })
    }
    return { findings, next }
  },
})

const isRecent = (line: LineModel, { at, quantities }: Situation): boolean =>
  quantities
    .intakes(line)
    .some(({ fact, due }) => fact.outcome === 'taken' && at - due <= (DAYS + 2) * DAY_MS)

function tooMuch(line: LineModel, day: string, situation: Situation): Found[] {
  const { quantities } = situation
  const intended = quantities.intended(line, day)
  const { doses } = quantities.taken(line, day)
  const entries = isInUse(line, day, situation) ? asNeeded(line, day, situation) : undefined
  if (!intended.known || doses.length === 0 || entries === undefined) return []
  const refs = doses.flatMap((dose) => dose.refs)
  const sums = sumsOf(intended.doses, doses, entries)
  if (sums !== undefined)
    return compare(sums.taken, sums.allowed) <= 0
      ? []
      : [
          {
            day,
            refs,
            numbers: {
              taken: amountOf({ low: sums.taken, high: sums.taken, unit: sums.unit }),
              allowed: amountOf({ low: sums.allowed, high: sums.allowed, unit: sums.unit }),
              minutes: undefined,
              interval: undefined,
            },
          },
        ]
  // Where a record states no amount, one that answers a slot is taken as that slot's dose: more records than slots are extra.
  const slots = intended.doses.length
  if (entries.length > 0 || doses.length <= slots) return []
  return [
    {
      day,
      refs,
      numbers: { taken: `${doses.length}`, allowed: `${slots}`, minutes: undefined, interval: undefined },
    },
  ]
}

/** Undefined where an amount or an as-needed maximum is not known. */
function sumsOf(
  intended: readonly SlotAmount[],
  taken: readonly TakenDose[],
  entries: readonly DoseEntry[],
): { readonly taken: Decimal; readonly allowed: Decimal; readonly unit: string } | undefined {
  const maxima = entries.map((entry) => allowedOf(entry, taken[0]))
  if (maxima.some((one) => one === undefined)) return undefined
  const limits = maxima.filter((one) => one !== undefined)
  const measure = measureOf([...intended, ...taken, ...limits])
  if (measure === undefined) return undefined
  const allowed = [...intended, ...limits].map(measure.of)
  return { taken: sumOf(taken.map(measure.of)).low, allowed: sumOf(allowed).high, unit: measure.unit }
}

/** The as-needed maximum for a day, as if it were one dose. */
function allowedOf({ maxima, amount }: DoseEntry, like: TakenDose | undefined): SlotAmount | undefined {
  const days = maxima.filter(({ hours }) => hours > 0)
  const daily = days.map(({ amount: most, hours }) => ({
    unit: most.unit,
    high: divide(multiply(most.high, whole(DAY_HOURS)), whole(Math.round(Math.min(hours, DAY_HOURS)))),
  }))
  const lowest = daily
    .flatMap(({ unit, high }) => (high === undefined ? [] : [{ unit, high }]))
    .sort((a, b) => compare(a.high, b.high))[0]
  if (lowest === undefined) return undefined
  return {
    slot: undefined,
    minutes: undefined,
    amount: { low: lowest.high, high: lowest.high, unit: lowest.unit || (amount?.unit ?? '') },
    medicine: like?.medicine,
    refs: [],
  }
}

/** All of the day: on a day of start, stop or pause the day's sum is told by what is taken outside of its use. */
function isInUse({ group }: LineModel, day: string, { config }: Situation): boolean {
  const start = startOfLocalDay(day, config.zone)
  return [start, startOfLocalDay(addDays(day, 1), config.zone) - 1].every(
    (instant) => stateAt(group.decisions, instant)?.status === 'active',
  )
}

/** As-needed parts of the dosage in force on the day; undefined where it is not structured. */
function asNeeded(line: LineModel, day: string, { config }: Situation): readonly DoseEntry[] | undefined {
  const { decisions } = line.group
  const end = startOfLocalDay(addDays(day, 1), config.zone) - 1
  const state = stateAt(decisions, end)
  if (state === undefined) return undefined
  const { plan } = dosageInForce(decisions, state, end).fact
  return plan.kind === 'structured' ? plan.entries.filter((entry) => entry.asNeeded) : undefined
}

/** Two doses of which each is a dose of its own, closer than any part of the dosage allows. */
function tooClose(line: LineModel, day: string, situation: Situation): Found[] {
  const { plan } = line
  const intervals =
    plan.kind === 'structured'
      ? plan.entries.flatMap(({ minIntervalMinutes }) => minIntervalMinutes ?? [])
      : []
  if (intervals.length === 0) return []
  const interval = Math.max(...intervals)
  const { quantities } = situation
  const doses = [
    ...quantities.taken(line, addDays(day, -1)).doses,
    ...quantities.taken(line, day).doses,
  ].sort((a, b) => a.at - b.at)
  return doses.flatMap((dose, index): Found[] => {
    const before = doses[index - 1]
    if (before === undefined || quantities.taken(line, day).doses.every((one) => one !== dose)) return []
    const minutes = Math.floor((dose.at - before.at) / 60_000)
    return minutes >= interval
      ? []
      : [
          {
            day,
            refs: [...before.refs, ...dose.refs],
            numbers: { taken: undefined, allowed: undefined, minutes, interval },
          },
        ]
  })
}
