/** Links and rule 5: where supplies, intakes and patients' reports belong. They never open or change a decided line. */
import type { FactSet, Intake, Medicine, Relay, Row, Supply, TreatmentKey } from '../facts/fact.js'
import { kinship } from '../facts/read-medicine.js'
import { type Decision, knownFrom, stateAt } from '../lines/decisions.js'
import type { Attached, LinkProblem, MatchBasis, Unattached } from './line-group.js'

/** A line as far as attachment needs it. */
export interface Target {
  readonly facts: readonly {
    readonly ref: string
    readonly medicine: Medicine
    readonly own: readonly string[]
  }[]
  readonly decisions: readonly Decision[]
}

export interface Placement {
  /** By index of the target. */
  readonly supplies: ReadonlyMap<number, Attached<Supply>[]>
  readonly intakes: ReadonlyMap<number, Attached<Intake>[]>
  readonly reports: ReadonlyMap<number, Attached<Row>[]>
  readonly orphans: readonly Attached<Supply | Intake | Row>[]
  readonly unattached: readonly Unattached[]
  readonly problems: readonly LinkProblem[]
}

/** Days after its end during which a line still takes up what was given. */
const ENDED_DAYS_MAX = 60
const DAY_MS = 86_400_000
/** Orders that lead to orders: deeper chains are not followed. */
const RELAYS_MAX = 5

export interface Item {
  readonly fact: Supply | Intake | Row
  readonly medicine: Medicine
  readonly keys: readonly TreatmentKey[]
  readonly from: number
  readonly to: number
}

export function attach(
  targets: readonly Target[],
  items: readonly Item[],
  relays: readonly Relay[],
): Placement {
  const index = indexTargets(targets)
  const relayByToken = new Map(
    relays.flatMap((relay) => relay.tokens.map((token) => [token, relay] as const)),
  )
  const supplies = new Map<number, Attached<Supply>[]>()
  const intakes = new Map<number, Attached<Intake>[]>()
  const reports = new Map<number, Attached<Row>[]>()
  const orphans: Attached<Supply | Intake | Row>[] = []
  const unattached: Unattached[] = []
  const problems: LinkProblem[] = []
  for (const item of items) {
    const place = placeItem(item, index, relayByToken)
    switch (place.kind) {
      case 'line':
        put(place.target, place.basis, item, { supplies, intakes, reports })
        break
      case 'orphan':
        orphans.push({ fact: item.fact, medicine: item.medicine, basis: 'K0' })
        break
      case 'unattached':
        unattached.push({ fact: item.fact, why: place.why })
        break
      case 'refused':
        problems.push({
          kind: 'no-shared-substance',
          refs: [item.fact.ref, place.owner].sort(),
          candidates: [],
        })
        orphans.push({ fact: item.fact, medicine: item.medicine, basis: 'K0' })
        break
      case 'several': {
        const candidates = place.targets.flatMap((target) => targets[target]?.facts[0]?.ref ?? []).sort()
        problems.push({ kind: 'several-candidates', refs: [item.fact.ref], candidates })
        unattached.push({ fact: item.fact, why: 'several-candidates' })
      }
    }
  }
  return { supplies, intakes, reports, orphans, unattached, problems }
}

interface Maps {
  readonly supplies: Map<number, Attached<Supply>[]>
  readonly intakes: Map<number, Attached<Intake>[]>
  readonly reports: Map<number, Attached<Row>[]>
}

function put(target: number, basis: MatchBasis, { fact, medicine }: Item, maps: Maps): void {
  switch (fact.kind) {
    case 'supply':
      append(maps.supplies, target, { fact, basis, medicine })
      break
    case 'intake':
      append(maps.intakes, target, { fact, basis, medicine })
      break
    case 'row':
      append(maps.reports, target, { fact, basis, medicine })
  }
}

function append<V>(map: Map<number, V[]>, key: number, value: V): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

interface TargetIndex {
  readonly targets: readonly (Target & { readonly since: number })[]
  readonly byToken: ReadonlyMap<
    string,
    { readonly target: number; readonly ref: string; readonly medicine: Medicine }
  >
  readonly byKey: ReadonlyMap<string, readonly number[]>
  /** ATC codes and normalised names: hints (K5, K6) that only ever propose. */
  readonly hints: ReadonlySet<string>
}

function indexTargets(targets: readonly Target[]): TargetIndex {
  const byToken = new Map<string, { target: number; ref: string; medicine: Medicine }>()
  const byKey = new Map<string, number[]>()
  const hints = new Set<string>()
  targets.forEach(({ facts }, target) => {
    const keys = new Set<string>()
    for (const { ref, medicine, own } of facts) {
      for (const token of own) byToken.set(token, { target, ref, medicine })
      for (const { key } of medicine.keys) keys.add(key)
      for (const hint of hintsOf(medicine)) hints.add(hint)
    }
    for (const key of keys) byKey.set(key, [...(byKey.get(key) ?? []), target])
  })
  return {
    targets: targets.map((target) => ({ ...target, since: knownFrom(target.decisions) })),
    byToken,
    byKey,
    hints,
  }
}

function hintsOf({ atc, name }: Medicine): string[] {
  const word = name?.toLowerCase().match(/\p{L}{4,}/u)?.[0]
  return [...(atc === undefined ? [] : [`atc ${atc}`]), ...(word === undefined ? [] : [`word ${word}`])]
}

type Place =
  | { readonly kind: 'line'; readonly target: number; readonly basis: MatchBasis }
  | { readonly kind: 'several'; readonly targets: readonly number[] }
  | { readonly kind: 'orphan' }
  | { readonly kind: 'refused'; readonly owner: string }
  | { readonly kind: 'unattached'; readonly why: Unattached['why'] }

function placeItem(item: Item, index: TargetIndex, relays: ReadonlyMap<string, Relay>): Place {
  const linked = followLinks(item.keys, index, relays, 0)
  if (linked === 'ward') return { kind: 'unattached', why: 'ward' }
  if (linked !== undefined)
    return kinship(item.medicine, linked.medicine) === 'disjoint'
      ? { kind: 'refused', owner: linked.ref }
      : { kind: 'line', target: linked.target, basis: linked.basis }
  const { keys } = item.medicine
  for (const during of keys.some(({ key }) => index.byKey.has(key)) ? [true, false] : [])
    for (const basis of ['K2', 'K3', 'K4'] as const) {
      const fitting = fittingTargets(item, basis, during, index)
      const [target] = fitting
      if (fitting.length > 1) return { kind: 'several', targets: fitting }
      if (target !== undefined) return { kind: 'line', target, basis }
    }
  return placeWithoutLine(item, index)
}

function fittingTargets(
  item: Item,
  basis: 'K2' | 'K3' | 'K4',
  during: boolean,
  index: TargetIndex,
): number[] {
  const fitting: number[] = []
  for (const key of item.medicine.keys)
    if (key.basis === basis)
      for (const target of index.byKey.get(key.key) ?? [])
        if (!fitting.includes(target) && fits(index.targets[target], item, during)) fitting.push(target)
  return fitting.sort((a, b) => a - b)
}

/**
 * No line takes it: a supply and what a patient says they use become a provisional line; an intake does so when its
 * product is known and nothing hints at a line that a person could name.
 */
function placeWithoutLine(item: Item, index: TargetIndex): Place {
  if (item.fact.kind !== 'intake') return { kind: 'orphan' }
  if (item.fact.outcome !== 'taken') return { kind: 'unattached', why: 'medicine-unknown' }
  if (hintsOf(item.medicine).some((hint) => index.hints.has(hint)))
    return { kind: 'unattached', why: 'hint-only' }
  return item.medicine.codings.length === 0
    ? { kind: 'unattached', why: 'medicine-unknown' }
    : { kind: 'orphan' }
}

function followLinks(
  keys: readonly TreatmentKey[],
  index: TargetIndex,
  relays: ReadonlyMap<string, Relay>,
  depth: number,
): { target: number; ref: string; medicine: Medicine; basis: 'K0' | 'K1' } | 'ward' | undefined {
  for (const { token, basis } of keys) {
    const owner = index.byToken.get(token)
    if (owner !== undefined) return { ...owner, basis }
  }
  for (const { token } of keys) {
    const relay = relays.get(token)
    if (relay?.ward === true) return 'ward'
    const further =
      relay === undefined || depth >= RELAYS_MAX
        ? undefined
        : followLinks(relay.keys, index, relays, depth + 1)
    if (further !== undefined) return further
  }
  return undefined
}

/** Whether the line was in use when the item happened; else whether it had ended shortly before. */
function fits(
  target: TargetIndex['targets'][number] | undefined,
  { from, to }: Item,
  during: boolean,
): boolean {
  if (target === undefined || target.decisions.length === 0) return false
  const last = Math.max(from, to - 1)
  if (last < target.since) return false
  return fitsAt(target, from, from, during) || (last !== from && fitsAt(target, last, from, during))
}

function fitsAt({ decisions }: Target, instant: number, from: number, during: boolean): boolean {
  const state = stateAt(decisions, instant)
  if (state === undefined) return false
  const over = state.status === 'stopped' || state.status === 'completed'
  return over !== during && (during || from - state.since <= ENDED_DAYS_MAX * DAY_MS)
}

/** Supplies and intakes as items, a sachet of known content once for each medicine in it. */
export function itemsOf({ supplies, intakes }: FactSet): Item[] {
  const parents = new Set<string>()
  for (const { partOf } of intakes) for (const token of partOf) parents.add(token)
  const items: Item[] = []
  for (const supply of supplies) if (supply.status !== 'other') items.push(supplyItem(supply))
  for (const intake of intakes) if (intake.outcome !== 'error') addIntakeItems(intake, parents, items)
  return items
}

function supplyItem(fact: Supply): Item {
  const at = fact.handedOver ?? { from: fact.receivedAt, to: fact.receivedAt }
  return { fact, medicine: fact.medicine, keys: fact.keys, from: at.from, to: at.to }
}

function addIntakeItems(fact: Intake, parents: ReadonlySet<string>, items: Item[]): void {
  // What is told medicine by medicine is not counted a second time from the sachet.
  if (fact.sachet && (parents.has(fact.ref) || parents.has(fact.key))) return
  const at = fact.at ?? { from: fact.receivedAt, to: fact.receivedAt }
  const from = fact.scheduled === undefined || fact.outcome === 'taken' ? at.from : fact.scheduled
  const keys = fact.sachet ? NO_KEYS : fact.keys
  for (const medicine of fact.medicines) items.push({ fact, medicine, keys, from, to: Math.max(from, at.to) })
}

const NO_KEYS: readonly TreatmentKey[] = []
