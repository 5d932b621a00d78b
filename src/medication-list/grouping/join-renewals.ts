/** Rule 3: a prescription that renews a treatment belongs to its line. */
import { addDays, localDate } from '../../core/zone.js'
import { equalDosages } from '../dosage/equality.js'
import type { DecisionFact } from '../facts/fact.js'
import { type Decision, readDecisions, stateAt } from '../lines/decisions.js'
import type { MatchBasis } from './line-group.js'
import type { LinkedFacts } from './link-decisions.js'
import { sharedKey } from './link-decisions.js'

/** Days before the old prescription's end from which a new one counts as its renewal. */
const RENEWAL_DAYS = 45
/** A treatment that ended longer ago than this is not started anew on its line (section 5). */
export const RESTART_DAYS_MAX = 365

export interface JoinContext {
  readonly zone: string
  readonly isHolders: (fact: DecisionFact) => boolean
}

/**
 * Groups are taken in order of (authored, id); each joins the newest earlier one that qualifies. A product in common
 * (K2) counts as K3: the same product has the same composition.
 */
export function joinRenewals(sets: readonly LinkedFacts[], context: JoinContext): readonly JoinedFacts[] {
  const ordered = sets
    .map((set) => candidateOf(set, context))
    .sort((a, b) => a.authored - b.authored || (a.id < b.id ? -1 : 1))
  const joined: Candidate[] = []
  const byKey = new Map<string, number[]>()
  for (const candidate of ordered) {
    const places = [...new Set(candidate.keys.flatMap((key) => byKey.get(key) ?? []))].sort((a, b) => b - a)
    const place = places.find((index) => {
      const earlier = joined[index]
      return earlier !== undefined && renews(earlier, candidate, context.zone)
    })
    const earlier = place === undefined ? undefined : joined[place]
    const index = place ?? joined.length
    joined[index] = earlier === undefined ? candidate : merge(earlier, candidate, context)
    for (const key of candidate.keys) byKey.set(key, [...(byKey.get(key) ?? []), index])
  }
  return joined
}

export interface JoinedFacts {
  readonly set: LinkedFacts
  readonly id: string
  readonly authored: number
}

interface Candidate extends JoinedFacts {
  readonly decisions: readonly Decision[]
  /** What the group's newest deciding fact says. */
  readonly head: DecisionFact | undefined
  readonly keys: readonly string[]
}

function candidateOf(set: LinkedFacts, { isHolders }: JoinContext): Candidate {
  const decisions = readDecisions(set.facts, isHolders)
  const uses = decisions.filter(({ effect }) => effect.kind === 'use')
  const medicines = set.facts.map(({ medicine }) => medicine)
  return {
    set,
    id: set.facts.map(({ key }) => key).sort()[0] ?? '',
    authored: Math.min(...set.facts.map(({ decided }) => decided.from)),
    decisions,
    head: (uses[uses.length - 1] ?? decisions[decisions.length - 1])?.fact,
    keys: [...new Set(medicines.flatMap(({ keys }) => keys.map(({ key }) => key)))],
  }
}

function renews(earlier: Candidate, later: Candidate, zone: string): boolean {
  const a = earlier.head
  const b = later.head
  if (a === undefined || b === undefined || later.authored <= earlier.authored) return false
  if (sharedKey(a.medicine, b.medicine) === undefined || areParallel(earlier, later)) return false
  if (!isRunningOut(earlier, later.authored, zone) && !saysRenewal(later)) return false
  const before = stateAt(earlier.decisions, later.authored)
  const over = before?.status === 'stopped' || before?.status === 'completed'
  if (over && later.authored - before.since > RESTART_DAYS_MAX * 86_400_000) return false
  return equalDosages(
    { plan: a.plan, start: a.start, decided: a.decided.from },
    { plan: b.plan, start: b.start, decided: b.decided.from },
    zone,
  )
}

/** Prescriptions of one chain of which its source says that they run in parallel. */
function areParallel({ set: earlier }: Candidate, { set: later }: Candidate): boolean {
  const families = new Set(earlier.facts.flatMap((fact) => fact.families))
  return later.facts.some((fact) => fact.families.some((family) => families.has(family)))
}

const saysRenewal = ({ set }: Candidate): boolean =>
  set.facts.some((fact) => fact.kind === 'prescription' && fact.renewal)

/** The newest prescription of the earlier group is used up, ends soon, or was recalled for a renewal. */
function isRunningOut({ set }: Candidate, authored: number, zone: string): boolean {
  const prescriptions = set.facts.filter((fact) => fact.kind === 'prescription')
  const newest = prescriptions.sort((a, b) => b.decided.from - a.decided.from || (a.ref < b.ref ? 1 : -1))[0]
  if (newest === undefined) return false
  if (newest.status === 'completed' || newest.renewed) return true
  return (
    newest.validTo !== undefined &&
    localDate(newest.validTo - 1, zone) <= addDays(localDate(authored, zone), RENEWAL_DAYS)
  )
}

function merge(earlier: Candidate, later: Candidate, context: JoinContext): Candidate {
  const key: MatchBasis =
    earlier.head === undefined || later.head === undefined
      ? 'K0'
      : (sharedKey(earlier.head.medicine, later.head.medicine) ?? 'K0')
  for (const { ref } of later.set.facts) later.set.basis.set(ref, key)
  const facts = [...earlier.set.facts, ...later.set.facts].sort((a, b) => (a.ref < b.ref ? -1 : 1))
  return {
    ...candidateOf({ facts, basis: later.set.basis }, context),
    id: earlier.id,
    authored: earlier.authored,
  }
}
