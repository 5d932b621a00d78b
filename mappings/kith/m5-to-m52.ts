/** M5 → M5.2 KvitteringTilbakekalling, the business receipt of a recall (eresept.md 5). */
import type { ReceiptContext, Reply } from '../../src/core/message.js'
import { displayOf } from './code-lists.js'
import type { Tilbakekalling } from './m5.js'
import type { Head } from './msghead.js'
import { NS, VOLVEN_OID } from './namespaces.js'
import { replyHead } from './reply-head.js'
import { node, writeXml, XML_DECLARATION } from './xml-write.js'

const RECALLED = '1'

/**
 * Always status 1: the hub keeps the recall, and it holds from its own time on also for a prescription that is not
 * here yet. Status 2 (being dispensed) is the broker's to say.
 */
export function m5ToM52(head: Head, recall: Tilbakekalling, context: ReceiptContext): Reply {
  const receipt = node(
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
  )
  const type = { V: 'ERM52', DN: 'Kvittering på tilbakekalling av resept' }
  return {
    status: 200,
    contentType: 'application/xml; charset=utf-8',
    body: XML_DECLARATION + writeXml(replyHead(head, type, receipt, context)),
  }
}
