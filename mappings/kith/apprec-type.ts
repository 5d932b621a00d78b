/** AppRec as a message type: it answers messages that the hub sent and changes nothing about a patient. */
import { HubError, type Problem } from '../../src/core/errors.js'
import type { MessageType, Unmapped } from '../../src/core/message.js'
import { type AppRec, readAppRec } from './apprec.js'
import { receiptOf } from './apprec-to-receipt.js'
import { isDateTime, toDateTime } from './dates.js'
import { APPREC_KIND } from './namespaces.js'
import { openReader } from './reader.js'
import { parseXml } from './xml.js'

export const appRecType: MessageType = {
  kind: APPREC_KIND,
  parse: (raw): AppRec => {
    const root = parseXml(raw)
    const problems: Problem[] = []
    const receipt = readAppRec(openReader(root), root, problems)
    if (problems.length > 0)
      throw new HubError('MESSAGE_INVALID', 'the receipt is not complete', { issues: problems })
    return receipt
  },
  map: (message, context) => {
    // Rows of this kind hold what `parse` above gave.
    const receipt = message as AppRec
    return {
      source: {
        key: `eresept|${context.sender}`,
        role: 'client',
        name: receipt.senderName ?? context.sender,
      },
      authorship: {
        recorded: isDateTime(receipt.genDate)
          ? toDateTime(receipt.genDate, context.zone)
          : context.receivedAt,
      },
      resources: [],
      amendments: [],
      identifiers: [],
      receipt: receiptOf(receipt, context.zone, context.receivedAt),
      unmapped: setAside(receipt),
    }
  },
}

const setAside = (receipt: AppRec): readonly Unmapped[] =>
  [
    'AppRec/MsgType',
    'AppRec/MIGversion',
    'AppRec/SoftwareName',
    'AppRec/SoftwareVersion',
    'AppRec/Sender',
    'AppRec/Receiver',
    'AppRec/Status',
    'AppRec/OriginalMsgId',
    ...receipt.errors.map((_, index) => `AppRec/Error[${index + 1}]`),
  ].map((at) => ({ at, reason: 'administrative', note: 'receipt for a message that was sent' }))
