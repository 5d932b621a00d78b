/** What must be known of a received message before it is passed on byte for byte. */
import { peekMsgHead } from './peek.js'
import { child, children } from './reader.js'
import { parseXml } from './xml.js'

export interface PassedOn {
  /** MsgId, UUIDs in lower case. */
  readonly messageId: string | undefined
  /** False when an access token was taken out before it was stored (redact.ts): its signature holds no more. */
  readonly whole: boolean
}

/** @throws HubError MESSAGE_UNREADABLE, MESSAGE_TOO_LARGE */
export function readPassedOn(raw: Uint8Array): PassedOn {
  const root = parseXml(raw)
  const containers = children(root, 'Document').flatMap((document) => {
    const refDoc = child(document, 'RefDoc')
    const content = refDoc && child(refDoc, 'Content')
    return content?.children.filter(({ local }) => local === 'Base64Container') ?? []
  })
  return {
    messageId: peekMsgHead(root)?.messageId,
    whole: containers.every(({ text }) => text.trim() !== ''),
  }
}
