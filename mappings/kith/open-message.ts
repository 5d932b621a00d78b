/** From bytes to a checked and read message: the one place where door check and processing look at a message. */
import type { Problem } from '../../src/core/errors.js'
import type { Subject } from '../../src/core/message.js'
import { type OpenAttached, readAttachments } from './attachments.js'
import { isUuid } from './build.js'
import { attachmentsOf, carrierOf } from './containers.js'
import type { HeadMessage, KithKind, Whom } from './kind.js'
import { type Head, MSG_HEAD, payloadOf, readHead } from './msghead.js'
import type { SyntheticIds } from './national-id.js'
import { checkIdents, checkPatient } from './patient-check.js'
import { administrative, child, children, closeReader, openReader, type Reader } from './reader.js'
import { checkShape } from './shape.js'
import { identitiesOf, othersOf } from './whom.js'
import { pathOf, type XmlElement } from './xml.js'

export interface OpenedMessage<Payload> {
  /** Every fault found; the message is acceptable when there is none. */
  readonly problems: readonly Problem[]
  /** Whom it is about, one for each part; empty when there is a fault. */
  readonly subjects: readonly Subject[]
  /** undefined when there is a fault. */
  readonly message: HeadMessage<Payload> | undefined
}

/** Checks the structure, then reads, then checks what only the values tell: ids, patient, embedded prescriptions. */
export function openHeadMessage<Payload>(
  row: KithKind<Payload>,
  root: XmlElement,
  sender: string,
  synthetic: SyntheticIds,
  openAttached: OpenAttached,
  part = 0,
): OpenedMessage<Payload> {
  const problems: Problem[] = []
  checkShape(root, MSG_HEAD, problems)
  const element = payloadOf(root)
  if (element === undefined) {
    if (problems.length === 0) problems.push(fault(`${contentPath(root)}`, 'T02', 'content is missing'))
    return refused(problems)
  }
  const format = [row.payload, ...(row.otherFormats ?? [])].find(
    ({ local, ns }) => element.ns === ns && element.local === local,
  )
  if (format === undefined)
    return refused([fault(pathOf(element), 'T10', `${row.kind} in this format is not supported`)])
  checkShape(element, format.shape, problems)
  if (problems.length > 0) return refused(problems)
  const reader = openReader(root)
  const head = readHead(reader, root)
  const payload = row.read(reader, element, problems)
  if (!isUuid(head.msgId)) problems.push(fault('MsgHead/MsgInfo/MsgId', 'E10', 'message id is not a UUID'))
  const carriers = [...attachmentsOf(root), ...(row.inside?.(element) ?? []).map(carrierOf)]
  const attached = readAttachments(reader, carriers, row.opens ?? NONE, openAttached, synthetic, problems)
  const { identities, whom } = whomOf(row, { head, payload, attached }, sender, synthetic)
  problems.push(...whom.problems, ...othersOf(attached, whom), ...(row.check?.(head, payload) ?? []))
  if (problems.length > 0) return refused(problems)
  setAside(reader, root, head)
  const subject = whom.subjects[part]
  return {
    problems,
    subjects: whom.subjects,
    message: {
      head,
      payload,
      identities: subject === undefined ? identities : (identitiesOf(subject) ?? identities),
      attached,
      unmapped: closeReader(reader),
      part,
    },
  }
}

const NONE: ReadonlySet<string> = new Set()

function whomOf<Payload>(
  row: KithKind<Payload>,
  message: Pick<HeadMessage<Payload>, 'head' | 'payload' | 'attached'>,
  sender: string,
  synthetic: SyntheticIds,
): { readonly identities: HeadMessage<Payload>['identities']; readonly whom: Whom } {
  const { patient } = message.head
  if (row.patient !== 'elsewhere') {
    const { identities, problems } = checkPatient(
      patient,
      row.patient,
      row.reference?.(message.payload),
      sender,
      synthetic,
    )
    return { identities, whom: { problems, subjects: [{ by: 'person', identifiers: identities }] } }
  }
  const stated = patient === undefined ? undefined : checkIdents(patient, sender, synthetic)
  const whom = row.whom?.(message, { sender, synthetic, stated: stated?.identities ?? [] })
  return {
    identities: stated?.identities ?? [],
    whom: {
      problems: [...(stated?.problems ?? []), ...(whom?.problems ?? [])],
      subjects: whom?.subjects ?? [{ by: 'none' }],
    },
  }
}

const refused = (problems: readonly Problem[]): OpenedMessage<never> => ({
  problems,
  subjects: [],
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
  const [main] = children(root, 'Document')
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
  administrative(reader, child(root, 'Signature'), 'signature, kept in the raw message')
}

const fault = (at: string, protocolCode: string, rule: string): Problem => ({
  at,
  text: rule,
  code: protocolCode === 'T10' ? 'MESSAGE_TYPE_UNSUPPORTED' : 'MESSAGE_INVALID',
  protocolCode,
})
