/** Two lines share a base substance and reach the same place in the body (medication-list.md 6.2). */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { add, compare, type Decimal, ZERO } from '../dosage/decimal.js'
import { kinship } from '../facts/read-medicine.js'
import { sharedKey } from '../grouping/link-decisions.js'
import type { LineModel } from '../lines/line.js'
import { type DailyAmount, dailyAmountOf } from './daily-amount.js'
import { discrepancy, type Finding, nameOf, type Severity, type Situation } from './discrepancy.js'
import { decidedInView, sameDecider } from './in-view.js'
import { conflictingPairs, evidenceOf, isToBeUsed, meetInBody, overlap, sharing } from './line-pairs.js'
import { massOf, type SentenceWords } from './words.js'

export const duplicateSubstance = discrepancy<Twice>({
  code: 'duplicate-substance',
  sentences: {
    nb: (twice, words) => sentence(twice, words, NB),
    da: (twice, words) => sentence(twice, words, DA),
    en: (twice, words) => sentence(twice, words, EN),
    sv: (twice, words) => sentence(twice, words, SV),
    fi: (twice, words) => sentence(twice, words, FI),
  },
  find: (situation) => {
    const groups = sharing(situation.lines.filter(isToBeUsed), namesOf)
    const amounts = new Map<LineModel, DailyAmount>()
    const judged = new Map<string, Judged>()
    const judge = (a: LineModel, b: LineModel): Judged | undefined => {
      if (!isDuplicate(a, b)) return undefined
      const key = `${a.id} ${b.id}`
      const known = judged.get(key) ?? judgePair(a, b, groups, situation, amounts)
      judged.set(key, known)
      return known
    }
    const pairs = conflictingPairs(groups, (a, b) => judge(a, b)?.weight)
    const findings = pairs.flatMap(([a, b]) => {
      const found = judge(a, b)
      return found === undefined ? [] : [finding(a, b, found, situation)]
    })
    const changing = [...amounts.values()].some(({ steady }) => !steady)
    return { findings, next: changing ? [midnightAfter(situation)] : [] }
  },
})

/** Products and substances, so that only lines with one in common are compared. */
function* namesOf({ medicine }: LineModel): Iterable<string> {
  if (medicine === undefined) return
  yield* medicine.products
  for (const [system, codes] of medicine.substances) for (const code of codes) yield `${system}|${code}`
}

function isDuplicate(a: LineModel, b: LineModel): boolean {
  if (a.medicine === undefined || b.medicine === undefined) return false
  return kinship(a.medicine, b.medicine) === 'share' && meetInBody(a, b) && overlap(a, b)
}

/** Amounts that change from day to day may exceed a maximum from another day on. */
const midnightAfter = ({ at, config }: Situation): number =>
  startOfLocalDay(addDays(localDate(at, config.zone), 1), config.zone)

interface Judged {
  readonly severity: Severity
  /** Greater is worse. */
  readonly weight: number
  /** What is summed: the two lines, or all of the substance where only together they exceed a maximum. */
  readonly sum: Sum
}

function judgePair(
  a: LineModel,
  b: LineModel,
  groups: readonly (readonly LineModel[])[],
  situation: Situation,
  amounts: Map<LineModel, DailyAmount>,
): Judged {
  const { at, config, holder } = situation
  const amountOf = (line: LineModel): DailyAmount => {
    const known = amounts.get(line) ?? dailyAmountOf(line, at, config.zone)
    amounts.set(line, known)
    return known
  }
  const two = summed([a, b], amountOf, situation)
  const many = two.exceeded === undefined ? rivals(a, b, groups) : []
  const all = many.length > 2 ? summed(many, amountOf, situation) : two
  const sum = all.exceeded === undefined ? two : all
  const key = a.medicine && b.medicine ? sharedKey(a.medicine, b.medicine) : undefined
  const alone = two.exceeded !== undefined || (key !== undefined && isFixed(a) && isFixed(b))
  if (alone || all.exceeded !== undefined) return { severity: 'high', weight: alone ? 4 : 3, sum }
  return sameDecider(a, b) && decidedInView(a, b, holder)
    ? { severity: 'low', weight: 1, sum }
    : { severity: 'moderate', weight: 2, sum }
}

/** All lines of the substance that are used together with both. */
function rivals(a: LineModel, b: LineModel, groups: readonly (readonly LineModel[])[]): LineModel[] {
  const group = groups.find((lines) => lines.includes(a) && lines.includes(b)) ?? []
  return group.filter((line) => line === a || line === b || (isDuplicate(a, line) && isDuplicate(b, line)))
}

function finding(
  a: LineModel,
  b: LineModel,
  { severity, sum }: Judged,
  { versioned }: Situation,
): Finding & { readonly numbers: Twice } {
  const facts = [a, b].flatMap((line) => evidenceOf(line, versioned))
  return {
    about: [a.id, b.id],
    severity,
    implicated: [a.ref, b.ref, ...facts],
    evidence: facts,
    numbers: numbersOf(a, b, sum),
  }
}

const isFixed = ({ category }: LineModel): boolean => category === 'fixed' || category === 'course'

interface Sum {
  readonly times: number
  readonly fixed: Decimal | undefined
  readonly asNeeded: Decimal | undefined
  readonly total: Decimal
  /** The maximum that the total exceeds. */
  readonly exceeded: Decimal | undefined
}

/** What is not known adds nothing: a total that exceeds the maximum without it does so with it. */
function summed(
  lines: readonly LineModel[],
  amountOf: (line: LineModel) => DailyAmount,
  { config }: Situation,
): Sum {
  const amounts = lines.map(amountOf)
  const fixed = known(amounts.map((amount) => amount.fixed))
  const asNeeded = known(amounts.map((amount) => amount.asNeeded))
  const total = add(fixed ?? ZERO, asNeeded ?? ZERO)
  const limits = [
    ...amounts.flatMap(({ maxima }) => maxima),
    ...lines.flatMap(({ medicine }) => configured(medicine?.atc, config.maximumDailyMg)),
  ]
  const lowest = limits.sort(compare)[0]
  return {
    times: lines.length,
    fixed,
    asNeeded,
    total,
    exceeded: lowest !== undefined && compare(total, lowest) > 0 ? lowest : undefined,
  }
}

const known = (amounts: readonly (Decimal | undefined)[]): Decimal | undefined => {
  const stated = amounts.filter((amount) => amount !== undefined)
  return stated.length === 0 ? undefined : stated.reduce(add)
}

const configured = (atc: string | undefined, maxima: Readonly<Record<string, number>>): Decimal[] => {
  const maximum = atc !== undefined && Object.hasOwn(maxima, atc) ? maxima[atc] : undefined
  return maximum === undefined ? [] : [{ n: BigInt(Math.round(maximum * 1000)), d: 1000n }]
}

interface Words {
  readonly twice: (name: string, times: number) => string
  readonly fixed: (amount: string) => string
  readonly asNeeded: (amount: string) => string
  readonly and: string
  readonly over: (total: string, maximum: string) => string
}
const NB: Words = {
  twice: (name, times) => (times === 2 ? `${name} står to ganger` : `${name} står ${times} ganger`),
  fixed: (amount) => `fast ${amount}/døgn`,
  asNeeded: (amount) => `inntil ${amount}/døgn ved behov`,
  and: ' og ',
  over: (total, maximum) => `; samlet ${total} overstiger ${maximum}`,
}
const DA: Words = {
  twice: (name, times) => (times === 2 ? `${name} står to gange` : `${name} står ${times} gange`),
  fixed: (amount) => `fast ${amount}/døgn`,
  asNeeded: (amount) => `indtil ${amount}/døgn efter behov`,
  and: ' og ',
  over: (total, maximum) => `; i alt ${total} overstiger ${maximum}`,
}
const EN: Words = {
  twice: (name, times) => (times === 2 ? `${name} is listed twice` : `${name} is listed ${times} times`),
  fixed: (amount) => `${amount} a day fixed`,
  asNeeded: (amount) => `up to ${amount} a day when needed`,
  and: ' and ',
  over: (total, maximum) => `; ${total} in all exceeds ${maximum}`,
}
const SV: Words = {
  twice: (name, times) => (times === 2 ? `${name} står två gånger` : `${name} står ${times} gånger`),
  fixed: (amount) => `stående ${amount}/dygn`,
  asNeeded: (amount) => `upp till ${amount}/dygn vid behov`,
  and: ' och ',
  over: (total, maximum) => `; totalt ${total} överstiger ${maximum}`,
}
const FI: Words = {
  twice: (name, times) =>
    times === 2 ? `${name} on listalla kahdesti` : `${name} on listalla ${times} kertaa`,
  fixed: (amount) => `säännöllisesti ${amount}/vrk`,
  asNeeded: (amount) => `tarvittaessa enintään ${amount}/vrk`,
  and: ' ja ',
  over: (total, maximum) => `; yhteensä ${total} ylittää enimmäismäärän ${maximum}`,
}

type Twice = {
  /** How many lines are summed. */
  readonly times: number
  readonly substance: string | undefined
  readonly one: string | undefined
  readonly other: string | undefined
  /** Daily amounts with unit; absent where not known. */
  readonly fixed: string | undefined
  readonly asNeeded: string | undefined
  readonly total: string | undefined
  /** The maximum that the total exceeds. */
  readonly exceeded: string | undefined
}

const numbersOf = (a: LineModel, b: LineModel, { times, fixed, asNeeded, total, exceeded }: Sum): Twice => ({
  times,
  substance: a.medicine?.substanceName ?? b.medicine?.substanceName,
  one: nameOf(a),
  other: nameOf(b),
  fixed: fixed && massOf(fixed),
  asNeeded: asNeeded && massOf(asNeeded),
  total: exceeded && massOf(total),
  exceeded: exceeded && massOf(exceeded),
})

function sentence(twice: Twice, { name, amount }: SentenceWords, words: Words): string {
  const parts = [
    ...(twice.fixed === undefined ? [] : [words.fixed(amount(twice.fixed))]),
    ...(twice.asNeeded === undefined ? [] : [words.asNeeded(amount(twice.asNeeded))]),
  ]
  const told = parts.length > 0 ? parts : [name(twice.one), name(twice.other)]
  const over =
    twice.total === undefined || twice.exceeded === undefined
      ? ''
      : words.over(amount(twice.total), amount(twice.exceeded))
  return `${words.twice(twice.substance ?? name(twice.one), twice.times)}: ${told.join(words.and)}${over}.`
}
