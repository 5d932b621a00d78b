/** Lines as far as rule 5 needs them, and how they are found. */
import type { DecisionFact, Medicine, Relay } from '../facts/fact.js'
import { type Decision, knownFrom } from '../lines/decisions.js'
import { remembered } from '../remember.js'
import type { Item } from './items.js'
import type { MatchBasis, Unattached } from './line-group.js'

export interface Target {
  /** In order of ref. */
  readonly facts: readonly DecisionFact[]
  readonly decisions: readonly Decision[]
  /** First instant at which anything was decided or in use. */
  readonly since: number
  /** K2 to K4 of its medicines. */
  readonly keys: readonly string[]
  /** ATC codes and normalised names: hints (K5, K6) that only ever propose. */
  readonly hints: readonly string[]
}

export function makeTarget(facts: readonly DecisionFact[], decisions: readonly Decision[]): Target {
  const keys = new Set<string>()
  const hints = new Set<string>()
  for (const { medicine } of facts) {
    for (const { key } of medicine.keys) keys.add(key)
    for (const hint of hintsOf(medicine)) hints.add(hint)
  }
  return { facts, decisions, since: knownFrom(decisions), keys: [...keys], hints: [...hints] }
}

/** Words by which a person might tell the medicine again: its ATC code (K5), and what it is called (K6). */
export function hintsOf({ atc, name, substanceName }: Medicine): string[] {
  const words = [name, ...(substanceName?.split(' + ') ?? [])].flatMap((one) => firstWord(one) ?? [])
  const code = atc !== undefined && ATC_LEVEL_5.test(atc) ? [`K5 ${atc}`] : []
  return [...new Set([...code, ...words.map((word) => `K6 ${word}`)])]
}

const ATC_LEVEL_5 = /^[A-Z]\d{2}[A-Z]{2}\d{2}$/
/** The first word that is long enough to be a name: "Metoprolol 50" is metoprolol. */
const firstWord = (text: string | undefined): string | undefined =>
  text?.toLowerCase().match(/\p{L}{4,}/u)?.[0]

export type Place =
  | { readonly kind: 'line'; readonly target: number; readonly basis: MatchBasis }
  | { readonly kind: 'several'; readonly targets: readonly number[] }
  | { readonly kind: 'orphan'; readonly hint: Hint | undefined }
  | { readonly kind: 'refused'; readonly owner: string }
  | {
      readonly kind: 'unattached'
      readonly why: Unattached['why']
      readonly hint: Hint | undefined
    }

/** Lines that may be meant, and by which of the weak keys. */
export interface Hint {
  readonly basis: 'K5' | 'K6'
  readonly targets: readonly number[]
}

export interface TargetIndex {
  readonly targets: readonly Target[]
  /** Who is named by a token of its own. */
  readonly byToken: ReadonlyMap<string, { readonly target: number; readonly fact: DecisionFact }>
  readonly byKey: ReadonlyMap<string, readonly number[]>
  readonly byHint: ReadonlyMap<string, readonly number[]>
  readonly relays: ReadonlyMap<string, Relay>
  /** Where an item lies among these targets: looked for once. */
  readonly places: WeakMap<Item, Place>
}

const indexOf = remembered<TargetIndex>()

/**
 * The same index as long as targets and relays are the same objects; by the last, since the lines are looked through
 * alone and with the person's own in turn.
 */
export function indexTargets(targets: readonly Target[], relays: readonly Relay[]): TargetIndex {
  const last = targets.at(-1)
  return last === undefined
    ? makeIndex(targets, relays)
    : indexOf(last, [...targets, ...relays], () => makeIndex(targets, relays))
}

function makeIndex(targets: readonly Target[], relays: readonly Relay[]): TargetIndex {
  const byToken = new Map<string, { target: number; fact: DecisionFact }>()
  const byKey = new Map<string, number[]>()
  const byHint = new Map<string, number[]>()
  targets.forEach((one, target) => {
    for (const fact of one.facts) for (const { token } of fact.keys) byToken.set(token, { target, fact })
    for (const key of one.keys) put(byKey, key, target)
    for (const hint of one.hints) put(byHint, hint, target)
  })
  return {
    targets,
    byToken,
    byKey,
    byHint,
    relays: new Map(relays.flatMap((relay) => relay.tokens.map((token) => [token, relay] as const))),
    places: new WeakMap(),
  }
}

function put(map: Map<string, number[]>, key: string, target: number): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [target])
  else known.push(target)
}
