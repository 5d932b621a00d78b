/** Links and rule 5: where supplies, intakes and patients' reports belong. They never open or change a decided line. */
import type { DecisionFact, Intake, Relay, Row, Supply, TreatmentKey } from '../facts/fact.js'
import { kinship } from '../facts/read-medicine.js'
import { stateAt } from '../lines/decisions.js'
import type { Item } from './items.js'
import type { Attached, Hinted, LinkProblem, MatchBasis, Unattached } from './line-group.js'
import { type Hint, hintsOf, indexTargets, type Place, type Target, type TargetIndex } from './targets.js'

export interface Placement {
  /** By index of the target. */
  readonly supplies: ReadonlyMap<number, Attached<Supply>[]>
  readonly intakes: ReadonlyMap<number, Attached<Intake>[]>
  readonly reports: ReadonlyMap<number, Attached<Row>[]>
  readonly orphans: readonly Attached<Supply | Intake | Row>[]
  readonly unattached: readonly Unattached[]
  readonly problems: readonly LinkProblem[]
  readonly hinted: readonly Hinted[]
}

/** Days after its end during which a line still takes up what was given. */
const ENDED_DAYS_MAX = 60
const DAY_MS = 86_400_000
/** Orders that lead to orders: deeper chains are not followed. */
const RELAYS_MAX = 5

export function attach(
  targets: readonly Target[],
  items: readonly Item[],
  relays: readonly Relay[],
): Placement {
  const index = indexTargets(targets, relays)
  const supplies = new Map<number, Attached<Supply>[]>()
  const intakes = new Map<number, Attached<Intake>[]>()
  const reports = new Map<number, Attached<Row>[]>()
  const orphans: Attached<Supply | Intake | Row>[] = []
  const unattached: Unattached[] = []
  const problems: LinkProblem[] = []
  const hinted: Hinted[] = []
  const firstFacts = (places: readonly number[]): string[] =>
    places.flatMap((target) => targets[target]?.facts[0]?.ref ?? []).sort()
  for (const item of items) {
    const place = placeOf(item, index)
    if ((place.kind === 'orphan' || place.kind === 'unattached') && place.hint !== undefined)
      hinted.push({
        fact: item.fact,
        medicine: item.medicine,
        basis: place.hint.basis,
        candidates: firstFacts(place.hint.targets),
      })
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
        const candidates = firstFacts(place.targets)
        problems.push({ kind: 'several-candidates', refs: [item.fact.ref], candidates })
        unattached.push({ fact: item.fact, why: 'several-candidates' })
      }
    }
  }
  return { supplies, intakes, reports, orphans, unattached, problems, hinted }
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

function placeOf(item: Item, index: TargetIndex): Place {
  const known = index.places.get(item)
  if (known !== undefined) return known
  const place = placeItem(item, index)
  index.places.set(item, place)
  return place
}

function placeItem(item: Item, index: TargetIndex): Place {
  // A decision on a line that only this carried names it.
  const named = index.byToken.get(item.fact.ref)
  const linked = named === undefined ? followLinks(item.keys, index, 0) : { ...named, basis: 'K0' as const }
  if (linked === 'ward') return { kind: 'unattached', why: 'ward', hint: undefined }
  if (linked !== undefined)
    return kinship(item.medicine, linked.fact.medicine) === 'disjoint'
      ? { kind: 'refused', owner: linked.fact.ref }
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
  const hint = hintOf(item, index)
  if (item.fact.kind !== 'intake') return { kind: 'orphan', hint }
  if (item.fact.outcome !== 'taken') return { kind: 'unattached', why: 'medicine-unknown', hint: undefined }
  if (hint !== undefined) return { kind: 'unattached', why: 'hint-only', hint }
  return item.medicine.codings.length === 0
    ? { kind: 'unattached', why: 'medicine-unknown', hint }
    : { kind: 'orphan', hint }
}

/** Rule 6: lines of that time that the ATC code or a name points at. They are proposed to a person, never chosen. */
function hintOf(item: Item, index: TargetIndex): Hint | undefined {
  const hints = hintsOf(item.medicine)
  for (const basis of ['K5', 'K6'] as const) {
    const places = hints
      .filter((hint) => hint.startsWith(basis))
      .flatMap((hint) => index.byHint.get(hint) ?? [])
      .filter((place) => mayBe(index.targets[place], item, basis))
    if (places.length > 0) return { basis, targets: [...new Set(places)].sort((a, b) => a - b) }
  }
  return undefined
}

/** ATC level 5 hints within a route group; an unknown route may be any. */
function mayBe(target: Target | undefined, item: Item, basis: Hint['basis']): boolean {
  if (!fits(target, item, true) && !fits(target, item, false)) return false
  const { routeGroup } = item.medicine
  return (
    basis === 'K6' ||
    routeGroup === undefined ||
    (target?.facts.some(
      ({ medicine }) => medicine.routeGroup === undefined || medicine.routeGroup === routeGroup,
    ) ??
      false)
  )
}

function followLinks(
  keys: readonly TreatmentKey[],
  index: TargetIndex,
  depth: number,
): { target: number; fact: DecisionFact; basis: 'K0' | 'K1' } | 'ward' | undefined {
  for (const { token, basis } of keys) {
    const owner = index.byToken.get(token)
    if (owner !== undefined) return { ...owner, basis }
  }
  for (const { token } of keys) {
    const relay = index.relays.get(token)
    if (relay?.ward === true) return 'ward'
    const further =
      relay === undefined || depth >= RELAYS_MAX ? undefined : followLinks(relay.keys, index, depth + 1)
    if (further !== undefined) return further
  }
  return undefined
}

/** Whether the line was in use when the item happened; else whether it had ended shortly before. */
function fits(target: Target | undefined, { from, to }: Item, during: boolean): boolean {
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
