/** A new inbox row as the intake functions of the database take it. */
import type { Subject } from '../core/message.js'
import type { NewMessage } from './inbox.js'
import { instantOrNull } from './rows.js'

export function messageJson(message: NewMessage) {
  const { envelope, body } = message
  return {
    id: message.id,
    channel: envelope.channel,
    sender: envelope.sender,
    messageId: envelope.messageId,
    part: envelope.part,
    kind: envelope.kind,
    envelope: { ...envelope, subject: storedSubject(envelope.subject) },
    subject: storedSubject(envelope.subject),
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
    contentType: message.contentType,
    contentHash: message.contentHash,
    state: message.state,
    reasonCode: message.reason?.code ?? null,
    reasonText: message.reason?.text ?? null,
    parentId: message.parentId ?? null,
    answer: message.answer ?? null,
    receivedAt: message.receivedAt,
  }
}

/** An unreadable instant must not stop the row from being stored: it then matches no assignment. */
function storedSubject(subject: Subject): Subject {
  if (subject.by !== 'device' || instantOrNull(subject.occurredAt) !== null) return subject
  return { ...subject, occurredAt: '-infinity' }
}
