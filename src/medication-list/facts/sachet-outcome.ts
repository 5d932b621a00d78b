/**
 * A sachet and the medicines in it (devices.md 2.1): a later event may speak of the sachet alone. Then its outcome is
 * that of what lies in it, so that a late "taken" does not leave the medicines missed.
 */
import { remembered } from '../remember.js'
import type { Intake } from './fact.js'

const settledBefore = remembered<Intake>()

/** In the same order. What a partly taken sachet leaves unknown stays unknown. */
export function withSachetOutcome(intakes: readonly Intake[]): Intake[] {
  const sachets = new Map<string, Intake>()
  for (const intake of intakes) {
    if (!intake.sachet || intake.outcome === 'error') continue
    sachets.set(intake.ref, intake)
    sachets.set(intake.key, intake)
  }
  return intakes.map((intake) => {
    const token = intake.sachet ? undefined : intake.partOf.find((part) => sachets.has(part))
    const sachet = token === undefined ? undefined : sachets.get(token)
    return sachet === undefined || intake.outcome === sachet.outcome || !isSettled(intake)
      ? intake
      : settledBy(intake, sachet)
  })
}

const isSettled = ({ outcome }: Intake): boolean => outcome !== 'uncertain' && outcome !== 'error'

/** The same object for the same two facts, as everything that is compared by identity wants it. */
const settledBy = (intake: Intake, sachet: Intake): Intake =>
  settledBefore(intake, [sachet], () => ({ ...intake, outcome: sachet.outcome, at: sachet.at }))
