/** CWE, CE and CF as CodeableConcept: three triplets, the text as written (hl7v2.md 4.6). */
import type { CodeableConcept, Coding } from 'fhir/r4.js'
import { codeSystemOf, v2Table } from './code-systems.js'
import type { Scope } from './scope.js'
import type { ValueReader } from './trail.js'

/** Code, text, system, version and OID of the system, by component. */
const TRIPLETS = [
  { code: 1, text: 2, system: 3, version: 7, oid: 14 },
  { code: 4, text: 5, system: 6, version: 8, oid: 17 },
  { code: 10, text: 11, system: 12, version: 13, oid: 20 },
] as const

const ORIGINAL_TEXT = 9

/**
 * @param table HL7 table of the field: a code without a system that stands in it is of that table
 */
export function cweToCodeableConcept(
  value: ValueReader,
  scope: Scope,
  table?: { readonly number: string; readonly codes: ReadonlySet<string> },
): CodeableConcept | undefined {
  if (value.isEmpty()) return undefined
  const coding: Coding[] = []
  const texts: string[] = []
  for (const place of TRIPLETS) {
    const code = value.text(place.code)
    const display = value.text(place.text)
    if (display !== undefined) texts.push(display)
    if (code === undefined) continue
    if (/\s{2}|[\r\n\t]/.test(code)) {
      // No FHIR code may look so: the text is kept as text.
      texts.push(code)
      continue
    }
    const name = value.text(place.system)
    const oid = value.text(place.oid)
    const version = value.text(place.version)
    const system =
      name === undefined && table?.codes.has(code) === true
        ? v2Table(table.number)
        : oid !== undefined && /^[0-2](\.\d+)+$/.test(oid) && name === undefined
          ? `urn:oid:${oid}`
          : codeSystemOf(name, scope.sender, fieldOf(value.place))
    coding.push({
      system,
      ...(version === undefined ? {} : { version }),
      code,
      ...(display === undefined ? {} : { display }),
    })
  }
  const text = value.text(ORIGINAL_TEXT) ?? texts[0]
  if (coding.length === 0 && text === undefined) return undefined
  return { ...(coding.length === 0 ? {} : { coding }), ...(text === undefined ? {} : { text }) }
}

/** `RXE-2` of `RXE[2]-2[3].1`: one authority for a field wherever it stands. */
const fieldOf = (place: string): string => place.replace(/\[\d+\]/g, '').replace(/\..*$/, '')

/** Text of a concept for places that take only text. */
export const conceptText = (concept: CodeableConcept): string | undefined =>
  concept.text ?? concept.coding?.[0]?.display ?? concept.coding?.[0]?.code
