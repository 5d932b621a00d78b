/** From bytes to a checked and read message: the one place where door check and processing look at a message. */
import type { Problem } from '../../src/core/errors.js'
import type { Identity } from '../../src/core/message.js'
import { isUuid } from './build.js'
import type { HeadMessage, KithKind } from './kind.js'
import { type Head, MSG_HEAD, payloadOf, readHead } from './msghead.js'
import type { SyntheticIds } from './national-id.js'
import { checkPatient } from './patient-check.js'
import { administrative, child, children, closeReader, openReader, type Reader } from './reader.js'
import { checkShape } from './shape.js'
import { pathOf, type XmlElement } from './xml.js'

export interface OpenedMessage<Payload> {
  /** Every fault found; the message is acceptable when there is none. */
  readonly problems: readonly Problem[]
  readonly identities: readonly Identity[]
  /** undefined when there is a fault. */
  readonly message: HeadMessage<Payload> | undefined
}

/** Checks the structure, then reads, then checks what only the values tell: ids, patient, embedded prescriptions. */
export function openHeadMessage<Payload>(
  row: KithKind<Payload>,
  root: XmlElement,
  sender: string,
  synthetic: SyntheticIds,
): OpenedMessage<Payload> {
  const problems: Problem[] = []
  checkShape(root, MSG_HEAD, problems)
  const element = payloadOf(root)
  if (element === undefined) {
    if (problems.length === 0) problems.push(fault(`${contentPath(root)}`, 'T02', 'content is missing'))
  } else if (element.ns !== row.payload.ns || element.local !== row.payload.local)
    return refused([fault(pathOf(element), 'T10', `${row.kind} in this format is not supported`)])
  else checkShape(element, row.payload.shape, problems)
  if (element === undefined || problems.length > 0) return refused(problems)
  const reader = openReader(root)
  const head = readHead(reader, root)
  const payload = row.read(reader, element, problems)
  if (!isUuid(head.msgId)) problems.push(fault('MsgHead/MsgInfo/MsgId', 'E10', 'message id is not a UUID'))
  const patient = checkPatient(head.patient, row.patient, row.reference?.(payload), sender, synthetic)
  problems.push(...patient.problems)
  if (problems.length > 0) return refused(problems)
  setAside(reader, root, head)
  return {
    problems,
    identities: patient.identities,
    message: { head, payload, identities: patient.identities, unmapped: closeReader(reader) },
  }
}

const refused = (problems: readonly Problem[]): OpenedMessage<never> => ({
  problems,
  identities: [],
  message: undefined,
})

function contentPath(root: XmlElement): string {
  const document = child(root, 'Document')
  const refDoc = document && child(document, 'RefDoc')
  return refDoc === undefined ? 'MsgHead/Document/RefDoc/Content' : `${pathOf(refDoc)}/Content`
}

/** The parts of the envelope that say nothing about the patient's medicines. */
function setAside(reader: Reader, root: XmlElement, head: Head): void {
  const info = child(root, 'MsgInfo')
  const [main, ...attachments] = children(root, 'Document')
  if (info !== undefined) {
    for (const name of ['Type', 'MIGversion', 'ProcessingStatus', 'RequestedPriority', 'Ack', 'Receiver'])
      administrative(reader, child(info, name), 'envelope')
    for (const other of children(info, 'OtherReceiver')) administrative(reader, other, 'envelope')
    if (head.refToParent !== undefined)
      administrative(reader, child(info, 'ConversationRef'), 'thread of messages')
    const sender = child(info, 'Sender')
    administrative(reader, sender && child(sender, 'ComMethod'), 'envelope')
  }
  for (const part of main?.children ?? [])
    if (part.local !== 'RefDoc') administrative(reader, part, 'envelope')
    else
      for (const inner of part.children)
        if (inner.local !== 'Content') administrative(reader, inner, 'envelope')
  // Attachments are not opened: some are access tokens, which must not be read, logged or stored in clear.
  for (const attachment of attachments)
    administrative(reader, attachment, 'attachment, kept unopened in the raw message')
  administrative(reader, child(root, 'Signature'), 'signature, kept in the raw message')
}

const fault = (at: string, protocolCode: string, rule: string): Problem => ({
  at,
  text: rule,
  code: protocolCode === 'T10' ? 'MESSAGE_TYPE_UNSUPPORTED' : 'MESSAGE_INVALID',
  protocolCode,
})
