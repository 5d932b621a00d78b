/** From facts to decisions in time, and from decisions to the state of a line (medication-list.md 4.1 and 5). */
import { type DosagePlan, namesAmount } from '../dosage/plan.js'
import type { DecisionFact, Prescription, Row } from '../facts/fact.js'
import { inOrder } from './decision-order.js'
import { hold } from './hold-effect.js'
import { orderOfStop, useFrom } from './order-of-stop.js'

export type Effect =
  /** `to`: first instant without a dose; `ending` says what the line is from then on. */
  | {
      readonly kind: 'use'
      readonly from: number
      readonly to: number | undefined
      readonly ending: 'completed' | 'stopped'
    }
  /** `to`: instant at which it ends by itself; `end`: first instant without a dose of what was paused. */
  | {
      readonly kind: 'hold'
      readonly from: number
      readonly to: number | undefined
      readonly end: number | undefined
    }
  | { readonly kind: 'stop'; readonly from: number; readonly usedFrom: number }

export interface Decision {
  readonly fact: DecisionFact
  /** Instant by which decisions are ordered. */
  readonly at: number
  readonly effect: Effect
}

export type LineStatus = 'intended' | 'active' | 'on-hold' | 'stopped' | 'completed'

export interface LineState {
  readonly status: LineStatus
  readonly since: number
  /** The decision that is in force. */
  readonly decision: Decision
}

/** @returns in order (`decision-order.ts`) */
export const readDecisions = (
  facts: readonly DecisionFact[],
  isHolders: (fact: DecisionFact) => boolean,
): Decision[] =>
  inOrder(
    facts.flatMap((fact) => decisionsOf(fact, facts)),
    isHolders,
  )

function decisionsOf(fact: DecisionFact, group: readonly DecisionFact[]): Decision[] {
  switch (fact.kind) {
    case 'prescription':
      return prescriptionDecisions(fact, group)
    case 'row':
      return rowDecision(fact, group)
  }
}

function prescriptionDecisions(fact: Prescription, group: readonly DecisionFact[]): Decision[] {
  const at = fact.decided.from
  const use: Decision = {
    fact,
    at,
    effect: {
      kind: 'use',
      from: fact.dosageFrom ?? at,
      to: fact.dosageTo,
      ending: 'completed',
    },
  }
  const since = fact.statusSince ?? at
  switch (fact.status) {
    // An expired, exhausted or recalled prescription ends no line (section 5).
    case 'active':
    case 'cancelled':
    case 'completed':
      return [use]
    case 'on-hold':
      return [use, { fact, at: since, effect: hold(fact, since, fact.dosageTo, group) }]
    case 'stopped':
      return isReplaced(fact, group)
        ? [use]
        : [use, { fact, at: since, effect: { kind: 'stop', from: since, usedFrom: use.effect.from } }]
    case 'error':
    case 'other':
      return []
  }
}

/** A stop that goes with a replacement ends the named prescription only. */
const isReplaced = (fact: Prescription, group: readonly DecisionFact[]): boolean =>
  group.some(
    (other) =>
      other.kind === 'prescription' &&
      other.status !== 'error' &&
      other.ref !== fact.ref &&
      fact.own.some((token) => other.prior.includes(token)),
  )

function rowDecision(fact: Row, group: readonly DecisionFact[]): Decision[] {
  const at = fact.decided.from
  const start = fact.from ?? fact.dosageFrom
  const end = fact.to
  const planned = fact.dosageTo
  switch (fact.status) {
    case 'active':
    case 'intended': {
      // A reason beside an end that lies ahead says that the end is a stop (M25.1: Seponering in the future).
      const ending = end !== undefined && fact.statusReason.length > 0 ? 'stopped' : 'completed'
      const order = ending === 'stopped' ? orderOfStop(fact, group) : at
      if (order === undefined) return []
      const from = useFrom(fact, start)
      return [{ fact, at: order, effect: { kind: 'use', from, to: end ?? planned, ending } }]
    }
    case 'completed':
      return [
        {
          fact,
          at,
          effect: {
            kind: 'use',
            from: start ?? Number.NEGATIVE_INFINITY,
            to: end ?? fact.statusSince ?? at,
            ending: 'completed',
          },
        },
      ]
    case 'on-hold':
      return [{ fact, at, effect: hold(fact, fact.statusSince ?? at, end ?? planned, group) }]
    case 'stopped': {
      const order = orderOfStop(fact, group)
      if (order === undefined) return []
      return [
        {
          fact,
          at: order,
          effect: {
            kind: 'stop',
            from: end ?? fact.statusSince ?? at,
            usedFrom: start ?? Number.NEGATIVE_INFINITY,
          },
        },
      ]
    }
    case 'error':
    case 'other':
      return []
  }
}

/**
 * State at an instant: the newest decision that is in effect. One whose effect lies ahead leaves the one before in
 * force until then. Undefined when nobody has decided anything.
 */
export function stateAt(decisions: readonly Decision[], instant: number): LineState | undefined {
  let ahead: Decision | undefined
  let withdrawn: Decision | undefined
  for (let i = decisions.length - 1; i >= 0; i--) {
    const decision = decisions[i]
    if (decision === undefined) continue
    const state =
      decision.effect.kind === 'hold'
        ? heldAt(decision, decision.effect, decisions.slice(0, i), instant)
        : effectAt(decision, instant)
    if (state === undefined) {
      if (isWithdrawal(decision)) withdrawn ??= decision
      else if (!neverBegins(decision, withdrawn)) ahead = decision
      continue
    }
    const over = state.status === 'stopped' || state.status === 'completed'
    return over && ahead?.effect.kind === 'use' ? planned(ahead) : state
  }
  if (ahead === undefined) return withdrawn && { status: 'stopped', since: withdrawn.at, decision: withdrawn }
  return ahead.effect.kind === 'use'
    ? planned(ahead)
    : { status: 'active', since: Number.NEGATIVE_INFINITY, decision: ahead }
}

/** A stop that leaves no time of use: it was decided before the treatment had begun (section 5, planned to stopped). */
const isWithdrawal = ({ effect }: Decision): boolean =>
  effect.kind === 'stop' && effect.usedFrom >= effect.from

/** A planned use that a later decision withdrew. */
const neverBegins = ({ effect }: Decision, withdrawn: Decision | undefined): boolean =>
  effect.kind === 'use' && withdrawn?.effect.kind === 'stop' && effect.from >= withdrawn.effect.from

const planned = (decision: Decision): LineState => ({ status: 'intended', since: decision.at, decision })

/** After a pause that ended by itself, what was paused goes on as far as it had not ended meanwhile. */
function heldAt(
  decision: Decision,
  { from, to, end }: Extract<Effect, { kind: 'hold' }>,
  before: readonly Decision[],
  instant: number,
): LineState | undefined {
  if (to === undefined || instant < to)
    return instant < from ? undefined : { status: 'on-hold', since: from, decision }
  if (end !== undefined && instant >= end) return { status: 'completed', since: end, decision }
  const paused = stateAt(before, instant)
  const over = paused?.status === 'stopped' || paused?.status === 'completed'
  return over && paused.since >= from ? paused : { status: 'active', since: to, decision }
}

/** Undefined while the decision's effect lies ahead. */
function effectAt(decision: Decision, instant: number): LineState | undefined {
  const { effect } = decision
  switch (effect.kind) {
    case 'use':
      if (effect.to !== undefined && instant >= effect.to)
        return { status: effect.ending, since: effect.to, decision }
      return instant < effect.from ? undefined : { status: 'active', since: effect.from, decision }
    case 'hold':
      return undefined
    case 'stop':
      if (instant >= effect.from) return { status: 'stopped', since: effect.from, decision }
      // What is to be stopped is in use until then, as far as the source says since when.
      return instant >= effect.usedFrom && Number.isFinite(effect.usedFrom)
        ? { status: 'active', since: effect.usedFrom, decision }
        : undefined
  }
}

/** Instants after `instant` at which the state may change by time alone, ascending. */
export function turningPoints(decisions: readonly Decision[], instant: number): number[] {
  const points: number[] = []
  const put = (point: number | undefined): void => {
    if (point !== undefined && point > instant && Number.isFinite(point)) points.push(point)
  }
  for (const { effect } of decisions) {
    put(effect.from)
    if (effect.kind !== 'stop') put(effect.to)
    if (effect.kind === 'hold') put(effect.end)
  }
  return points.sort((a, b) => a - b)
}

/** Whether the decisions can ever stop the treatment. */
export const mayStop = (decisions: readonly Decision[]): boolean =>
  decisions.some(
    ({ effect }) => effect.kind === 'stop' || (effect.kind === 'use' && effect.ending === 'stopped'),
  )

/** First instant at which anything was decided or in use. */
export const knownFrom = (decisions: readonly Decision[]): number =>
  Math.min(
    ...decisions.map(({ at, effect }) =>
      Math.min(
        at,
        effect.kind === 'stop'
          ? effect.usedFrom
          : Number.isFinite(effect.from) || effect.from < 0
            ? effect.from
            : at,
      ),
    ),
  )

/**
 * The dosage in force at an instant: the deciding fact's own, unless it names no amount ("as agreed"); then what is in
 * force without it, else the newest before it (4.1). `words` are then the deciding fact's own, to be shown beside.
 */
export function dosageInForce(
  decisions: readonly Decision[],
  state: LineState,
  instant: number,
): { readonly fact: DecisionFact; readonly words: string | undefined } {
  const { fact } = state.decision
  if (namesAmount(fact.plan)) return { fact, words: undefined }
  const before = decisions.slice(0, Math.max(0, decisions.indexOf(state.decision)))
  const former = stateAt(before, instant)
  const kept = former === undefined ? undefined : dosageInForce(before, former, instant).fact
  const dosed =
    kept !== undefined && namesAmount(kept.plan)
      ? kept
      : before.toReversed().find((earlier) => namesAmount(earlier.fact.plan))?.fact
  return dosed === undefined ? { fact, words: undefined } : { fact: dosed, words: wording(fact.plan) }
}

const wording = (plan: DosagePlan): string | undefined => (plan.kind === 'none' ? undefined : plan.wording)
