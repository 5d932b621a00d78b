/** Refusals outside FHIR, HL7 v2 and AppRec: RFC 9457 `application/problem+json`, of one shape on every surface. */
import { codeSystemUrl } from './canonical.js'
import type { HubErrorCode, Problem } from './errors.js'

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8'

export interface ProblemText {
  readonly code: HubErrorCode
  /** The same for all problems of one code. */
  readonly title: string
  readonly status: number
  /** What is the matter this time; never a value. */
  readonly detail?: string
  readonly problems: readonly Problem[]
}

/** `{type, title, status, detail?, code, errors?}`. */
export function problemJson({ code, title, status, detail, problems }: ProblemText): string {
  return JSON.stringify({
    type: `${codeSystemUrl('error')}#${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
    ...(problems.length === 0 ? {} : { errors: problemErrors(problems) }),
  })
}

/** `at`: JSON pointer in JSON, path of elements in XML, query parameter or header elsewhere. `detail`: the rule there. */
export const problemErrors = (
  problems: readonly Problem[],
): readonly { readonly at: string; readonly detail: string }[] =>
  problems.map(({ at, text }) => ({ at, detail: text }))

/** Titles of what the doors of the channels refuse, in the words that the API has for the same codes. */
export const DOOR_TITLES: Partial<Readonly<Record<HubErrorCode, string>>> = {
  MESSAGE_UNREADABLE: 'The message cannot be read',
  MESSAGE_INVALID: 'The message breaks the rules of its type',
  MESSAGE_TYPE_UNSUPPORTED: 'The message type is not taken',
  MESSAGE_TOO_LARGE: 'The content is too large',
  MESSAGE_CONFLICT: 'The same message id was received with other content',
  IDENTITY_INVALID: 'An identifier is not valid',
}
