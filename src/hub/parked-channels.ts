/**
 * Which channels are parked (reliability.md 4, permanent configuration errors): their rows wait, untried, until an
 * operator resumes the channel or the one row that is tried from time to time gets through.
 */
import { codeOf } from '../core/errors.js'
import type { LaneKey, MessageId } from '../core/ids.js'
import type { Channel } from '../core/message.js'
import type { Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'
import type { ParkedChannel } from '../store/operations.js'

export interface Parking {
  /** As this process last heard; a row that it lets through finds out by itself. */
  readonly isParked: (channel: Channel) => boolean
  /** Asks the database whether this row is to wait. */
  readonly holds: (channel: Channel, row: MessageId) => Promise<boolean>
  /** This process parked the channel just now. */
  readonly note: (channel: Channel) => void
  /** Hears again which channels are parked. Never rejects. */
  readonly refresh: () => Promise<void>
}

/** Between two rows that are tried. */
export const PROBE_S = 60

export function openParking(store: Pick<Store, 'parkedChannels'>, log: Log): Parking {
  let parked: ReadonlySet<Channel> = new Set()
  const look = async (): Promise<readonly ParkedChannel[]> => {
    const held = (await store.parkedChannels()).filter(({ resuming }) => !resuming)
    parked = new Set(held.map(({ channel }) => channel))
    return held
  }
  return {
    isParked: (channel) => parked.has(channel),
    holds: async (channel, row) => {
      if (!parked.has(channel)) return false
      const own = (await look()).find((one) => one.channel === channel)
      return own !== undefined && own.probe?.id !== row
    },
    note: (channel) => {
      parked = new Set([...parked, channel])
    },
    refresh: async () => {
      await look().catch((error: unknown) => {
        log.warn('parked channels not read', { code: codeOf(error) })
      })
    },
  }
}

/** Resumes what is mended, and lets one row of every other channel that the hub parked be tried. One process at a time. */
export async function tendParkedChannels(
  store: Pick<Store, 'parkedChannels' | 'probeChannel' | 'resumeChannel'>,
  ring: (lane: LaneKey) => void,
  log: Log,
): Promise<void> {
  for (const { channel, parkedBy, probe, resuming } of await store.parkedChannels()) {
    if (resuming || (parkedBy === undefined && probe?.state === 'ended')) {
      await store.resumeChannel(channel, undefined)
      log.info('channel resumed', { channel })
    } else if (parkedBy === undefined && (probe === undefined || probe.ageS >= PROBE_S)) {
      const lane = await store.probeChannel(channel)
      if (lane !== undefined) ring(lane)
      else await store.resumeChannel(channel, undefined)
    }
  }
}
