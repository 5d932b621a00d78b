/** M5 → M5.2 KvitteringTilbakekalling, the business receipt of a recall (eresept.md 5). */
import type { ReceiptContext, Reply } from '../../src/core/message.js'
import { displayOf } from './code-lists.js'
import type { Tilbakekalling } from './m5.js'
import type { Head } from './msghead.js'
import { NS, VOLVEN_OID } from './namespaces.js'
import { asNode, node, writeXml, XML_DECLARATION } from './xml-write.js'

const RECALLED = '1'

/**
 * Always status 1: the hub keeps the recall, and it holds from its own time on also for a prescription that is not
 * here yet. Status 2 (being dispensed) is the broker's to say. Sender and receiver are those of the M5, mirrored.
 */
export function m5ToM52(head: Head, recall: Tilbakekalling, context: ReceiptContext): Reply {
  const message = node(
    'MsgHead',
    [
      node('MsgInfo', [
        node('Type', undefined, { V: 'ERM52', DN: 'Kvittering på tilbakekalling av resept' }),
        node('MIGversion', 'v1.2 2006-05-24'),
        node('GenDate', context.now),
        node('MsgId', context.newId),
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
          node('Content', [
            node(
              'KvitteringTilbakekalling',
              [
                node('ReseptId', recall.reseptId),
                node('Status', undefined, {
                  V: RECALLED,
                  S: `${VOLVEN_OID}7503`,
                  DN: displayOf(7503, RECALLED),
                }),
              ],
              { xmlns: NS.m52 },
            ),
          ]),
        ]),
      ]),
    ],
    { xmlns: NS.msgHead },
  )
  return {
    status: 200,
    contentType: 'application/xml; charset=utf-8',
    body: XML_DECLARATION + writeXml(message),
  }
}
