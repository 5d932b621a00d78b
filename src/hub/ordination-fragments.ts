/** The sources' own bytes of what they prescribed, out of the raw messages, as long as these are kept. */
import { fragmentsOf } from '../../mappings/kith/write/fragments.js'
import type { MessageId } from '../core/ids.js'
import type { Store } from '../store/contract.js'

/** @returns text of ReseptDokLegemiddelB64 of an entry in a received list; undefined when there is none */
export type FragmentOf = (messageId: MessageId, entryId: string) => Promise<string | undefined>

/** Each message is read once. */
export function fragmentReader(store: Pick<Store, 'message' | 'rawMessage'>): FragmentOf {
  const read = new Map<MessageId, Promise<ReadonlyMap<string, string>>>()
  return async (messageId, entryId) => {
    const known = read.get(messageId) ?? readFragments(store, messageId)
    read.set(messageId, known)
    return (await known).get(entryId.toLowerCase())
  }
}

async function readFragments(
  store: Pick<Store, 'message' | 'rawMessage'>,
  messageId: MessageId,
): Promise<ReadonlyMap<string, string>> {
  const message = await store.message(messageId)
  if (message?.channel !== 'eresept') return new Map()
  const raw = await store.rawMessage(messageId)
  return raw === undefined ? new Map() : fragmentsOf(raw.body)
}
