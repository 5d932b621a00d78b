/** Errors outside FHIR: RFC 9457 `application/problem+json`. */
import { codeSystemUrl } from '../core/canonical.js'
import { codeOf, ERRORS, isHubError } from '../core/errors.js'
import { ERROR_TEXTS } from './error-texts.js'
import { ISSUES_MAX, RETRY_AFTER_S } from './limits.js'

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8'

export interface ProblemAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer to anything thrown; a bug is told as such and nothing more. */
export function problemAnswer(error: unknown): ProblemAnswer {
  const code = codeOf(error)
  const { status } = ERRORS[code]
  const problems = isHubError(error) ? error.issues.slice(0, ISSUES_MAX) : []
  return {
    status,
    headers: {
      'Content-Type': PROBLEM_JSON,
      ...(status === 503 || status === 429 ? { 'Retry-After': String(RETRY_AFTER_S) } : {}),
    },
    body: JSON.stringify({
      type: `${codeSystemUrl('error')}#${code}`,
      title: ERROR_TEXTS[code].en,
      status,
      ...(isHubError(error) ? { detail: error.message } : {}),
      code,
      ...(isHubError(error) && error.at !== undefined ? { at: error.at } : {}),
      ...(problems.length === 0 ? {} : { problems }),
    }),
  }
}
