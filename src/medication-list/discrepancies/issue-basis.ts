/** What the predicate of a discrepancy read when it was found, as one word: it differs when that has changed (6.1). */
import type { DetectedIssue } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { sha256Hex } from '../../core/deterministic-id.js'

/** Hex digits kept. */
const DIGITS = 16
const EXPLANATION = extensionUrl('explanation')

export const issueBasis = ({ extension, severity }: Pick<DetectedIssue, 'extension' | 'severity'>): string =>
  sha256Hex(JSON.stringify([severity, extension?.find(({ url }) => url === EXPLANATION)?.extension])).slice(
    0,
    DIGITS,
  )
