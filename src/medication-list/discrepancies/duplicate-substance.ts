/** Two lines share a base substance and reach the same place in the body (medication-list.md 6.2). */
import { add, compare, type Decimal, ZERO } from '../dosage/decimal.js'
import { kinship } from '../facts/read-medicine.js'
import { sharedKey } from '../grouping/link-decisions.js'
import { isListed } from '../lines/holder.js'
import type { LineModel } from '../lines/line.js'
import { dailyAmountOf } from './daily-amount.js'
import { discrepancy, type Finding, nameOf, type Severity, type Situation } from './discrepancy.js'
import { massOf, type SentenceWords } from './words.js'

const DAY_MS = 86_400_000
/** Lines of one substance up to which each is compared with each. */
const PAIRED_LINES_MAX = 8

export const duplicateSubstance = discrepancy<Twice>({
  code: 'duplicate-substance',
  sentences: {
    nb: (twice, words) => sentence(twice, words, NB),
    da: (twice, words) => sentence(twice, words, DA),
    en: (twice, words) => sentence(twice, words, EN),
    sv: (twice, words) => sentence(twice, words, SV),
    fi: (twice, words) => sentence(twice, words, FI),
  },
  find: (situation) => ({
    findings: pairs(situation.lines).map(([a, b]) => finding(a, b, situation)),
    next: [],
  }),
})

/** Pairs by shared substance or product, not every line against every other. */
function pairs(lines: readonly LineModel[]): [LineModel, LineModel][] {
  const byToken = new Map<string, LineModel[]>()
  for (const line of lines) {
    if (!counts(line) || line.medicine === undefined) continue
    const tokens = [
      ...line.medicine.products,
      ...[...line.medicine.substances].flatMap(([system, codes]) =>
        [...codes].map((code) => `${system}|${code}`),
      ),
    ]
    for (const token of new Set(tokens)) byToken.set(token, [...(byToken.get(token) ?? []), line])
  }
  const found = new Map<string, [LineModel, LineModel]>()
  for (const sharing of byToken.values())
    for (const [a, b] of sharing.length <= PAIRED_LINES_MAX ? everyPair(sharing) : oneEach(sharing))
      found.set(`${a.id} ${b.id}`, [a, b])
  return [...found.keys()].sort().flatMap((key) => {
    const pair = found.get(key)
    return pair === undefined ? [] : [pair]
  })
}

type Pair = [LineModel, LineModel]

const byId = (lines: readonly LineModel[]): LineModel[] => [...lines].sort((a, b) => (a.id < b.id ? -1 : 1))

function everyPair(sharing: readonly LineModel[]): Pair[] {
  const lines = byId(sharing)
  return lines.flatMap((a, index) =>
    lines.slice(index + 1).flatMap((b): Pair[] => (isDuplicate(a, b) ? [[a, b]] : [])),
  )
}

/** Every line that has a rival stands in a pair: as many pairs as lines, not as their square. */
function oneEach(sharing: readonly LineModel[]): Pair[] {
  const lines = byId(sharing)
  const named = new Set<LineModel>()
  const found: Pair[] = []
  for (const [index, a] of lines.entries()) {
    if (named.has(a)) continue
    const b = lines.find((other, place) => place !== index && isDuplicate(a, other))
    if (b === undefined) continue
    named.add(a).add(b)
    found.push(a.id < b.id ? [a, b] : [b, a])
  }
  return found
}

const counts = ({ status }: LineModel): boolean =>
  status === 'active' || status === 'intended' || status === 'unknown'

function isDuplicate(a: LineModel, b: LineModel): boolean {
  if (a.medicine === undefined || b.medicine === undefined) return false
  return kinship(a.medicine, b.medicine) === 'share' && meet(a, b) && overlap(a, b)
}

/** The same route group, or both act on the whole body; an unknown route may be any. */
function meet({ medicine: a }: LineModel, { medicine: b }: LineModel): boolean {
  if (a?.routeGroup === undefined || b?.routeGroup === undefined) return true
  return a.routeGroup === b.routeGroup || (a.systemic && b.systemic)
}

const overlap = (a: LineModel, b: LineModel): boolean => {
  const [from, to] = useOf(a)
  const [start, end] = useOf(b)
  return Math.min(to, end) - Math.max(from, start) >= DAY_MS
}

function useOf({ state }: LineModel): [from: number, to: number] {
  const effect = state?.decision.effect
  if (effect?.kind !== 'use') return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return [effect.from, effect.to ?? Number.POSITIVE_INFINITY]
}

function finding(a: LineModel, b: LineModel, situation: Situation): Finding & { readonly numbers: Twice } {
  const sum = summed(a, b, situation)
  const { versioned } = situation
  const facts = [a, b].flatMap(({ state }) =>
    state === undefined ? [] : [versioned(state.decision.fact.ref)],
  )
  return {
    about: [a.id, b.id],
    severity: severityOf(a, b, sum.exceeded !== undefined, situation),
    implicated: [a.ref, b.ref, ...facts],
    evidence: facts,
    numbers: numbersOf(a, b, sum),
  }
}

function severityOf(a: LineModel, b: LineModel, exceeds: boolean, { holder }: Situation): Severity {
  const key = a.medicine && b.medicine ? sharedKey(a.medicine, b.medicine) : undefined
  if (exceeds || (key !== undefined && isFixed(a) && isFixed(b))) return 'high'
  const [first, second] = [a.state?.decision.fact, b.state?.decision.fact]
  // Both rows of one list, decided by one person, stood before that person's eyes together.
  const together =
    first !== undefined && second !== undefined && isListed(first, holder) && isListed(second, holder)
  return together && first.author !== undefined && first.author === second.author ? 'low' : 'moderate'
}

const isFixed = ({ category }: LineModel): boolean => category === 'fixed' || category === 'course'

interface Sum {
  readonly fixed: Decimal | undefined
  readonly asNeeded: Decimal | undefined
  readonly total: Decimal
  /** The maximum that the total exceeds. */
  readonly exceeded: Decimal | undefined
}

/** What is not known adds nothing: a total that exceeds the maximum without it does so with it. */
function summed(a: LineModel, b: LineModel, { at, config }: Situation): Sum {
  const amounts = [a, b].map((line) => dailyAmountOf(line, at, config.zone))
  const fixed = known(amounts.map((amount) => amount.fixed))
  const asNeeded = known(amounts.map((amount) => amount.asNeeded))
  const total = add(fixed ?? ZERO, asNeeded ?? ZERO)
  const limits = [
    ...amounts.flatMap(({ maxima }) => maxima),
    ...[a, b].flatMap(({ medicine }) => configured(medicine?.atc, config.maximumDailyMg)),
  ]
  const lowest = limits.sort(compare)[0]
  return {
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
  readonly twice: (name: string) => string
  readonly fixed: (amount: string) => string
  readonly asNeeded: (amount: string) => string
  readonly and: string
  readonly over: (total: string, maximum: string) => string
}
const NB: Words = {
  twice: (name) => `${name} står to ganger`,
  fixed: (amount) => `fast ${amount}/døgn`,
  asNeeded: (amount) => `inntil ${amount}/døgn ved behov`,
  and: ' og ',
  over: (total, maximum) => `; samlet ${total} overstiger ${maximum}`,
}
const DA: Words = {
  twice: (name) => `${name} står to gange`,
  fixed: (amount) => `fast ${amount}/døgn`,
  asNeeded: (amount) => `indtil ${amount}/døgn efter behov`,
  and: ' og ',
  over: (total, maximum) => `; i alt ${total} overstiger ${maximum}`,
}
const EN: Words = {
  twice: (name) => `${name} is listed twice`,
  fixed: (amount) => `${amount} a day fixed`,
  asNeeded: (amount) => `up to ${amount} a day when needed`,
  and: ' and ',
  over: (total, maximum) => `; ${total} in all exceeds ${maximum}`,
}
const SV: Words = {
  twice: (name) => `${name} står två gånger`,
  fixed: (amount) => `stående ${amount}/dygn`,
  asNeeded: (amount) => `upp till ${amount}/dygn vid behov`,
  and: ' och ',
  over: (total, maximum) => `; totalt ${total} överstiger ${maximum}`,
}
const FI: Words = {
  twice: (name) => `${name} on listalla kahdesti`,
  fixed: (amount) => `säännöllisesti ${amount}/vrk`,
  asNeeded: (amount) => `tarvittaessa enintään ${amount}/vrk`,
  and: ' ja ',
  over: (total, maximum) => `; yhteensä ${total} ylittää enimmäismäärän ${maximum}`,
}

type Twice = {
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

const numbersOf = (a: LineModel, b: LineModel, { fixed, asNeeded, total, exceeded }: Sum): Twice => ({
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
  return `${words.twice(twice.substance ?? name(twice.one))}: ${told.join(words.and)}${over}.`
}
