/** Facts that nothing looks back to any more. */
import { INTAKE_DAYS } from '../../core/working-set.js'
import type { PreviousLine } from '../contract.js'
import { isClosing } from '../lines/flags.js'
import { happenedAt } from './event-time.js'
import type { FactSet } from './fact.js'

const DAY_MS = 86_400_000

/**
 * Intakes older than any look-back change nothing any more, and there are thousands: only those that carry a line
 * already on the list are kept. An older intake that nobody explained opens no line when it is first heard of now.
 * Likewise what a device handed out.
 */
export function withoutHistory(facts: FactSet, at: number, previous: readonly PreviousLine[]): FactSet {
  let carrying: ReadonlySet<string> | undefined
  const carries = (ref: string): boolean => {
    carrying ??= new Set(previous.flatMap((line) => (isClosing(line.flag) ? [] : line.facts)))
    return carrying.has(ref)
  }
  const from = at - INTAKE_DAYS * DAY_MS
  return {
    ...facts,
    intakes: facts.intakes.filter((intake) => happenedAt(intake) >= from || carries(intake.ref)),
    handOuts: facts.handOuts.filter((handOut) => handOut.at >= from),
  }
}
