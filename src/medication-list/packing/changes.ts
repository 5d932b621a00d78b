/**
 * Decided changes to packed lines that a routine roll has not brought about yet, each with what it means for the pouches
 * (medication-list.md 8.2). Worked out once for a derivation, from decisions of the last months only.
 */
import type { ListConfig } from '../contract.js'
import type { FactSet } from '../facts/fact.js'
import type { Measure, PackingAnswer } from '../facts/packing-fact.js'
import type { Decision } from '../lines/decisions.js'
import { type Holder, holderHasDecided } from '../lines/holder.js'
import type { LineModel } from '../lines/line.js'
import { isMultidose } from '../quantities/multidose.js'
import type { Quantities } from '../quantities/quantities.js'
import { remembered } from '../remember.js'
import { cutoffsAfter, firstChange, type PackingCard } from './calendar.js'
import { type ChangeKind, canWait, type Outcome, type Question, type Reached, reduces } from './can-wait.js'
import { cardsOf } from './cards.js'
import { comparedBefore, dosesOf, inPouches, isInRolls, kindOf, packedBy } from './change-doses.js'
import { COMPARED_DAYS, compareDoses } from './compare-doses.js'
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
  /** From then on a roll has brought it about, or it is too old to be asked after. */
  readonly until: number
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

/** Decisions made anew from the same fact are the same decision. */
export const isSameDecision = (a: Decision, b: Decision): boolean =>
  a.fact === b.fact && a.effect.kind === b.effect.kind

const packingBefore = remembered<Packing>()

/** Once for a derivation: lines whose change waits are made anew afterwards, and are not asked again. */
export const packingOf = (input: PackingInput): Packing =>
  packingBefore(input.facts, [input.at, input.config], () => findChanges(input))

function findChanges(input: PackingInput): Packing {
  const { at, config, facts, lines } = input
  const cards = cardsOf(facts, at, config.zone)
  const world = packedBy(facts, at)
  const changes = lines.flatMap((line) =>
    isMultidose(line, facts, at) || isInRolls(line)
      ? recentDecisions(line, at).flatMap((decision) => changeOf(line, decision, cards, world, input) ?? [])
      : [],
  )
  return { cards, changes }
}

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
  world: readonly unknown[],
  input: PackingInput,
): PackingChange | undefined {
  const { at, config, facts } = input
  const { zone } = config
  const decided = decidedInstant(decision.fact)
  const reached = reachedAt(facts, decision.fact, at)
  const t = reached.by === 'awaited' ? Math.max(at, decided) : reached.at
  const first = firstChange(cards, t, at, zone)
  const until = Math.min(first?.at ?? decided + UNKNOWN_ROLL_MS, decision.at + LOOKBACK_MS + 1)
  if (at >= until) return undefined
  const doses = dosesOf(line, decision, input)
  const wish = wishOf(decision, decided)
  const to = first === undefined || first.at <= wish ? wish + COMPARED_DAYS * DAY_MS : first.at
  const days = { ...doses, to, toleranceMinutes: input.quantities.toleranceMinutes(line), zone }
  const compared = comparedBefore(
    decision,
    [
      wish,
      to,
      zone,
      days.toleranceMinutes,
      ...line.group.decisions,
      ...line.group.supplies.map(({ fact }) => fact),
      ...world,
    ],
    () => compareDoses({ ...days, from: wish }),
  )
  const kind = kindOf(line, decision, compared)
  const answer = answerTo(line, decision, decided, facts.answers)
  const question: Question = {
    change: kind,
    cause: answer?.cause,
    packed: true,
    inPouches: reduces(kind) ? inPouches(line, Math.max(wish, Math.min(at, to - 1)), to, input) : undefined,
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
    until,
    cutoff: cutoffsAfter(cards, decided)[0],
  }
}

/** What is wished at once is wished when it is decided; a planned end that is a stop, when it comes. */
function wishOf({ effect }: Decision, decided: number): number {
  return Number.isFinite(effect.from) ? Math.max(effect.from, decided) : decided
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
