/** The kind of use that a source codes (medication-list.md 12.7). */
import type { CodeableConcept, MedicationRequest } from 'fhir/r4.js'
import { codeSystemUrl, volven } from '../../core/canonical.js'

const USE_CODE = volven(9101)
const COURSE_OF_THERAPY = 'http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy'

/** `course`, `prn` or `admin-by-clinic` where the source codes the kind of use (9101, course of therapy, our own kinds). */
export function courseCode(
  resource: Pick<MedicationRequest, 'extension'> & {
    readonly category?: CodeableConcept | CodeableConcept[] | undefined
  },
  concept: CodeableConcept | undefined,
): string | undefined {
  const coded = (resource.extension ?? []).flatMap(({ valueCodeableConcept, valueCoding }) => [
    ...(valueCodeableConcept?.coding ?? []),
    ...(valueCoding === undefined ? [] : [valueCoding]),
  ])
  if ([resource.category ?? []].flat().some(isByClinic)) return 'admin-by-clinic'
  const use = coded.find(({ system }) => system === USE_CODE)?.code
  if (use === '2') return 'course'
  if (use === '3') return 'prn'
  return concept?.coding?.some(({ system, code }) => system === COURSE_OF_THERAPY && code === 'acute')
    ? 'course'
    : undefined
}

const isByClinic = ({ coding }: CodeableConcept): boolean =>
  coding?.some(
    ({ system, code }) => system === codeSystemUrl('medlist-category') && code === 'admin-by-clinic',
  ) ?? false
