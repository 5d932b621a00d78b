/** What the predicate of a discrepancy read when it was found, as one word: it differs when that has changed (6.1). */
import type { DetectedIssue } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { sha256Hex } from '../../core/deterministic-id.js'

/** Hex digits kept. */
const DIGITS = 16
const EXPLANATION = extensionUrl('explanation')
/** Numbers that time alone moves while the facts stay the same. */
const MOVING: ReadonlySet<string | undefined> = new Set(['left', 'slots'])

export function issueBasis({ extension, severity }: Pick<DetectedIssue, 'extension' | 'severity'>): string {
  const parts = extension?.find(({ url }) => url === EXPLANATION)?.extension ?? []
  const read = parts.filter(
    ({ extension: number }) => !MOVING.has(number?.find(({ url }) => url === 'name')?.valueString),
  )
  return sha256Hex(JSON.stringify([severity, read])).slice(0, DIGITS)
}
