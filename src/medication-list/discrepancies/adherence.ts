/** How many of a fixed line's doses were seen, and how many of them taken. */
import { addDays, startOfLocalDay } from '../../core/zone.js'
import { stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import type { Situation } from './discrepancy.js'
import { isExplained } from './explained-slots.js'

export interface Adherence {
  readonly slots: number
  readonly observed: number
  readonly taken: number
  readonly refs: readonly string[]
}

/**
 * Over whole local days, `to` excluded; undefined where the line was not in use all the time, or its doses are not known.
 * Slots of a stay or of days away are left out; what is uncertain was not seen.
 */
export function adherenceOf(
  line: LineModel,
  from: string,
  to: string,
  situation: Situation,
): Adherence | undefined {
  const { config, quantities } = situation
  if (line.category !== 'fixed' || line.status !== 'active' || quantities.intakes(line).length === 0)
    return undefined
  const start = startOfLocalDay(from, config.zone)
  if (stateAt(line.group.decisions, start)?.status !== 'active') return undefined
  const settled = quantities
    .intakes(line)
    .filter(({ fact, planned }) => planned && fact.outcome !== 'uncertain' && fact.outcome !== 'excused')
  let [slots, observed, taken] = [0, 0, 0]
  const refs = new Set<string>()
  for (let day = from; day < to; day = addDays(day, 1)) {
    const { doses, known } = quantities.intended(line, day)
    if (!known) return undefined
    for (const { minutes } of doses) {
      const due = quantities.dueOf(day, minutes)
      if (due === undefined) return undefined
      if (isExplained(due, situation)) continue
      slots += 1
      const told = settled.filter((record) => record.due === due)
      if (told.length === 0) continue
      observed += 1
      for (const { fact } of told) refs.add(fact.ref)
      if (told.some(({ fact }) => fact.outcome === 'taken')) taken += 1
    }
  }
  return slots === 0 ? undefined : { slots, observed, taken, refs: [...refs] }
}
