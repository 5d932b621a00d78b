/**
 * "Can this change wait?" (medication-list.md 8.2): what a decided change to a packed line means for the pouches, from
 * the packing calendar and the decider's answer. Pure; monotone in the instant at which the pharmacy knew.
 */
import { firstChange, type PackingCard } from './calendar.js'

export type ChangeKind =
  | 'start'
  | 'resume'
  | 'increase'
  | 'stop'
  | 'hold'
  | 'decrease'
  /** More on some days or times of day, less on others, by the day's sum. */
  | 'mixed'
  /** The same amount a day at other times of day. */
  | 'slot-move'
  /** The doses before and after cannot be compared. */
  | 'unknown-dose'
  /** Text, indication, prescriber, allowed substitution: every pouch stays as it is. */
  | 'none'

export const CAUSES = ['allergy', 'adverse-reaction', 'interaction'] as const
/** Why a stop or decrease cannot wait; `interaction`: of high level. */
export type Cause = (typeof CAUSES)[number]

export const MEASURE_KINDS = [
  'express-roll',
  'withhold-unit',
  'withhold-pouch',
  'add-outside-roll',
  'device-block',
  'no-measure-accepted',
] as const
export type MeasureKind = (typeof MEASURE_KINDS)[number]

/** When the ordination reached the pharmacy, and how the hub knows. */
export type Reached =
  | { readonly by: 'receipt' | 'reading'; readonly at: number }
  /** The hub can see neither on this channel: the time of the decision stands in. */
  | { readonly by: 'decision-time'; readonly at: number }
  /** The hub will hear of it and has not yet. */
  | { readonly by: 'awaited' }

export interface Question {
  readonly change: ChangeKind
  readonly cause: Cause | undefined
  /** Whether the line is packed or to be packed. */
  readonly packed: boolean
  /** What lies in the pouches for the days between wish and first change; undefined where the hub does not know. */
  readonly inPouches: boolean | undefined
  readonly critical: boolean
  readonly transdermal: boolean
  /** Two units in one pouch look alike. */
  readonly alike: boolean
  /** e: from when it is clinically wished. */
  readonly wish: number
  readonly decided: number
  readonly reached: Reached
  readonly answer: 'can-wait' | 'cannot-wait' | undefined
  /** Reason for waiting although the rule refuses it. */
  readonly override: string | undefined
  /** First slot from now on that the change touches. */
  readonly nextSlot: number | undefined
  readonly cards: readonly PackingCard[]
  readonly zone: string
  /** Instant of asking. */
  readonly now: number
}

interface Basis {
  /** t, as far as it is known: while the receipt is awaited, the instant of asking. */
  readonly t: number
  readonly reached: Reached['by']
  /** The receipt may still change the answer. */
  readonly provisional: boolean
}

export type Outcome = Basis &
  (
    | { readonly kind: 'no-pack-impact'; readonly why: 'not-packed' | 'pouches-unchanged' }
    | { readonly kind: 'in-time'; readonly effective: number }
    | { readonly kind: 'waits'; readonly effective: number; readonly override: string | undefined }
    | {
        readonly kind: 'act-now'
        readonly effective: number
        readonly measures: readonly MeasureKind[]
        /** Of the measures; of the answer while it is open, where that is earlier. */
        readonly deadline: number
        /** Why it is so although the decider did not say so. */
        readonly forced: 'cause' | 'critical' | undefined
        /** The question itself is still open. */
        readonly answered: boolean
        /** Something on the skin is to be taken off. */
        readonly takeOff: boolean
      }
    | { readonly kind: 'unanswered'; readonly due: number; readonly firstChange: number }
    | { readonly kind: 'ask-pharmacy'; readonly due: number }
  )

const HOUR_MS = 3_600_000
/** Time that the decider has for answering. */
const ANSWER_MS = 4 * HOUR_MS
/** Before the next slot that it touches, an answer or a measure is needed. */
export const BEFORE_SLOT_MS = HOUR_MS

/** Kinds after which a pouch may hold more than is to be taken. */
export const reduces = (kind: ChangeKind): boolean => {
  switch (kind) {
    case 'stop':
    case 'hold':
    case 'decrease':
    case 'mixed':
    case 'unknown-dose':
      return true
    case 'start':
    case 'resume':
    case 'increase':
    case 'slot-move':
    case 'none':
      return false
  }
}

export function canWait(question: Question): Outcome {
  const { answer, cards, change, critical, now, override, reached, wish, zone } = question
  const t = reached.by === 'awaited' ? Math.max(now, question.decided) : reached.at
  const basis: Basis = { t, reached: reached.by, provisional: reached.by === 'awaited' }
  if (!question.packed) return { ...basis, kind: 'no-pack-impact', why: 'not-packed' }
  if (change === 'none') return { ...basis, kind: 'no-pack-impact', why: 'pouches-unchanged' }
  const first = firstChange(cards, t, now, zone)
  if (first !== undefined && wish >= first.at) return { ...basis, kind: 'in-time', effective: wish }
  if (question.inPouches === false && reduces(change))
    return { ...basis, kind: 'no-pack-impact', why: 'pouches-unchanged' }
  const forced = forcedBy(question)
  if (answer === 'cannot-wait') return { ...basis, ...actNow(question, undefined, true) }
  if (answer === 'can-wait' && forced !== undefined && override === undefined)
    return { ...basis, ...actNow(question, forced, true) }
  if (answer === undefined && critical && reduces(change))
    return { ...basis, ...actNow(question, 'critical', false) }
  const due = answerDue(question)
  if (first === undefined) return { ...basis, kind: 'ask-pharmacy', due }
  return answer === 'can-wait'
    ? { ...basis, kind: 'waits', effective: first.at, override: forced === undefined ? undefined : override }
    : { ...basis, kind: 'unanswered', due, firstChange: first.at }
}

/** Why waiting is refused. */
export function forcedBy({
  cause,
  change,
  critical,
}: Pick<Question, 'cause' | 'change' | 'critical'>): 'cause' | 'critical' | undefined {
  if (cause !== undefined && reduces(change)) return 'cause'
  return critical ? 'critical' : undefined
}

function actNow(
  question: Question,
  forced: 'cause' | 'critical' | undefined,
  answered: boolean,
): Omit<Extract<Outcome, { kind: 'act-now' }>, keyof Basis> {
  const { change, transdermal, wish } = question
  return {
    kind: 'act-now',
    effective: wish,
    measures: measuresFor(question),
    deadline: answered ? measureDeadline(question) : Math.min(measureDeadline(question), answerDue(question)),
    forced,
    answered,
    takeOff: transdermal && (change === 'stop' || change === 'hold'),
  }
}

/**
 * The wished time, or an hour before the first slot that the change touches when that is earlier. What is wished at once
 * is due an hour before that slot: it cannot be due when it is decided.
 */
export function measureDeadline({
  decided,
  nextSlot,
  wish,
}: Pick<Question, 'decided' | 'nextSlot' | 'wish'>): number {
  const slot = beforeSlot(nextSlot)
  const due = wish > decided || nextSlot === undefined ? Math.min(wish, slot) : slot
  return Math.max(decided, due)
}

const beforeSlot = (slot: number | undefined): number =>
  slot === undefined ? Number.POSITIVE_INFINITY : slot - BEFORE_SLOT_MS

const answerDue = ({ decided, nextSlot }: Question): number =>
  Math.max(decided, Math.min(decided + ANSWER_MS, beforeSlot(nextSlot)))

/** Measures that can bring the change about before the next routine roll. */
export function measuresFor({ alike, change }: Pick<Question, 'alike' | 'change'>): readonly MeasureKind[] {
  const takeOut: readonly MeasureKind[] = alike ? ['withhold-pouch'] : ['withhold-unit', 'withhold-pouch']
  switch (change) {
    case 'stop':
    case 'hold':
    case 'decrease':
      return [...takeOut, 'device-block', 'express-roll', 'no-measure-accepted']
    case 'start':
    case 'resume':
    case 'increase':
      return ['add-outside-roll', 'express-roll', 'no-measure-accepted']
    case 'mixed':
    case 'slot-move':
    case 'unknown-dose':
      return [...takeOut, 'add-outside-roll', 'device-block', 'express-roll', 'no-measure-accepted']
    case 'none':
      return []
  }
}
