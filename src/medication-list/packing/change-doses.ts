/** The doses before and after a decided change, by what lies in the pouches and what was decided before. */
import { addDays, localDate } from '../../core/zone.js'
import type { ListConfig } from '../contract.js'
import type { FactSet } from '../facts/fact.js'
import { type Decision, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import type { DayAmounts } from '../quantities/day-amounts.js'
import { intendedOn } from '../quantities/intended.js'
import type { Quantities } from '../quantities/quantities.js'
import { remembered } from '../remember.js'
import type { ChangeKind } from './can-wait.js'
import type { DoseChange } from './compare-doses.js'
import { decidedInstant } from './reached.js'

/** A list's row stated as begun this long before its decision tells a use that went on already. */
const RECENT_START_MS = 7 * 86_400_000

interface DosesInput {
  readonly config: ListConfig
  readonly quantities: Quantities
}

export const comparedBefore = remembered<DoseChange>()

/** Everything by which it is told what lies in pouches, besides a line's own supplies. */
export const packedBy = (
  { lists, measures, packingRows, supplies }: FactSet,
  at: number,
): readonly unknown[] => [
  ...supplies.filter(({ pack }) => pack !== undefined),
  ...packingRows,
  ...lists,
  ...measures.flatMap((measure) => [measure, (measure.confirmedAt ?? at + 1) <= at]),
]

export const isInRolls = ({ group }: LineModel): boolean =>
  group.supplies.some(({ fact }) => fact.pack !== undefined)

interface Doses {
  readonly before: (day: string) => DayAmounts
  readonly after: (day: string) => DayAmounts
}

/** Before: what lies in the pouches where that is known, else what was decided before. */
export function dosesOf(line: LineModel, decision: Decision, { config, quantities }: DosesInput): Doses {
  const { decisions } = line.group
  const until = decisions.indexOf(decision)
  const former = withDecisions(line, decisions.slice(0, until))
  // Before it was decided, what was decided before holds.
  const own = withDecisions(line, [
    ...decisions.slice(0, until),
    from(decision, decidedInstant(decision.fact)),
  ])
  const rolls = quantities.rolls()
  return {
    before: (day) =>
      rolls.covers(day) && isInRolls(line)
        ? quantities.packed(line, day)
        : intendedOn(former, day, config.zone),
    after: (day) => intendedOn(own, day, config.zone),
  }
}

const from = (decision: Decision, instant: number): Decision =>
  decision.effect.from >= instant ? decision : { ...decision, effect: { ...decision.effect, from: instant } }

export const withDecisions = (line: LineModel, decisions: readonly Decision[]): LineModel => ({
  ...line,
  group: { ...line.group, decisions },
})

export function kindOf(line: LineModel, decision: Decision, compared: DoseChange): ChangeKind {
  const { effect } = decision
  switch (effect.kind) {
    case 'stop':
    case 'hold':
      return compared.hadDoses || !hasFormer(line, decision) ? effect.kind : 'none'
    case 'use':
      break
  }
  if (compared.hadDoses) return compared.hasDoses ? compared.kind : 'stop'
  if (!compared.hasDoses || isOldUse(line, decision)) return 'none'
  return stateBefore(line, decision)?.status === 'on-hold' ? 'resume' : 'start'
}

const hasFormer = ({ group }: LineModel, decision: Decision): boolean => group.decisions.indexOf(decision) > 0

const stateBefore = ({ group }: LineModel, decision: Decision) =>
  stateAt(group.decisions.slice(0, group.decisions.indexOf(decision)), decision.at)

/** A list's row that is written anew tells a use that began long before: what it said before is not known. */
export const isOldUse = (line: LineModel, { at, effect, fact }: Decision): boolean =>
  fact.kind === 'row' &&
  line.group.decisions[0]?.fact === fact &&
  (!Number.isFinite(effect.from) || at - effect.from > RECENT_START_MS)

/** Whether pouches for these slots hold the line; undefined where the rolls do not cover all days. */
export function inPouches(
  line: LineModel,
  from: number,
  to: number,
  { config, quantities }: DosesInput,
): boolean | undefined {
  const rolls = quantities.rolls()
  const last = localDate(to - 1, config.zone)
  let all = true
  for (let day = localDate(from, config.zone); day <= last; day = addDays(day, 1)) {
    if (!rolls.covers(day)) {
      all = false
      continue
    }
    const { doses, known: told } = quantities.packed(line, day)
    if (doses.some(({ due }) => due === undefined || (due >= from && due < to))) return true
    if (!told) all = false
  }
  return all ? false : undefined
}
