/** The channel of SFM's medication documents: door check, answers, the one message type (surfaces.md). */
import { ERRORS, type HubError, isHubError, type Problem } from '../../src/core/errors.js'
import type {
  ChannelProtocol,
  DoorResult,
  DoorSettings,
  Envelope,
  MessageType,
  Refusal,
  Reply,
  Subject,
} from '../../src/core/message.js'
import { DOOR_TITLES, PROBLEM_JSON, problemJson } from '../../src/core/problem-json.js'
import { type JsonLimits, readStrictJson } from '../devices/json-text.js'
import { isDateTime, toDateTime } from '../kith/dates.js'
import { openDocument, problemsOf, type SfmDocument } from './document.js'
import { mapDocument } from './map-document.js'

export const SFM_LIMITS: JsonLimits = { bytesMax: 10 * 1024 * 1024, depthMax: 64, keysMax: 500_000 }
export const SFM_MEDICATION = 'sfm-medication'

export const sfmProtocol: ChannelProtocol = {
  channel: 'sfm',
  check,
  answer(_envelope, _raw, outcome) {
    switch (outcome.kind) {
      case 'accepted':
        return {
          status: 202,
          contentType: 'application/json; charset=utf-8',
          body: JSON.stringify({ status: 'accepted' }),
        }
      case 'conflict':
        return problem(
          {
            code: 'MESSAGE_CONFLICT',
            problems: [
              { at: 'Composition.identifier', text: 'is known with other content; nothing was changed' },
            ],
          },
          'this document is known with other content',
        )
      case 'refused':
        return problem(outcome.refusal, 'the document is refused')
    }
  },
  answersWithEffect: new Set(),
  // What `parse` gives is what `map` gets; the registry of all channels cannot say so in its type.
  types: new Map([[SFM_MEDICATION, medicationType() as MessageType]]),
}

function medicationType(): MessageType<SfmDocument> {
  return {
    kind: SFM_MEDICATION,
    // Which numbers are taken was decided at the door.
    parse: (raw) => openDocument(readStrictJson(raw, SFM_LIMITS)),
    map: mapDocument,
  }
}

function check(raw: Uint8Array, settings: DoorSettings): DoorResult {
  let document: SfmDocument
  try {
    document = openDocument(readStrictJson(raw, SFM_LIMITS))
  } catch (error) {
    if (!isHubError(error)) throw error
    return { kind: 'unreadable', refusal: refusalOf(error) }
  }
  const problems = problemsOf(document, settings.syntheticIds)
  if (problems.length > 0)
    return {
      kind: 'refuse',
      envelope: envelopeOf(document, { by: 'none' }, settings),
      refusal: { code: 'IDENTITY_INVALID', problems },
    }
  const subject: Subject = { by: 'person', identifiers: document.identities }
  return { kind: 'accept', items: [envelopeOf(document, subject, settings)] }
}

const refusalOf = (error: HubError): Refusal => ({
  code: error.code,
  problems: [{ at: error.at ?? '', text: error.message } satisfies Problem],
})

function envelopeOf(document: SfmDocument, subject: Subject, settings: DoorSettings): Envelope {
  const { fetchedAt } = document
  return {
    channel: 'sfm',
    kind: SFM_MEDICATION,
    sender: document.sender,
    messageId: document.messageId,
    part: 0,
    ...(fetchedAt !== undefined && isDateTime(fetchedAt)
      ? { sentAt: toDateTime(fetchedAt, settings.zone) }
      : {}),
    subject,
  }
}

function problem({ code, problems }: Refusal, detail: string): Reply {
  const { status } = ERRORS[code]
  const title = DOOR_TITLES[code] ?? code
  return {
    status,
    contentType: PROBLEM_JSON,
    body: problemJson({ code, title, status, detail, problems }),
  }
}
