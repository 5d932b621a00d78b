/** AppRec → what the receiver said of a message of ours; matched by OriginalMsgId alone (eresept.md 3). */
import type { MessageReceipt } from '../../src/core/message.js'
import { type AppRec, isAppRec, readAppRec } from './apprec.js'
import { isDateTime, toUtc } from './dates.js'
import { openReader } from './reader.js'
import { parseXml } from './xml.js'

const REJECTED = '2'

/** @param receivedAt ISO instant, for a receipt whose own time cannot be read */
export function receiptOf(receipt: AppRec, zone: string, receivedAt: string): MessageReceipt {
  const code = receipt.errors.find(({ V }) => V !== undefined)?.V
  return {
    messageId: receipt.originalId.toLowerCase(),
    outcome: receipt.status.V === REJECTED ? 'rejected' : 'accepted',
    ...(code === undefined ? {} : { code }),
    at: isDateTime(receipt.genDate) ? toUtc(receipt.genDate, zone) : receivedAt,
  }
}

/**
 * Of the body of an answer; undefined when it is no complete AppRec.
 * @throws HubError MESSAGE_UNREADABLE, MESSAGE_TOO_LARGE
 */
export function readReceipt(body: Uint8Array, zone: string, receivedAt: string): MessageReceipt | undefined {
  const root = parseXml(body)
  if (!isAppRec(root)) return undefined
  const problems: Parameters<typeof readAppRec>[2] = []
  const receipt = readAppRec(openReader(root), root, problems)
  return problems.length > 0 ? undefined : receiptOf(receipt, zone, receivedAt)
}
