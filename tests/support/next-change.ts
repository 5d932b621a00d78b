/** Time alone: whether the engine names the instant at which its answer changes. */
import assert from 'node:assert/strict'
import type { Fact, ListResult } from '../../src/medication-list/contract.js'
import { type DeriveOptions, derive, issueOf } from './clinical-facts.js'

const STEPS_MAX = 400

/**
 * Follows `nextChangeAt` from `at` until the answer holds, as the sweep does, and checks that it did not hold a
 * millisecond before. Gives the ISO instant.
 */
export function instantWhen(
  facts: readonly Fact[],
  holds: (result: ListResult) => boolean,
  options: DeriveOptions & { readonly at: string },
): string {
  let { at } = options
  assert.ok(!holds(derive(facts, options)), 'it holds from the beginning')
  for (let step = 0; step < STEPS_MAX; step++) {
    const next = derive(facts, { ...options, at }).nextChangeAt
    assert.ok(next !== undefined, `nothing more changes after ${at}`)
    at = next
    if (!holds(derive(facts, { ...options, at }))) continue
    const before = new Date(Date.parse(at) - 1).toISOString()
    assert.ok(!holds(derive(facts, { ...options, at: before })), `it held before ${at}, and nobody looked`)
    return at
  }
  throw new Error(`not within ${STEPS_MAX} changes`)
}

/** Whether an issue of the code is open with that severity. */
export const withSeverity =
  (code: string, severity: 'low' | 'moderate' | 'high') =>
  (result: ListResult): boolean =>
    issueOf(result, code)?.severity === severity
