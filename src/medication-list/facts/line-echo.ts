/**
 * A fact that echoes the hub's own line id is of that treatment (3.1, K0), though the facts of the line do not know the id
 * themselves: what made up the line is linked.
 */
import { sidUrl } from '../../core/canonical.js'
import type { PreviousLine } from '../contract.js'
import { remembered } from '../remember.js'
import type { DecisionFact, TreatmentKey } from './fact.js'

const LINE = sidUrl('line')
const DECIDING = /^Medication(Request|Statement|Dispense)\//

/** The same objects where nothing echoes a line. */
export function withEchoes(
  decisions: readonly DecisionFact[],
  previous: readonly PreviousLine[],
): readonly DecisionFact[] {
  if (!decisions.some(isEcho)) return decisions
  const lines = new Map(previous.map((line) => [line.id, line]))
  return decisions.map((fact) => (isEcho(fact) ? linked(fact, lines) : fact))
}

/** What names facts of its line itself, as the hub's own rows of decisions do, needs no help. */
const isEcho = ({ identifiers, keys, ref }: DecisionFact): boolean =>
  identifiers.some(({ system }) => system === LINE) &&
  !keys.some(({ token }) => token !== ref && DECIDING.test(token))

const linkedBefore = remembered<DecisionFact>()

/** The same copy for the same facts, so that what is remembered by a fact stays remembered. */
function linked(fact: DecisionFact, lines: ReadonlyMap<string, PreviousLine>): DecisionFact {
  const known = new Set(fact.keys.map(({ token }) => token))
  const refs = fact.identifiers
    .flatMap(({ system, value }) => (system === LINE ? (lines.get(value ?? '')?.facts ?? []) : []))
    .filter((ref) => DECIDING.test(ref) && !known.has(ref))
  if (refs.length === 0) return fact
  const names = [...new Set(refs)].sort()
  return linkedBefore(fact, names, () => ({
    ...fact,
    keys: [...fact.keys, ...names.map((token): TreatmentKey => ({ token, basis: 'K0' }))],
  }))
}
