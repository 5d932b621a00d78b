/** Of what persons said of the grouping (medication-list.md 3.3) what they had said by an instant. */
import type { LineMerge, LineSplit } from './act-fact.js'
import type { FactSet } from './fact.js'

export interface ActsBy {
  readonly facts: FactSet
  /** Instants at which an act that lies ahead comes to count. */
  readonly ahead: readonly number[]
}

/** @param at milliseconds since the epoch; an act of that very instant counts */
export function actsBy(facts: FactSet, at: number): ActsBy {
  const ahead = [...facts.merges, ...facts.splits].flatMap((act) => (act.at > at ? [act.at] : []))
  if (ahead.length === 0) return { facts, ahead }
  const done = (act: LineMerge | LineSplit): boolean => act.at <= at
  return {
    facts: { ...facts, merges: facts.merges.filter(done), splits: facts.splits.filter(done) },
    ahead,
  }
}
