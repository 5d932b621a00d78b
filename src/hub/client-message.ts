/** A FHIR write in the words of every other message: its inbox row, and what it says. */
import type { FhirResource } from 'fhir/r4.js'
import { messageId } from '../core/ids.js'
import type { Mapped } from '../core/message.js'
import type { NewId } from '../core/ports.js'
import type { NewMessage } from '../store/inbox.js'
import { identifiersOf } from './references.js'
import type { WriteRequest } from './write-request.js'

export interface ClientMessageDeps {
  readonly newId: NewId
  readonly hash: (bytes: Uint8Array) => string
  readonly encode: (text: string) => Uint8Array
}

/** @param now milliseconds since the epoch */
export function clientRow(
  deps: ClientMessageDeps,
  request: WriteRequest,
  id: string,
  now: number,
): NewMessage {
  const rowId = messageId(deps.newId())
  const body = deps.encode(JSON.stringify(request.body))
  return {
    id: rowId,
    envelope: {
      channel: 'fhir',
      kind: `${request.method}:${request.type}`,
      sender: request.clientId,
      messageId: rowId,
      part: 0,
      sentAt: new Date(now).toISOString(),
      subject: { by: 'none' },
    },
    body,
    contentType: 'application/fhir+json',
    contentHash: deps.hash(body),
    state: 'waiting',
    answer: { status: 200, contentType: 'application/fhir+json', body: `{"id":"${id}"}` },
    receivedAt: new Date(now).toISOString(),
  }
}

/** What the client says, without the resource itself, which is staged already. */
export function clientStatement(request: WriteRequest, body: FhirResource, receivedAt: string): Mapped {
  return {
    source: { key: `fhir|${request.clientId}`, role: 'client', name: request.clientId },
    authorship: {
      recorded: receivedAt,
      author: { type: 'Device', display: request.clientId },
      activity: request.method === 'create' ? 'CREATE' : 'UPDATE',
    },
    resources: [],
    amendments: [],
    identifiers: request.type === 'Patient' ? identifiersOf(body) : [],
    unmapped: [],
  }
}
