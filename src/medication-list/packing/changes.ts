/**
 * Decided changes to packed lines that a routine roll has not brought about yet, each with what it means for the pouches
 * (medication-list.md 8.2). Worked out once for a derivation, from decisions of the last months only.
 */
import { addDays, localDate } from '../../core/zone.js'
import type { ListConfig } from '../contract.js'
import type { FactSet } from '../facts/fact.js'
import type { Measure, PackingAnswer } from '../facts/packing-fact.js'
import { type Decision, stateAt } from '../lines/decisions.js'
import { type Holder, holderHasDecided } from '../lines/holder.js'
import type { LineModel } from '../lines/line.js'
import type { DayAmounts } from '../quantities/day-amounts.js'
import { intendedOn } from '../quantities/intended.js'
import type { Quantities } from '../quantities/quantities.js'
import { cutoffsAfter, firstChange, type PackingCard } from './calendar.js'
import { type ChangeKind, canWait, type Outcome, type Question, type Reached } from './can-wait.js'
import { cardsOf } from './cards.js'
import { COMPARED_DAYS, compareDoses, type DoseChange } from './compare-doses.js'
import { isConfirmedBy, multidoseDoctorAt } from './multidose-parties.js'
import { decidedInstant, reachedAt } from './reached.js'

export interface PackingChange {
  readonly line: LineModel
  readonly decision: Decision
  readonly kind: ChangeKind
  /** e. */
  readonly wish: number
  readonly decided: number
  readonly reached: Reached
  readonly answer: PackingAnswer | undefined
  readonly measures: readonly Measure[]
  /** The multidose doctor has decided on it; the holder where no doctor is registered. */
  readonly confirmed: boolean
  readonly question: Question
  readonly outcome: Outcome
  /** First slot that it touches. */
  readonly nextSlot: number | undefined
  /** The first such slot at or after an instant. */
  readonly slotAfter: (instant: number) => number | undefined
  /** The next cut-off after the decision. */
  readonly cutoff: number | undefined
}

export interface Packing {
  readonly cards: readonly PackingCard[]
  readonly changes: readonly PackingChange[]
}

export interface PackingInput {
  readonly at: number
  readonly lines: readonly LineModel[]
  readonly facts: FactSet
  readonly holder: Holder | undefined
  readonly config: ListConfig
  readonly quantities: Quantities
}

const DAY_MS = 86_400_000
/** Without a calendar a change counts as brought about after the longest roll that is packed. */
const UNKNOWN_ROLL_MS = 42 * DAY_MS
/** Older decisions are not looked at: every roll from before them is used up. */
const LOOKBACK_MS = 130 * DAY_MS
/** A start stated this long before its decision was in use already. */
const RECENT_START_MS = 7 * DAY_MS

/** Decisions made anew from the same fact are the same decision. */
export const isSameDecision = (a: Decision, b: Decision): boolean =>
  a.fact === b.fact && a.effect.kind === b.effect.kind

const known = new WeakMap<FactSet, { readonly input: PackingInput; readonly packing: Packing }>()

/** Once for a derivation: lines whose change waits are made anew afterwards, and are not asked again. */
export function packingOf(input: PackingInput): Packing {
  const before = known.get(input.facts)
  if (before !== undefined && before.input.at === input.at && before.input.config === input.config)
    return before.packing
  const packing = findChanges(input)
  known.set(input.facts, { input, packing })
  return packing
}

function findChanges(input: PackingInput): Packing {
  const { at, config, facts, lines } = input
  const cards = cardsOf(facts, at, config.zone)
  const changes = lines.flatMap((line) =>
    isMultidose(line) || isInRolls(line)
      ? recentDecisions(line, at).flatMap((decision) => changeOf(line, decision, cards, input) ?? [])
      : [],
  )
  return { cards, changes }
}

/** As the newest statement of a list says. */
export function isMultidose({ group }: LineModel): boolean {
  let newest: { readonly at: number; readonly multidose: boolean } | undefined
  for (const fact of group.facts)
    if (fact.kind === 'row' && fact.status !== 'error')
      if (newest === undefined || fact.decided.from > newest.at)
        newest = { at: fact.decided.from, multidose: fact.multidose }
  return newest?.multidose ?? false
}

export const isInRolls = ({ group }: LineModel): boolean =>
  group.supplies.some(({ fact }) => fact.pack !== undefined)

/** Those that no later one has made void, newest last. */
function recentDecisions({ group }: LineModel, at: number): Decision[] {
  const { decisions } = group
  return decisions.filter(
    (decision, index) =>
      decision.at <= at &&
      at - decision.at <= LOOKBACK_MS &&
      !decisions.slice(index + 1).some((later) => later.at <= at && startOf(later) <= startOf(decision)),
  )
}

const startOf = ({ at, effect }: Decision): number =>
  Number.isFinite(effect.from) ? Math.max(effect.from, at) : at

function changeOf(
  line: LineModel,
  decision: Decision,
  cards: readonly PackingCard[],
  input: PackingInput,
): PackingChange | undefined {
  const { at, config, facts } = input
  const { zone } = config
  const decided = decidedInstant(decision.fact)
  const reached = reachedAt(facts, decision.fact, at)
  const t = reached.by === 'awaited' ? Math.max(at, decided) : reached.at
  const first = firstChange(cards, t, at, zone)
  if (at >= (first?.at ?? decided + UNKNOWN_ROLL_MS)) return undefined
  const doses = dosesOf(line, decision, input)
  const wish = wishOf(decision, decided)
  const to = first === undefined || first.at <= wish ? wish + COMPARED_DAYS * DAY_MS : first.at
  const days = { ...doses, to, toleranceMinutes: input.quantities.toleranceMinutes(line), zone }
  const compared = compareDoses({ ...days, from: wish })
  const kind = kindOf(line, decision, compared)
  const answer = answerTo(line, decision, decided, facts.answers)
  const question: Question = {
    change: kind,
    cause: answer?.cause,
    packed: true,
    inPouches: inPouches(line, Math.max(wish, Math.min(at, to - 1)), to, input),
    critical: line.critical,
    transdermal: line.medicine?.routeGroup === 'transdermal',
    alike: false,
    wish: answer?.wish ?? wish,
    decided,
    reached,
    answer: answer?.answer,
    override: answer?.override,
    nextSlot: compared.nextSlot,
    cards,
    zone,
    now: at,
  }
  return {
    line,
    decision,
    kind,
    wish: answer?.wish ?? wish,
    decided,
    reached,
    answer,
    measures: facts.measures.filter((measure) => isAbout(measure, line, decision, decided)),
    confirmed: isConfirmed(line, decision, input),
    question,
    outcome: canWait(question),
    nextSlot: compared.nextSlot,
    slotAfter: (instant) =>
      instant >= to ? undefined : compareDoses({ ...days, from: Math.max(wish, instant) }).nextSlot,
    cutoff: cutoffsAfter(cards, decided)[0],
  }
}

/** What is wished at once is wished when it is decided; a planned end that is a stop, when it comes. */
function wishOf({ effect }: Decision, decided: number): number {
  return Number.isFinite(effect.from) ? Math.max(effect.from, decided) : decided
}

interface Doses {
  readonly before: (day: string) => DayAmounts
  readonly after: (day: string) => DayAmounts
}

/** Before: what lies in the pouches where that is known, else what was decided before. */
function dosesOf(line: LineModel, decision: Decision, { config, quantities }: PackingInput): Doses {
  const { decisions } = line.group
  const until = decisions.indexOf(decision)
  const former = withDecisions(line, decisions.slice(0, until))
  // Before it was decided, what was decided before holds.
  const own = withDecisions(line, [
    ...decisions.slice(0, until),
    from(decision, decidedInstant(decision.fact)),
  ])
  const rolls = quantities.rolls()
  return {
    before: (day) =>
      rolls.covers(day) && isInRolls(line)
        ? quantities.packed(line, day)
        : intendedOn(former, day, config.zone),
    after: (day) => intendedOn(own, day, config.zone),
  }
}

const from = (decision: Decision, instant: number): Decision =>
  decision.effect.from >= instant ? decision : { ...decision, effect: { ...decision.effect, from: instant } }

export const withDecisions = (line: LineModel, decisions: readonly Decision[]): LineModel => ({
  ...line,
  group: { ...line.group, decisions },
})

function kindOf(line: LineModel, decision: Decision, compared: DoseChange): ChangeKind {
  const { effect } = decision
  switch (effect.kind) {
    case 'stop':
    case 'hold':
      return compared.hadDoses || !hasFormer(line, decision) ? effect.kind : 'none'
    case 'use':
      break
  }
  if (compared.hadDoses) return compared.hasDoses ? compared.kind : 'stop'
  if (!compared.hasDoses || isOldUse(line, decision)) return 'none'
  return stateBefore(line, decision)?.status === 'on-hold' ? 'resume' : 'start'
}

const hasFormer = ({ group }: LineModel, decision: Decision): boolean => group.decisions.indexOf(decision) > 0

const stateBefore = ({ group }: LineModel, decision: Decision) =>
  stateAt(group.decisions.slice(0, group.decisions.indexOf(decision)), decision.at)

/** A list's row that is written anew tells a use that began long before: what it said before is not known. */
export const isOldUse = (line: LineModel, { at, effect, fact }: Decision): boolean =>
  fact.kind === 'row' &&
  line.group.decisions[0]?.fact === fact &&
  (!Number.isFinite(effect.from) || at - effect.from > RECENT_START_MS)

/** Whether pouches for these slots hold the line; undefined where the rolls do not cover all days. */
function inPouches(
  line: LineModel,
  from: number,
  to: number,
  { config, quantities }: PackingInput,
): boolean | undefined {
  const rolls = quantities.rolls()
  const last = localDate(to - 1, config.zone)
  let all = true
  for (let day = localDate(from, config.zone); day <= last; day = addDays(day, 1)) {
    if (!rolls.covers(day)) {
      all = false
      continue
    }
    const { doses, known: told } = quantities.packed(line, day)
    if (doses.some(({ due }) => due === undefined || (due >= from && due < to))) return true
    if (!told) all = false
  }
  return all ? false : undefined
}

/** The newest answer about this decision. */
function answerTo(
  line: LineModel,
  decision: Decision,
  decided: number,
  answers: readonly PackingAnswer[],
): PackingAnswer | undefined {
  return answers
    .filter((answer) => answer.counts && isAbout(answer, line, decision, decided))
    .reduce<PackingAnswer | undefined>((a, b) => (a === undefined || b.at > a.at ? b : a), undefined)
}

function isAbout(
  one: PackingAnswer | Measure,
  line: LineModel,
  { fact }: Decision,
  decided: number,
): boolean {
  if (one.line !== line.id) return false
  if (one.decisions.length > 0)
    return one.decisions.some((token) => token === fact.ref || fact.keys.some((key) => key.token === token))
  return (one.kind === 'measure' ? one.from : one.at) >= decided
}

function isConfirmed(
  line: LineModel,
  decision: Decision,
  { at, config, facts, holder }: PackingInput,
): boolean {
  const doctor = multidoseDoctorAt(facts, Math.min(at, decidedInstant(decision.fact)), config.zone)
  if (doctor !== undefined) return isConfirmedBy(doctor, decision.fact, line.group.facts, facts.lists)
  return holder === undefined || holderHasDecided(decision.fact, line.group.facts, holder)
}
