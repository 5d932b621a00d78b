/** What the predicate of a discrepancy read when it was found, as one word: it differs when that has changed (6.1). */
import type { DetectedIssue } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { sha256Hex } from '../../core/deterministic-id.js'
import type { IssueCode } from './discrepancy.js'

/** Hex digits kept. */
const DIGITS = 16
const EXPLANATION = extensionUrl('explanation')
/** Numbers that time alone moves while the facts stay the same: what is left, and which days or pouches are still to come. */
const MOVING: ReadonlyMap<string | undefined, readonly string[]> = new Map<IssueCode, readonly string[]>([
  ['dose-mismatch-device', ['day']],
  ['dose-mismatch-pack', ['day', 'days']],
  ['evidence-stale', ['slots']],
  ['missed-dose', ['count']],
  ['not-as-agreed', ['observed', 'since', 'slots', 'taken']],
  ['on-list-not-packed', ['day', 'days']],
  ['on-list-without-valid-prescription', ['left']],
  ['pack-device-mismatch', ['day']],
  ['stopped-still-loaded', ['count', 'next', 'slots']],
  ['stopped-still-packed', ['away', 'count', 'first', 'pouches']],
  ['supply-running-out', ['left']],
  ['unplanned-intake', ['count']],
])

export function issueBasis({ extension, severity }: Pick<DetectedIssue, 'extension' | 'severity'>): string {
  const parts = extension?.find(({ url }) => url === EXPLANATION)?.extension ?? []
  const moving = MOVING.get(parts.find(({ url }) => url === 'rule')?.valueCode) ?? []
  const read = parts.filter(
    ({ extension: number }) => !moving.includes(number?.find(({ url }) => url === 'name')?.valueString ?? ''),
  )
  return sha256Hex(JSON.stringify([severity, read])).slice(0, DIGITS)
}
