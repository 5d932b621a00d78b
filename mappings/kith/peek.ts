/** What can be told of a message before its structure is checked: kind, sender, id, time (reliability.md 3, rule 5). */
import { appRecIdents } from './apprec.js'
import { isUuid } from './build.js'
import { APPREC_KIND, KIND_OF_TYPE, NS } from './namespaces.js'
import { child, children } from './reader.js'
import type { XmlElement } from './xml.js'

export interface Peeked {
  readonly kind: string
  readonly sender: string | undefined
  /** UUIDs in lower case, anything else as sent. */
  readonly messageId: string | undefined
  readonly genDate: string | undefined
}

const SENDER_ID_CHARACTERS_MAX = 100
const KIND_CHARACTERS_MAX = 20

/** undefined when the root is no MsgHead of version 1.2. */
export function peekMsgHead(root: XmlElement): Peeked | undefined {
  if (root.local !== 'MsgHead' || root.ns !== NS.msgHead) return undefined
  const info = child(root, 'MsgInfo')
  const sender = info && child(info, 'Sender')
  const organisation = sender && child(sender, 'Organisation')
  const type = (info && child(info, 'Type')?.attributes['V']?.trim()) ?? ''
  return {
    kind: KIND_OF_TYPE.get(type) ?? (/^[\w.-]+$/.test(type) ? type.slice(0, KIND_CHARACTERS_MAX) : 'unknown'),
    sender: organisation && senderKey(msgHeadIdents(organisation)),
    messageId: messageIdOf(info && child(info, 'MsgId')?.text),
    genDate: info && child(info, 'GenDate')?.text.trim(),
  }
}

export function peekAppRec(root: XmlElement): Peeked {
  const sender = child(root, 'Sender')
  return {
    kind: APPREC_KIND,
    sender: sender && senderKey(appRecIdents(sender)),
    messageId: messageIdOf(child(root, 'Id')?.text),
    genDate: child(root, 'GenDate')?.text.trim(),
  }
}

function messageIdOf(text: string | undefined): string | undefined {
  const id = text?.trim()
  if (!id) return undefined
  return isUuid(id) ? id.toLowerCase() : id
}

function msgHeadIdents(element: XmlElement): readonly { readonly type: string; readonly id: string }[] {
  return children(element, 'Ident').flatMap((ident) => {
    const id = child(ident, 'Id')?.text.trim()
    const type = child(ident, 'TypeId')?.attributes['V']?.trim()
    return id && type ? [{ type, id }] : []
  })
}

/** HER-id, else organisation number, else the first other id with its type. */
function senderKey(idents: readonly { readonly type: string; readonly id: string }[]): string | undefined {
  const known = idents.find(({ type }) => type === 'HER')?.id ?? idents.find(({ type }) => type === 'ENH')?.id
  const [first] = idents
  const key = known ?? (first && `${first.type}:${first.id}`)
  return key !== undefined && key.length <= SENDER_ID_CHARACTERS_MAX ? key : undefined
}
