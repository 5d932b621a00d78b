/** The Bundle of `$medication-list` as the hub joins it, out of engine facts: list, lines, open discrepancies. */
import type { Bundle, FhirResource, List, MedicationStatement } from 'fhir/r4.js'
import type { Fact, ListConfig } from '../../src/medication-list/contract.js'
import { buildList } from '../../src/medication-list/list-resource.js'
import { derive, PATIENT } from './clinical-facts.js'

export interface ShownList {
  readonly bundle: Bundle<FhirResource>
  readonly list: List
  readonly lines: readonly MedicationStatement[]
}

export function shownList(facts: readonly Fact[], config: Partial<ListConfig> = {}): ShownList {
  const result = derive([...facts], config)
  const references = new Map(result.lines.map(({ id }) => [id, `MedicationStatement/${id}/_history/1`]))
  const list: List = {
    ...buildList({ result, references, patientRef: PATIENT, date: '2026-11-24T12:00:00.000Z' }),
    id: '11111111-0000-8000-8000-000000000000',
  }
  const lines = result.lines.map(({ statement }) => statement)
  const open = result.issues.filter(({ status }) => status === 'preliminary')
  return { list, lines, bundle: bundleOf([list, ...lines, ...open]) }
}

export const bundleOf = (resources: readonly FhirResource[]): Bundle<FhirResource> => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
})
