/** What a doorbell asks for. To a dispatcher every doorbell is the key of a lane; the outbox has keys of its own. */
import { type LaneKey, laneKey } from '../src/core/ids.js'

export type Job =
  | { readonly name: 'work-lane'; readonly lane: LaneKey }
  /** Changes were committed. */
  | { readonly name: 'fan-out' }
  /** A destination has something due. */
  | { readonly name: 'deliver'; readonly destination: string }

const DELIVERY_PREFIX = 'o-'

export const FAN_OUT_LANE = laneKey('f-changes')
export const deliveryLane = (destination: string): LaneKey => laneKey(`${DELIVERY_PREFIX}${destination}`)

export function jobOf(lane: LaneKey): Job {
  if (lane === FAN_OUT_LANE) return { name: 'fan-out' }
  return lane.startsWith(DELIVERY_PREFIX)
    ? { name: 'deliver', destination: lane.slice(DELIVERY_PREFIX.length) }
    : { name: 'work-lane', lane }
}
