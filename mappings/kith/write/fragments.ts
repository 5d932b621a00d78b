/**
 * The prescribed part of received lists, byte for byte (eresept.md 11.5): where the treatment is still the one that the
 * source wrote, its own bytes are passed on.
 */
import type { Dosage, MedicationStatement } from 'fhir/r4.js'
import { payloadOf } from '../msghead.js'
import { child, children } from '../reader.js'
import { parseXml } from '../xml.js'
import { medicationOf } from './resept-dok.js'
import { sourceDosages } from './statement-to-oppforing.js'

/**
 * Text of ReseptDokLegemiddelB64 by entry id (lower case), as it stands in the message. Empty for a message without lists.
 * @throws HubError MESSAGE_UNREADABLE, MESSAGE_TOO_LARGE
 */
export function fragmentsOf(raw: Uint8Array): ReadonlyMap<string, string> {
  const payload = payloadOf(parseXml(raw))
  const fragments = new Map<string, string>()
  for (const entry of payload === undefined ? [] : children(payload, 'EnkeltoppforingLIB')) {
    const id = child(entry, 'Id')?.text.trim().toLowerCase()
    const fragment = child(entry, 'ReseptDokLegemiddelB64')?.text.trim()
    if (id && fragment) fragments.set(id, fragment)
  }
  return fragments
}

/** Whether a line is treated as its source's row says: the same product, the same dosing, the same reason. */
export function isSameTreatment(line: MedicationStatement, row: MedicationStatement): boolean {
  return (
    canonical(medicationOf(line)) === canonical(medicationOf(row)) &&
    canonical(line.reasonCode) === canonical(row.reasonCode) &&
    sameDosages(sourceDosages(line.dosage ?? []), row.dosage ?? [])
  )
}

/** A text made from the structure of a source without words, and the hub's own warnings, are no change of treatment. */
const sameDosages = (line: readonly Dosage[], row: readonly Dosage[]): boolean =>
  line.length === row.length &&
  line.every((dosage, index) => {
    const source = row[index]
    return (
      source !== undefined &&
      (source.text === undefined || source.text === dosage.text) &&
      canonical({ ...dosage, text: undefined, additionalInstruction: undefined }) ===
        canonical({ ...source, text: undefined, additionalInstruction: undefined })
    )
  })

/** JSON with the keys of every object in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? ''
