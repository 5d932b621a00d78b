import assert from 'node:assert/strict'
import type { HttpOutcome } from '../../../adapters/transport/http.js'
import { retryAfterMs, verdictOf } from '../../../adapters/transport/http-verdict.js'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')

const answered = (status: number, retryAfter?: string): HttpOutcome => ({
  kind: 'answered',
  answer: { status, retryAfter, contentType: undefined, body: Buffer.alloc(0), whole: true },
})
const verdict = (status: number, retryAfter?: string) => verdictOf(answered(status, retryAfter), NOW)

describe('verdict on an HTTP answer', () => {
  it('takes 2xx as delivered and 410 as gone', () => {
    for (const status of [200, 201, 202, 204, 299])
      assert.deepEqual(verdict(status), { kind: 'delivered', status })
    assert.deepEqual(verdict(410), { kind: 'gone', code: 'gone', status: 410 })
  })

  it('tries again what the receiver does not take now, after the time that it asks for', () => {
    for (const status of [408, 425, 429, 503])
      assert.deepEqual(verdict(status), { kind: 'retry', code: 'answer-status', status })
    assert.deepEqual(verdict(503, '120'), {
      kind: 'retry',
      code: 'answer-status',
      status: 503,
      afterMs: 120_000,
    })
  })

  it('leaves open whether a server that broke down has done its work', () => {
    for (const status of [500, 502, 504, 599])
      assert.deepEqual(verdict(status), { kind: 'unknown', code: 'answer-status', status })
  })

  it('counts redirects and other refusals as refused', () => {
    for (const status of [300, 301, 304, 308, 400, 401, 403, 404, 409, 422])
      assert.deepEqual(verdict(status), { kind: 'refused', code: 'answer-status', status })
  })

  it('tells what may have been taken from what cannot have been', () => {
    assert.deepEqual(verdictOf({ kind: 'failed', fault: 'answer-timeout', sent: true }, NOW), {
      kind: 'unknown',
      code: 'answer-timeout',
    })
    assert.deepEqual(verdictOf({ kind: 'failed', fault: 'tls', sent: false }, NOW), {
      kind: 'retry',
      code: 'tls',
    })
  })

  it('reads Retry-After as seconds or as a date, an hour at most', () => {
    assert.equal(retryAfterMs('30', NOW), 30_000)
    assert.equal(retryAfterMs('86400', NOW), 3_600_000)
    assert.equal(retryAfterMs('Sun, 01 Mar 2026 12:01:00 GMT', NOW), 60_000)
    assert.equal(retryAfterMs('Sun, 01 Mar 2026 11:00:00 GMT', NOW), 0)
    for (const text of [undefined, '', 'soon', '-5 apples']) assert.equal(retryAfterMs(text, NOW), undefined)
  })
})
