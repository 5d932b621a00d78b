/** A dead letter is run again: it goes to the end of its lane, and never overwrites what is newer. */
import type { LaneKey, MessageId } from '../core/ids.js'
import type { Store } from '../store/contract.js'

export async function replayMessage(
  store: Pick<Store, 'message' | 'replay'>,
  ring: (lane: LaneKey) => void,
  id: MessageId,
  who: string,
): Promise<'replayed' | 'not-dead' | 'unknown'> {
  if ((await store.message(id)) === undefined) return 'unknown'
  const lane = await store.replay(id, who)
  if (lane === undefined) return 'not-dead'
  ring(lane)
  return 'replayed'
}
