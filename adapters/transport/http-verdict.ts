/** What an HTTP outcome says of a delivery (reliability.md 6.6). Pure. */
import type { Verdict } from '../../src/core/delivery.js'
import type { HttpAnswer, HttpOutcome } from './http.js'

/** Longest wait that a receiver can ask for. */
const RETRY_AFTER_MS_MAX = 3_600_000
/** Answers by which a receiver says that it did not take the request now. */
const NOT_NOW = new Set([408, 425, 429, 503])

export function verdictOf(outcome: HttpOutcome, nowMs: number): Verdict {
  if (outcome.kind === 'answered') return verdictOfAnswer(outcome.answer, nowMs)
  return { kind: outcome.sent ? 'unknown' : 'retry', code: outcome.fault }
}

function verdictOfAnswer({ status, retryAfter }: HttpAnswer, nowMs: number): Verdict {
  if (status >= 200 && status < 300) return { kind: 'delivered', status }
  if (status === 410) return { kind: 'gone', code: 'gone', status }
  if (NOT_NOW.has(status)) {
    const afterMs = retryAfterMs(retryAfter, nowMs)
    return { kind: 'retry', code: 'answer-status', status, ...(afterMs === undefined ? {} : { afterMs }) }
  }
  // A server that broke down may have done its work before.
  if (status >= 500) return { kind: 'unknown', code: 'answer-status', status }
  return { kind: 'refused', code: 'answer-status', status }
}

/** RFC 9110 10.2.3: seconds or a date; one hour at most. Undefined when it is neither. */
export function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX)
}
