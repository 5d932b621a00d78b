/** The MsgHead of a business receipt or an answer: addresses of the message it answers mirrored, thread kept (eresept.md 2.4). */
import type { ReceiptContext } from '../../src/core/message.js'
import { encodeBytes } from './base64.js'
import type { Head } from './msghead.js'
import { NS } from './namespaces.js'
import { asNode, node, type XmlNode } from './xml-write.js'

/** `type`: code of MsgInfo/Type (Volven 8279) with its display. */
export function replyHead(
  head: Head,
  type: { readonly V: string; readonly DN: string },
  payload: XmlNode,
  { newId, now }: Pick<ReceiptContext, 'newId' | 'now'>,
  attachments: readonly Uint8Array[] = [],
  patient?: XmlNode,
): XmlNode {
  return node(
    'MsgHead',
    [
      node('MsgInfo', [
        node('Type', undefined, type),
        node('MIGversion', 'v1.2 2006-05-24'),
        node('GenDate', now),
        node('MsgId', newId),
        node('ConversationRef', [
          node('RefToParent', head.msgId),
          node('RefToConversation', head.refToConversation ?? head.msgId),
        ]),
        node('Sender', [asNode(head.receiverElement)]),
        node('Receiver', [asNode(head.senderElement)]),
        patient,
      ]),
      node('Document', [
        node('RefDoc', [
          node('MsgType', undefined, { V: 'XML', DN: 'XML-instans' }),
          node('Content', [payload]),
        ]),
      ]),
      ...attachments.map(attachmentNode),
    ],
    { xmlns: NS.msgHead },
  )
}

/** Every document but the first is a whole message of its own, byte for byte (eresept.md 2, fact 3). */
const attachmentNode = (bytes: Uint8Array): XmlNode =>
  node('Document', [
    node('DocumentConnection', undefined, { V: 'V', DN: 'Vedlegg' }),
    node('RefDoc', [
      node('MsgType', undefined, { V: 'XML', DN: 'XML-instans' }),
      node('Content', [node('Base64Container', encodeBytes(bytes), { xmlns: NS.base64 })]),
    ]),
  ])
