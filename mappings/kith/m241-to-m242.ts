/** M24.1 → M24.2 SvarSamtykke: the answer that a consent waits for (eresept.md 8). */
import type { ReceiptContext, Reply } from '../../src/core/message.js'
import type { Head } from './msghead.js'
import { NS } from './namespaces.js'
import { replyHead } from './reply-head.js'
import { node, writeXml, XML_DECLARATION } from './xml-write.js'

/** Always registered: the hub keeps every consent that it takes. */
export function m241ToM242(head: Head, context: ReceiptContext): Reply {
  const answer = node('SvarSamtykke', [node('Svar', undefined, { V: '1', DN: 'Registrert' })], {
    xmlns: NS.m242,
  })
  const type = { V: 'ERM242', DN: 'Svar samtykke' }
  return {
    status: 200,
    contentType: 'application/xml; charset=utf-8',
    body: XML_DECLARATION + writeXml(replyHead(head, type, answer, context)),
  }
}
