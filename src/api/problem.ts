/** Errors outside FHIR: RFC 9457 `application/problem+json`. */
import { codeOf, ERRORS, type HubError, isHubError, type Problem } from '../core/errors.js'
import { PROBLEM_JSON, problemJson } from '../core/problem-json.js'
import { ERROR_TEXTS } from './error-texts.js'
import { ISSUES_MAX, RETRY_AFTER_S } from './limits.js'

export interface ProblemAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer to anything thrown; a bug is told as such and nothing more. */
export function problemAnswer(error: unknown): ProblemAnswer {
  const code = codeOf(error)
  const { status } = ERRORS[code]
  return {
    status,
    headers: {
      'Content-Type': PROBLEM_JSON,
      ...(status === 503 || status === 429 ? { 'Retry-After': String(RETRY_AFTER_S) } : {}),
    },
    body: problemJson({
      code,
      title: ERROR_TEXTS[code].en,
      status,
      ...(isHubError(error) ? { detail: error.message } : {}),
      problems: isHubError(error) ? problemsOf(error).slice(0, ISSUES_MAX) : [],
    }),
  }
}

/** One place alone is a problem like the others. */
const problemsOf = ({ issues, at, message }: HubError): readonly Problem[] =>
  issues.length > 0 || at === undefined ? issues : [{ at, text: message }]
