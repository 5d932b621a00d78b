/**
 * Supply during and after a hospital stay (medication-list.md 7, R8): rolls and devices pause while the ward gives the
 * medicines, and go on when a list is attested after the discharge. Lines are not paused.
 */
import type { FactSet, Stay } from '../facts/fact.js'
import type { LineModel } from '../lines/line.js'

export interface Suspension {
  readonly stay: Stay
  readonly since: number
  /** Undefined while the stay lasts. */
  readonly discharged: number | undefined
}

const DAY_MS = 86_400_000

/** At T; undefined when rolls and devices may give. Leave from the ward suspends nothing. */
export function suspensionAt(facts: FactSet, at: number): Suspension | undefined {
  const stays = facts.stays.filter(({ from }) => from <= at)
  const open = stays.find(({ to, onLeave }) => !onLeave && (to === undefined || to > at))
  if (open !== undefined) return { stay: open, since: open.from, discharged: undefined }
  if (stays.some(({ to }) => to === undefined || to > at)) return undefined
  const discharge = newestDischarge(facts, at)
  // Where nobody has ever attested the list, nobody is waited for.
  if (discharge === undefined || !isListAttested(facts, at) || isAttestedAfter(facts, discharge, at))
    return undefined
  return { stay: discharge.stay, since: discharge.stay.from, discharged: discharge.at }
}

/** Until the list is attested a prescriber may resume single lines by deciding on them after the discharge. */
export function isSuspended({ group }: LineModel, facts: FactSet, at: number): boolean {
  const suspension = suspensionAt(facts, at)
  if (suspension === undefined) return false
  const { discharged } = suspension
  return (
    discharged === undefined ||
    !group.decisions.some((decision) => decision.at >= discharged && decision.at <= at)
  )
}

export interface Discharge {
  readonly stay: Stay
  readonly at: number
}

/** The last one until T. */
export function newestDischarge({ stays }: Pick<FactSet, 'stays'>, at: number): Discharge | undefined {
  let newest: Discharge | undefined
  for (const stay of stays)
    if (stay.to !== undefined && stay.to <= at && (newest === undefined || stay.to > newest.at))
      newest = { stay, at: stay.to }
  return newest
}

const isListAttested = ({ attestations }: FactSet, at: number): boolean =>
  attestations.some((one) => one.scope === 'full' && one.at <= at)

/**
 * A full attestation after the discharge, or of the last day before it when nothing was decided between: the discharge
 * list. One of the admission is none.
 */
export function isAttestedAfter(
  { attestations, decisions }: FactSet,
  { stay, at: discharged }: Discharge,
  at: number,
): boolean {
  const from = Math.max(discharged - DAY_MS, stay.from)
  return attestations.some(
    (one) =>
      one.scope === 'full' &&
      one.at <= at &&
      (one.at >= discharged ||
        (one.at > from &&
          !decisions.some(({ decided }) => decided.from > one.at && decided.from < discharged))),
  )
}
