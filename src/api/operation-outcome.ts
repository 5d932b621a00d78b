/** Errors and notices as OperationOutcome (fhir-api.md 10). */
import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js'
import { codeSystemUrl } from '../core/canonical.js'
import { codeOf, ERRORS, type HubErrorCode, isHubError, type Problem } from '../core/errors.js'
import { ERROR_TEXTS } from './error-texts.js'
import type { Answer } from './exchange.js'
import { ISSUES_MAX, RETRY_AFTER_S } from './limits.js'

const ERROR_SYSTEM = codeSystemUrl('error')
const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation'
const FHIR_PATH = /^[A-Z][A-Za-z]*(?:[.[]|$)/

/**
 * The answer to anything thrown. What is no HubError is a bug: 500 with a fixed text, and nothing of it is told.
 * All issues of a resource in one answer, at most 100 and then one that says so (E-03).
 */
export function errorAnswer(error: unknown): Answer {
  const status = statusOf(error)
  const retry = status === 503 || status === 429 ? { 'Retry-After': String(RETRY_AFTER_S) } : {}
  return {
    status,
    headers: retry,
    body: JSON.stringify({ resourceType: 'OperationOutcome', issue: issuesOf(error) }),
  }
}

/**
 * What FHIR does not know at all (an unknown property, a malformed date) is a bad request, whatever other rules the
 * resource breaks (N-08, N-09).
 */
function statusOf(error: unknown): number {
  const code = codeOf(error)
  const malformed =
    code === 'RESOURCE_INVALID' &&
    isHubError(error) &&
    error.issues.slice(0, ISSUES_MAX).some((problem) => problem.code === 'RESOURCE_STRUCTURE')
  return ERRORS[malformed ? 'RESOURCE_STRUCTURE' : code].status
}

export function outcome(issue: readonly OperationOutcomeIssue[]): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: [...issue] }
}

/** Notice that a parameter was left out of a lenient search (S-04). */
export const ignoredParameterIssue = (name: string): OperationOutcomeIssue => ({
  severity: 'warning',
  code: 'not-supported',
  diagnostics: `parameter was ignored: ${name}`,
})

/** For `Prefer: return=OperationOutcome` after a write. */
export const writtenIssue = (created: boolean): OperationOutcomeIssue => ({
  severity: 'information',
  code: 'informational',
  diagnostics: created ? 'created' : 'stored',
})

function issuesOf(error: unknown): OperationOutcomeIssue[] {
  if (!isHubError(error)) return [issue('UNEXPECTED', undefined, undefined)]
  if (error.issues.length === 0) return [issue(error.code, error.message, error.at)]
  const shown = error.issues.slice(0, ISSUES_MAX).map((problem) => problemIssue(error.code, problem))
  return error.issues.length <= ISSUES_MAX
    ? shown
    : [...shown, { severity: 'warning', code: 'incomplete', diagnostics: 'there are more issues' }]
}

const problemIssue = (code: HubErrorCode, problem: Problem): OperationOutcomeIssue =>
  issue(problem.code ?? code, problem.text, problem.at)

function issue(code: HubErrorCode, text: string | undefined, at: string | undefined): OperationOutcomeIssue {
  const { nb, en } = ERROR_TEXTS[code]
  // R4 has `expression` for FHIRPath only; a query parameter or header is named in the text.
  const path = at !== undefined && FHIR_PATH.test(at) ? at : undefined
  const diagnostics = at === undefined || path !== undefined ? text : `${at}: ${text}`
  return {
    severity: code === 'UNEXPECTED' ? 'fatal' : 'error',
    code: ERRORS[code].issue,
    details: {
      coding: [{ system: ERROR_SYSTEM, code, display: en }],
      text: en,
      _text: { extension: [translation('en', en), translation('nb', nb)] },
    },
    ...(diagnostics === undefined ? {} : { diagnostics }),
    ...(path === undefined ? {} : { expression: [path] }),
  }
}

const translation = (lang: string, content: string) => ({
  url: TRANSLATION,
  extension: [
    { url: 'lang', valueCode: lang },
    { url: 'content', valueString: content },
  ],
})
