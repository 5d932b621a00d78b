/** Answers of the device intake: 202 as JSON, everything else as a problem (RFC 9457) with JSON pointers. */
import { ERRORS, type HubErrorCode } from '../../src/core/errors.js'
import type { Refusal, Reply } from '../../src/core/message.js'

const TITLES: Partial<Readonly<Record<HubErrorCode, string>>> = {
  MESSAGE_UNREADABLE: 'The event could not be read',
  MESSAGE_INVALID: 'The event breaks the rules of the format',
  MESSAGE_TOO_LARGE: 'The event is too large',
  MESSAGE_CONFLICT: 'The event id is known with other content',
  IDENTITY_INVALID: 'An identifier of the person does not hold',
}

export const acceptedReply = (): Reply => ({
  status: 202,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify({ status: 'accepted' }),
})

export const refusalReply = (refusal: Refusal): Reply => problem(refusal)

export const conflictReply = (): Reply =>
  problem({
    code: 'MESSAGE_CONFLICT',
    problems: [{ at: '/eventId', text: 'is known with other content; nothing was changed' }],
  })

function problem({ code, problems }: Refusal): Reply {
  const { status } = ERRORS[code]
  return {
    status,
    contentType: 'application/problem+json; charset=utf-8',
    body: JSON.stringify({
      type: 'about:blank',
      title: TITLES[code] ?? 'The event was not taken',
      status,
      code,
      problems: problems.map(({ at, text }) => ({ pointer: at, detail: text })),
    }),
  }
}
