/**
 * Which texts of a message reached neither a resource nor the list of what was not mapped: an independent check of the
 * trail. It looks for the text itself in the output; values that a map translates are told by pattern.
 */
import { parseMessage } from '../../../mappings/hl7v2/parse.js'
import type { Mapped } from '../../../src/core/message.js'

/** Translated or read without being copied: codes of known tables, names of systems, dates, types of things. */
const TRANSLATED: readonly RegExp[] = [
  // Coding systems, authority types, telecom and address types, name types.
  /^(HL7\d{4}|UCUM|LN|SCT|NDC|ATC|I10|L|ISO[+]?|ISO3166_1|ACR|HCD|DNS|CP|PH|TDD|WPN|PRN|Internet|FEST|RXNORM)$/,
  // Dates in any precision: they come out with hyphens and colons.
  /^\d{4}(\d{2}){0,6}(\.\d+)?([+-]\d{4})?$/,
]
/** Codes with a FHIR word of their own, telephone numbers written otherwise, authority names that an OID stands for. */
const TRANSLATED_AT =
  /^(PID-8|PID-16|PID-24|PID-30|PV1-2|ORC-1|ORC-5|ORC-29|RXC-1|TQ1-9|TQ1-12|AL1-2|AL1-4|RXE-1|ORC-7|RXD-11)\b|^PID-1[34]\.1\.1$|\.4\.[123]$|\.9\.[123]$/

export function lostValues(raw: Uint8Array, parts: readonly Mapped[]): readonly string[] {
  const message = parseMessage(raw)
  const output = JSON.stringify(parts.map(({ unmapped: _unmapped, ...rest }) => rest))
  const places = new Set(
    parts.flatMap(({ unmapped }) =>
      unmapped.filter(({ note }) => !note?.startsWith('stands where')).map(({ at }) => at),
    ),
  )
  const repeated = new Set(message.segments.filter((s) => s.occurrence > 1).map((s) => s.name))
  const lost: string[] = []
  for (const segment of message.segments) {
    const name = repeated.has(segment.name) ? `${segment.name}[${segment.occurrence}]` : segment.name
    for (const [f, field] of segment.fields.entries())
      for (const [r, repetition] of field.entries())
        for (const [c, component] of repetition.entries())
          for (const [s, leaf] of component.entries()) {
            if (typeof leaf !== 'string') continue
            const whole = `${name}-${f + 1}`
            const one = r === 0 ? whole : `${whole}[${r + 1}]`
            const levels = [name, whole, one, `${one}.${c + 1}`, `${one}.${c + 1}.${s + 1}`]
            if (levels.some((level) => places.has(level))) continue
            const at = `${one}.${c + 1}.${s + 1}`
            if (output.includes(JSON.stringify(leaf.trim()).slice(1, -1))) continue
            if (TRANSLATED.some((pattern) => pattern.test(leaf.trim()))) continue
            if (TRANSLATED_AT.test(at.replace(/\[\d+\]/g, ''))) continue
            lost.push(at)
          }
  }
  return lost
}
