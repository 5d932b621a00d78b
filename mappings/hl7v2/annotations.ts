/** NTE, and other free text of an order, as notes. */
import type { Annotation } from 'fhir/r4.js'
import { conceptText, cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { xcnToPractitioner } from './parties.js'
import { readDateTime, type Scope } from './scope.js'
import type { SegmentReader } from './trail.js'

/** The lines of notes that follow each other are one note, unless one has its own author or time. */
export function notesToAnnotations(notes: readonly SegmentReader[], scope: Scope): readonly Annotation[] {
  const annotations: Annotation[] = []
  let lines: string[] = []
  const close = () => {
    if (lines.length > 0) annotations.push({ text: lines.join('\n') })
    lines = []
  }
  for (const nte of notes) {
    const text = nte.repetitions(3).flatMap((value) => value.verbatim() ?? [])
    const author = xcnToPractitioner(nte.field(5), scope)
    const time = readDateTime(scope, nte.field(6))
    if (author === undefined && time === undefined) lines.push(...text)
    else if (text.length > 0) {
      close()
      annotations.push({
        ...(author === undefined ? {} : { authorReference: author }),
        ...(time === undefined ? {} : { time }),
        text: text.join('\n'),
      })
    }
  }
  close()
  return annotations
}

/** A coded field whose only place is a note: one note a repetition. */
export const conceptsToAnnotations = (
  segment: SegmentReader,
  field: number,
  scope: Scope,
): readonly Annotation[] =>
  segment.repetitions(field).flatMap((value) => {
    const concept = cweToCodeableConcept(value, scope)
    const text = concept === undefined ? undefined : conceptText(concept)
    return text === undefined ? [] : [{ text }]
  })
