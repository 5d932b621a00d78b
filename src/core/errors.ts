/**
 * Every error of the hub: one union of codes, one table that says what each means to an HTTP client (status, FHIR
 * issue type) and to the queue (fate). API and queue read this table; codes are never reused.
 * Source: reliability.md 4 (fates), fhir-api.md 10 (statuses and issue codes).
 */
export type HubErrorCode =
  | 'MESSAGE_UNREADABLE'
  | 'MESSAGE_INVALID'
  | 'MESSAGE_TYPE_UNSUPPORTED'
  | 'MESSAGE_TOO_LARGE'
  | 'MESSAGE_CONFLICT'
  | 'MEDIA_TYPE_UNSUPPORTED'
  | 'NOT_ACCEPTABLE'
  | 'RESOURCE_INVALID'
  | 'RESOURCE_STRUCTURE'
  | 'CODE_UNMAPPED'
  | 'IDENTITY_INVALID'
  | 'IDENTITY_CONFLICT'
  | 'NATIONAL_ID_IN_URL'
  | 'REFERENCE_UNKNOWN'
  | 'NOT_FOUND'
  | 'GONE'
  | 'METHOD_NOT_ALLOWED'
  | 'HOST_REFUSED'
  | 'CROSS_SITE'
  | 'QUERY_INVALID'
  | 'TOO_COSTLY'
  | 'URL_TOO_LONG'
  | 'REQUEST_TIMEOUT'
  | 'VERSION_STALE'
  | 'CONDITION_INVALID'
  | 'MULTIPLE_MATCHES'
  | 'PRECONDITION_REQUIRED'
  | 'MERGE_CYCLE'
  | 'DEVICE_UNKNOWN'
  | 'DEVICE_UNASSIGNED'
  | 'ASSIGNMENT_CONFLICT'
  | 'CRASHES_WORKER'
  | 'LEASE_LOST'
  | 'CONCURRENT_CHANGE'
  | 'STORE_UNAVAILABLE'
  | 'STORE_FULL'
  | 'STORE_OUTCOME_UNKNOWN'
  | 'STORE_LOCKED'
  | 'STORE_SCHEMA'
  | 'STORE_UNSAFE'
  | 'OVERLOADED'
  | 'LANE_BUSY'
  | 'STATE_CONFLICT'
  | 'CHANNEL_MISCONFIGURED'
  | 'DESTINATIONS_STALE'
  | 'MESSAGE_UNSENDABLE'
  | 'UNEXPECTED'

/** What becomes of the inbox row whose processing failed with this code (reliability.md 4). */
export type Fate = 'retry' | 'look-up' | 'dead-letter' | 'park-channel' | 'bug'

/** FHIR R4 issue-type codes that the hub uses. */
export type IssueType =
  | 'invalid'
  | 'structure'
  | 'value'
  | 'required'
  | 'invariant'
  | 'not-supported'
  | 'not-found'
  | 'deleted'
  | 'too-long'
  | 'too-costly'
  | 'conflict'
  | 'multiple-matches'
  | 'duplicate'
  | 'code-invalid'
  | 'business-rule'
  | 'transient'
  | 'timeout'
  | 'throttled'
  | 'exception'
  | 'lock-error'
  | 'forbidden'

export interface ErrorRow {
  readonly status: number
  readonly issue: IssueType
  readonly fate: Fate
}

export const ERRORS: Readonly<Record<HubErrorCode, ErrorRow>> = {
  MESSAGE_UNREADABLE: { status: 400, issue: 'structure', fate: 'dead-letter' },
  MESSAGE_INVALID: { status: 422, issue: 'invalid', fate: 'dead-letter' },
  MESSAGE_TYPE_UNSUPPORTED: { status: 400, issue: 'not-supported', fate: 'dead-letter' },
  MESSAGE_TOO_LARGE: { status: 413, issue: 'too-long', fate: 'dead-letter' },
  MESSAGE_CONFLICT: { status: 409, issue: 'duplicate', fate: 'dead-letter' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, issue: 'not-supported', fate: 'dead-letter' },
  NOT_ACCEPTABLE: { status: 406, issue: 'not-supported', fate: 'dead-letter' },
  RESOURCE_INVALID: { status: 422, issue: 'invariant', fate: 'dead-letter' },
  RESOURCE_STRUCTURE: { status: 400, issue: 'structure', fate: 'dead-letter' },
  CODE_UNMAPPED: { status: 422, issue: 'code-invalid', fate: 'dead-letter' },
  IDENTITY_INVALID: { status: 422, issue: 'value', fate: 'dead-letter' },
  IDENTITY_CONFLICT: { status: 409, issue: 'conflict', fate: 'dead-letter' },
  NATIONAL_ID_IN_URL: { status: 400, issue: 'business-rule', fate: 'dead-letter' },
  REFERENCE_UNKNOWN: { status: 422, issue: 'business-rule', fate: 'dead-letter' },
  NOT_FOUND: { status: 404, issue: 'not-found', fate: 'dead-letter' },
  GONE: { status: 410, issue: 'deleted', fate: 'dead-letter' },
  METHOD_NOT_ALLOWED: { status: 405, issue: 'not-supported', fate: 'dead-letter' },
  HOST_REFUSED: { status: 421, issue: 'forbidden', fate: 'dead-letter' },
  CROSS_SITE: { status: 403, issue: 'forbidden', fate: 'dead-letter' },
  QUERY_INVALID: { status: 400, issue: 'value', fate: 'dead-letter' },
  TOO_COSTLY: { status: 400, issue: 'too-costly', fate: 'dead-letter' },
  URL_TOO_LONG: { status: 414, issue: 'too-long', fate: 'dead-letter' },
  REQUEST_TIMEOUT: { status: 408, issue: 'timeout', fate: 'retry' },
  VERSION_STALE: { status: 412, issue: 'conflict', fate: 'dead-letter' },
  CONDITION_INVALID: { status: 412, issue: 'business-rule', fate: 'dead-letter' },
  MULTIPLE_MATCHES: { status: 412, issue: 'multiple-matches', fate: 'dead-letter' },
  PRECONDITION_REQUIRED: { status: 428, issue: 'required', fate: 'dead-letter' },
  MERGE_CYCLE: { status: 409, issue: 'conflict', fate: 'dead-letter' },
  DEVICE_UNKNOWN: { status: 422, issue: 'not-found', fate: 'dead-letter' },
  DEVICE_UNASSIGNED: { status: 422, issue: 'not-found', fate: 'dead-letter' },
  ASSIGNMENT_CONFLICT: { status: 409, issue: 'conflict', fate: 'dead-letter' },
  CRASHES_WORKER: { status: 500, issue: 'exception', fate: 'dead-letter' },
  LEASE_LOST: { status: 503, issue: 'lock-error', fate: 'retry' },
  CONCURRENT_CHANGE: { status: 409, issue: 'conflict', fate: 'retry' },
  STORE_UNAVAILABLE: { status: 503, issue: 'transient', fate: 'retry' },
  STORE_FULL: { status: 503, issue: 'transient', fate: 'retry' },
  STORE_OUTCOME_UNKNOWN: { status: 503, issue: 'timeout', fate: 'look-up' },
  STORE_LOCKED: { status: 503, issue: 'lock-error', fate: 'retry' },
  STORE_SCHEMA: { status: 503, issue: 'exception', fate: 'retry' },
  STORE_UNSAFE: { status: 503, issue: 'exception', fate: 'retry' },
  OVERLOADED: { status: 429, issue: 'throttled', fate: 'retry' },
  LANE_BUSY: { status: 503, issue: 'timeout', fate: 'retry' },
  DESTINATIONS_STALE: { status: 503, issue: 'conflict', fate: 'park-channel' },
  MESSAGE_UNSENDABLE: { status: 422, issue: 'business-rule', fate: 'dead-letter' },
  STATE_CONFLICT: { status: 409, issue: 'conflict', fate: 'dead-letter' },
  CHANNEL_MISCONFIGURED: { status: 503, issue: 'transient', fate: 'park-channel' },
  UNEXPECTED: { status: 500, issue: 'exception', fate: 'bug' },
}

export interface ErrorDetail {
  /** The place: HL7 path (`RXE-3`), XPath-like path, JSON pointer or FHIRPath. Never a value. */
  readonly at?: string
  /** The protocol's own code: HL7 table 0357 (`101`), Volven 8221 (`E31`). */
  readonly protocolCode?: string
  /** All problems, when there is more than one. */
  readonly issues?: readonly Problem[]
  readonly cause?: unknown
}

/** One problem in a message or resource: the place and the rule, never the value. */
export interface Problem {
  readonly at: string
  readonly text: string
  readonly code?: HubErrorCode
  readonly protocolCode?: string
}

/** The one error class. `message` is safe to show: it names the rule and the place, never patient data. */
export class HubError extends Error {
  readonly code: HubErrorCode
  readonly at: string | undefined
  readonly protocolCode: string | undefined
  readonly issues: readonly Problem[]

  constructor(code: HubErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'HubError'
    this.code = code
    this.at = detail.at
    this.protocolCode = detail.protocolCode
    this.issues = detail.issues ?? []
  }
}

export const isHubError = (error: unknown): error is HubError => error instanceof HubError

/** The code of anything thrown: what no row covers is UNEXPECTED (a bug). */
export const codeOf = (error: unknown): HubErrorCode => (isHubError(error) ? error.code : 'UNEXPECTED')
