/** Lines named in parameters, and the facts behind them. */
import type { MedicationStatement, ProvenanceEntity } from 'fhir/r4.js'
import { HubError } from '../../core/errors.js'
import type { PersonView } from './client-operation.js'

/** @throws HubError REFERENCE_UNKNOWN */
export function lineOf(person: PersonView, id: string | undefined, at: string): MedicationStatement {
  const stored = id === undefined ? undefined : person.find(`MedicationStatement/${id}`)
  if (stored?.layer !== 'line' || stored.resource.resourceType !== 'MedicationStatement')
    throw new HubError('REFERENCE_UNKNOWN', 'no such line', { at })
  return stored.resource
}

/** Rows among the facts of a line, newest decision last. */
export function rowsBehind(line: MedicationStatement | undefined, person: PersonView): MedicationStatement[] {
  const rows = (line?.derivedFrom ?? []).flatMap(({ reference }) => {
    const fact = person.find(reference ?? '')?.resource
    return fact?.resourceType === 'MedicationStatement' ? [fact] : []
  })
  return rows.sort((a, b) => Date.parse(a.dateAsserted ?? '') - Date.parse(b.dateAsserted ?? ''))
}

export const factRefs = ({ derivedFrom }: MedicationStatement): string[] =>
  (derivedFrom ?? []).flatMap(({ reference }) => reference ?? [])

export const entitiesOf = (role: ProvenanceEntity['role'], refs: readonly string[]): ProvenanceEntity[] =>
  refs.map((reference) => ({ role, what: { reference } }))

/** `MedicationStatement/<id>/_history/<n>` */
export const versioned = ({ id, meta }: MedicationStatement): string =>
  `MedicationStatement/${id}/_history/${meta?.versionId}`
