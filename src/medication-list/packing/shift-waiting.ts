/** A change that may wait is in force from the first routine roll on; until then the line goes on as before (medication-list.md 8.2). */
import type { FactSet } from '../facts/fact.js'
import type { LineGroup } from '../grouping/line-group.js'
import { type Decision, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { isOldUse } from './change-doses.js'
import { isSameDecision, type PackingChange, type PackingInput, packingOf } from './changes.js'

/**
 * The same models where nothing waits.
 * @param remake the line with other decisions
 */
export function shiftWaiting(
  models: readonly LineModel[],
  { answers }: Pick<FactSet, 'answers'>,
  input: () => PackingInput,
  remake: (id: string, group: LineGroup) => LineModel,
): readonly LineModel[] {
  if (answers.length === 0) return models
  const waiting = packingOf(input()).changes.filter(({ outcome }) => outcome.kind === 'waits')
  if (waiting.length === 0) return models
  return models.map((line) => {
    const own = waiting.filter((change) => change.line.id === line.id)
    if (own.length === 0) return line
    const decisions = line.group.decisions.map((decision) => shifted(decision, line, own))
    return remake(line.id, { ...line.group, decisions })
  })
}

function shifted(decision: Decision, line: LineModel, waiting: readonly PackingChange[]): Decision {
  const change = waiting.find((one) => isSameDecision(one.decision, decision))
  if (change?.outcome.kind !== 'waits' || !leavesSomething(decision, line)) return decision
  const { effective } = change.outcome
  return effective <= decision.effect.from
    ? decision
    : { ...decision, effect: { ...decision.effect, from: effective } }
}

/** What was in force before is known: without it, a shifted decision would leave the line with nothing. */
function leavesSomething(decision: Decision, line: LineModel): boolean {
  const { effect } = decision
  if (effect.kind === 'stop' && Number.isFinite(effect.usedFrom)) return true
  const before = line.group.decisions.slice(0, line.group.decisions.indexOf(decision))
  return stateAt(before, decision.at) !== undefined || (effect.kind === 'use' && !isOldUse(line, decision))
}
