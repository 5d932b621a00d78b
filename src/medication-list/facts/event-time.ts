/** When supplies and intakes happened; where they do not say, when the hub heard of them. Milliseconds since the epoch. */
import type { Intake, Supply } from './fact.js'

export const happenedAt = ({ at, receivedAt }: Intake): number => at?.from ?? receivedAt

/** When the dose was due; where that is not stated, when it was taken or left. */
export const dueAt = (intake: Intake): number => intake.scheduled ?? happenedAt(intake)

/** A day without clock time counts from its beginning. */
export const handedOutAt = ({ handedOver, receivedAt }: Supply): number => handedOver?.from ?? receivedAt
