/** The MsgHead of a business receipt: addresses of the message it answers mirrored, thread kept (eresept.md 2.4). */
import type { ReceiptContext } from '../../src/core/message.js'
import type { Head } from './msghead.js'
import { NS } from './namespaces.js'
import { asNode, node, type XmlNode } from './xml-write.js'

/** `type`: code of MsgInfo/Type (Volven 8279) with its display. */
export function replyHead(
  head: Head,
  type: { readonly V: string; readonly DN: string },
  payload: XmlNode,
  { newId, now }: Pick<ReceiptContext, 'newId' | 'now'>,
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
      ]),
      node('Document', [
        node('RefDoc', [
          node('MsgType', undefined, { V: 'XML', DN: 'XML-instans' }),
          node('Content', [payload]),
        ]),
      ]),
    ],
    { xmlns: NS.msgHead },
  )
}
