/**
 * What is packed for a line in a period (medication-list.md 7, R7): what was decided, but for what the multidose doctor
 * has not confirmed at the cut-off never more than was confirmed last. Pure; for the ordination and the view of supply.
 */
import { addDays } from '../../core/zone.js'
import type { LineModel } from '../lines/line.js'
import type { NotToPack } from '../lines/not-to-pack.js'
import { compareDays, type DayAmounts, NO_DOSES } from '../quantities/day-amounts.js'
import { intendedOn } from '../quantities/intended.js'
import { isMultidose } from '../quantities/multidose.js'
import type { PackingPeriod } from './calendar.js'
import { isInRolls, isOldUse, withDecisions } from './change-doses.js'
import { isSameDecision, type Packing, type PackingChange, type PackingInput } from './changes.js'
import { isLess } from './compare-doses.js'
import { switchesOf } from './switches.js'

export interface DayToPack {
  readonly day: string
  /** Undefined: the doses of this day cannot be worked out, and nothing is packed until they can. */
  readonly doses: DayAmounts | undefined
  /** `confirmed`: the last confirmed dose stands against a change that nobody has confirmed. */
  readonly basis: 'decided' | 'confirmed'
}

export type ToPack =
  | { readonly kind: 'nothing'; readonly why: 'not-multidose' | 'suspended' | NotToPack }
  /** Given from outside the roll from this instant on, so that nobody is left with neither. */
  | { readonly kind: 'outside-roll'; readonly from: number; readonly replaces: string }
  | { readonly kind: 'pouches'; readonly days: readonly DayToPack[]; readonly unconfirmed: boolean }

/** @param suspended supply pauses for a hospital stay (R8) */
export function toPack(
  line: LineModel,
  period: PackingPeriod,
  packing: Packing,
  input: PackingInput,
  suspended: boolean,
): ToPack {
  if (suspended) return { kind: 'nothing', why: 'suspended' }
  const started = switchesOf(packing, input).find((one) => one.started.id === line.id)
  if (started !== undefined && !started.confirmed)
    return { kind: 'outside-roll', from: started.from, replaces: started.stopped.id }
  if (!isMultidose(line, input.facts, input.at)) return { kind: 'nothing', why: 'not-multidose' }
  const [unsolved] = line.notToPack
  if (unsolved !== undefined && unsolved !== 'missing-structured-dose')
    return { kind: 'nothing', why: unsolved }
  const open = packing.changes.filter((change) => change.line.id === line.id && isUnconfirmed(change))
  const former = withDecisions(
    line,
    line.group.decisions.filter(
      (decision) => !open.some((change) => isSameDecision(change.decision, decision)),
    ),
  )
  const days: DayToPack[] = []
  for (let day = period.start; day <= period.end; day = addDays(day, 1))
    days.push(open.length === 0 ? decidedDay(line, day, input) : guardedDay(line, former, day, input))
  return { kind: 'pouches', days, unconfirmed: open.length > 0 }
}

/** Nobody who may has confirmed it, and its writer has not marked it as urgent. */
export const isUnconfirmed = ({ answer, confirmed, kind }: PackingChange): boolean =>
  !confirmed && kind !== 'none' && answer?.answer !== 'cannot-wait'

function decidedDay(line: LineModel, day: string, { config }: PackingInput): DayToPack {
  const doses = intendedOn(line, day, config.zone)
  return { day, doses: doses.known ? doses : undefined, basis: 'decided' }
}

function guardedDay(line: LineModel, former: LineModel, day: string, input: PackingInput): DayToPack {
  const { config, quantities } = input
  const now = intendedOn(line, day, config.zone)
  const confirmed: DayAmounts = isFormerKnown(line, former)
    ? intendedOn(former, day, config.zone)
    : { known: false, doses: [] }
  const own: DayToPack = { day, doses: now.known ? now : undefined, basis: 'decided' }
  const last: DayToPack = { day, doses: confirmed.known ? confirmed : undefined, basis: 'confirmed' }
  switch (config.unconfirmedPacking) {
    case 'as-decided':
      return own
    case 'last-confirmed':
      return last
    case 'never-more':
      break
  }
  switch (compareDays(confirmed, now, quantities.toleranceMinutes(line))) {
    case 'equal':
      return own
    case 'slots':
      return last
    case 'sum':
      return isLess(now, confirmed) ? own : last
    case 'unknown':
      // A stop is known whatever was given before; anything else waits for a person.
      return now.known && now.doses.length === 0
        ? { day, doses: NO_DOSES, basis: 'decided' }
        : { ...last, doses: undefined }
  }
}

/** A row that another wrote anew does not say any more what was confirmed before. */
const isFormerKnown = (line: LineModel, former: LineModel): boolean =>
  former.group.decisions.length > 0 ||
  !(isInRolls(line) || line.group.decisions.some((decision) => isOldUse(line, decision)))
