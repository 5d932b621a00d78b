/** Answers of the device intake: 202 as JSON, everything else as a problem (RFC 9457) with JSON pointers. */
import { ERRORS } from '../../src/core/errors.js'
import type { Refusal, Reply } from '../../src/core/message.js'
import { DOOR_TITLES, PROBLEM_JSON, problemJson } from '../../src/core/problem-json.js'

export const acceptedReply = (): Reply => ({
  status: 202,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify({ status: 'accepted' }),
})

export const refusalReply = (refusal: Refusal): Reply => problem(refusal, 'the event is refused')

export const conflictReply = (): Reply =>
  problem(
    {
      code: 'MESSAGE_CONFLICT',
      problems: [{ at: '/eventId', text: 'is known with other content; nothing was changed' }],
    },
    'this event id is known with other content',
  )

function problem({ code, problems }: Refusal, detail: string): Reply {
  const { status } = ERRORS[code]
  const title = DOOR_TITLES[code] ?? code
  return {
    status,
    contentType: PROBLEM_JSON,
    body: problemJson({ code, title, status, detail, problems }),
  }
}
