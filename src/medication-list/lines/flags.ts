/** Entry flags and dates from one version of the list to the next (medication-list.md 2). */
import type { MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { mergeDatedCycles } from '../../core/dated-cycle.js'
import { sha256Hex } from '../../core/deterministic-id.js'
import type { EntryFlag, PreviousLine } from '../contract.js'
import type { LineModel } from './line.js'

const AS_OF = extensionUrl('as-of')
const CLOSING: ReadonlySet<EntryFlag> = new Set(['stopped', 'completed', 'merged', 'error'])
export const isClosing = (flag: EntryFlag): boolean => CLOSING.has(flag)

/** Hash over what a line means to a reader; where it comes from and by which ids it is known is not part of it. */
export function fingerprintOf(statement: MedicationStatement): string {
  const { status, statusReason, category, dosage, effectivePeriod, reasonCode, note, extension, contained } =
    statement
  const { medicationCodeableConcept, medicationReference } = statement
  return sha256Hex(
    JSON.stringify([
      status,
      statusReason,
      category,
      medicationCodeableConcept,
      medicationReference?.reference?.startsWith('#') ? contained : medicationReference,
      // That time goes on from one cycle to the next changes nothing.
      dosage && mergeDatedCycles(dosage),
      effectivePeriod,
      reasonCode,
      note,
      // That a source could not be read changes nothing in what it said.
      extension?.filter(({ url }) => url !== AS_OF),
    ]),
  )
}

/**
 * Undefined for a line that is not on this version: it ended, and was shown with its closing flag before, or ended so
 * long ago, or was never true, that it is not worth showing once.
 */
export function flagOf(
  line: LineModel,
  fingerprint: string,
  former: PreviousLine | undefined,
  endedRecently: boolean,
): EntryFlag | undefined {
  const wasOpen = former !== undefined && !isClosing(former.flag)
  switch (line.status) {
    case 'stopped':
    case 'completed':
      return wasOpen || (former === undefined && endedRecently) ? line.status : undefined
    case 'entered-in-error':
      return wasOpen ? 'error' : undefined
    case 'on-hold':
      if (!wasOpen) return 'new'
      if (former.status !== 'on-hold') return 'held'
      break
    case 'active':
      if (!wasOpen) return 'new'
      if (former.status === 'on-hold') return 'resumed'
      break
    case 'intended':
    case 'unknown':
      if (!wasOpen) return 'new'
      break
  }
  return former.fingerprint === fingerprint ? 'unchanged' : 'changed'
}
