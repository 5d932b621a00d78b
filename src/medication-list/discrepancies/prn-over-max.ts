/** More taken as needed in some window than the dosage allows, or of a substance than its maximum (6.2, D). */
import { add, compare, type Decimal, ZERO } from '../dosage/decimal.js'
import type { Maximum } from '../dosage/plan.js'
import type { LineModel } from '../lines/line.js'
import { measureOf, type SlotAmount } from '../quantities/day-amounts.js'
import type { LineIntake } from '../quantities/taken.js'
import { discrepancy, type Finding, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { amountOf } from './words.js'

const HOUR_MS = 3_600_000
/** How long a passed maximum is held up to the holder. */
const LOOKBACK_MS = 7 * 24 * HOUR_MS
const DAY_HOURS = 24

type OverMax = {
  readonly medicine: string | undefined
  readonly taken: string
  readonly maximum: string
  readonly hours: number
  readonly at: string
  /** Over all lines of the substance. */
  readonly substance: boolean
}
const sentences: Sentences<OverMax> = {
  nb: (n, { name, time, amount }) =>
    `${name(n.medicine)}: ${amount(n.taken)} tatt ${n.substance ? 'i alt' : 'ved behov'} i de ${n.hours} timene før ${time(n.at)}; høyst ${amount(n.maximum)}.`,
  da: (n, { name, time, amount }) =>
    `${name(n.medicine)}: ${amount(n.taken)} taget ${n.substance ? 'i alt' : 'efter behov'} i de ${n.hours} timer før ${time(n.at)}; højst ${amount(n.maximum)}.`,
  en: (n, { name, time, amount }) =>
    `${name(n.medicine)}: ${amount(n.taken)} taken ${n.substance ? 'in all' : 'as needed'} in the ${n.hours} hours before ${time(n.at)}; at most ${amount(n.maximum)}.`,
  sv: (n, { name, time, amount }) =>
    `${name(n.medicine)}: ${amount(n.taken)} taget ${n.substance ? 'totalt' : 'vid behov'} under de ${n.hours} timmarna före ${time(n.at)}; högst ${amount(n.maximum)}.`,
  fi: (n, { name, time, amount }) =>
    `${name(n.medicine)}: ${amount(n.taken)} otettu ${n.substance ? 'yhteensä' : 'tarvittaessa'} ${n.hours} tunnin aikana ennen ${time(n.at)}; enintään ${amount(n.maximum)}.`,
}

export const prnOverMax = discrepancy<OverMax>({
  code: 'prn-over-max',
  sentences,
  find: (situation) => {
    const findings: (Finding & { readonly numbers: OverMax })[] = []
    const next: number[] = []
    const tell = (
      about: string,
      implicated: readonly string[],
      medicine: string | undefined,
      over: Over,
    ): void => {
      const evidence = over.refs.map(situation.versioned).sort()
      next.push(over.at + LOOKBACK_MS + 1)
      findings.push({
        about: [about],
        severity: 'high',
        implicated: [...implicated, ...evidence],
        evidence,
        numbers: {
          medicine,
          taken: amountOf({ low: over.sum, high: over.sum, unit: over.unit }),
          maximum: amountOf({ low: over.maximum, high: over.maximum, unit: over.unit }),
          hours: over.hours,
          at: iso(over.at),
          substance: about.startsWith(ATC),
        },
      })
    }
    for (const line of situation.lines) {
      const over = overOfLine(line, situation)
      if (over !== undefined) tell(line.id, [line.ref], nameOf(line), over)
    }
    for (const [atc, lines] of bySubstance(situation)) {
      const over = overOfSubstance(atc, lines, situation)
      const name = lines[0]?.medicine?.substanceName ?? lines[0]?.medicine?.name
      if (over !== undefined) tell(`${ATC}${atc}`, lines.map(({ ref }) => ref).sort(), name, over)
    }
    return { findings, next }
  },
})

const ATC = 'atc '

interface Over {
  readonly sum: Decimal
  readonly maximum: Decimal
  readonly unit: string
  readonly hours: number
  readonly at: number
  readonly refs: readonly string[]
}

/** What is taken as needed: all that answers no fixed dose. */
function overOfLine(line: LineModel, situation: Situation): Over | undefined {
  const { plan } = line
  const maxima =
    plan.kind === 'structured' ? plan.entries.flatMap((entry) => (entry.asNeeded ? entry.maxima : [])) : []
  if (maxima.length === 0) return undefined
  const records = takenLately(line, situation).filter(({ planned }) => !planned)
  return maxima
    .flatMap((maximum) => overOf(records, maximum, line.medicine, situation) ?? [])
    .sort((a, b) => b.at - a.at)[0]
}

/** Codes that have a maximum, with the lines of the substance. */
function bySubstance({ lines, config }: Situation): Map<string, LineModel[]> {
  const found = new Map<string, LineModel[]>()
  for (const line of lines) {
    const atc = line.medicine?.atc
    if (atc !== undefined && Object.hasOwn(config.maximumDailyMg, atc))
      found.set(atc, [...(found.get(atc) ?? []), line])
  }
  return found
}

function overOfSubstance(atc: string, lines: readonly LineModel[], situation: Situation): Over | undefined {
  const maximum = situation.config.maximumDailyMg[atc]
  if (maximum === undefined) return undefined
  const high = { n: BigInt(Math.round(maximum * 1000)), d: 1000n }
  const records = lines.flatMap((line) => takenLately(line, situation))
  return overOf(records, { amount: { low: high, high, unit: 'mg' }, hours: DAY_HOURS }, undefined, situation)
}

/** Each dose once, however many sources tell of it. */
function takenLately(line: LineModel, { at, quantities }: Situation): Dose[] {
  const days = new Set(
    quantities
      .intakes(line)
      .flatMap(({ fact, day, at: when }: LineIntake) =>
        fact.outcome === 'taken' && when <= at && at - when <= LOOKBACK_MS + DAY_HOURS * HOUR_MS ? [day] : [],
      ),
  )
  return [...days].flatMap((day) => quantities.taken(line, day).doses)
}

type Dose = SlotAmount & { readonly at: number; readonly planned: boolean }

/** The newest dose with which a window of the maximum's length holds more than it. */
function overOf(
  doses: readonly Dose[],
  { amount, hours }: Maximum,
  medicine: LineModel['medicine'],
  { at }: Situation,
): Over | undefined {
  const limit: SlotAmount = { slot: undefined, minutes: undefined, amount, medicine, refs: [] }
  // What is not known adds nothing: a sum that exceeds the maximum without it does so with it.
  const counted = doses.flatMap((dose) => {
    const measure = measureOf([medicine === undefined ? { ...limit, medicine: dose.medicine } : limit, dose])
    return measure === undefined
      ? []
      : [{ dose, value: measure.of(dose).low, limit: measure.of(limit).high, unit: measure.unit }]
  })
  const sorted = counted.sort((a, b) => b.dose.at - a.dose.at)
  for (const last of sorted) {
    if (at - last.dose.at > LOOKBACK_MS) break
    const window = sorted.filter(
      ({ dose, unit }) =>
        unit === last.unit && dose.at <= last.dose.at && last.dose.at - dose.at < hours * HOUR_MS,
    )
    const sum = window.reduce((total, { value }) => add(total, value), ZERO)
    if (compare(sum, last.limit) > 0)
      return {
        sum,
        maximum: last.limit,
        unit: last.unit,
        hours,
        at: last.dose.at,
        refs: [...new Set(window.flatMap(({ dose }) => dose.refs))],
      }
  }
  return undefined
}
