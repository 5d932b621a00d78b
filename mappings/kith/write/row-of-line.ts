/** The entry of a source's list behind a line of the shared list. */
import type { MedicationStatement } from 'fhir/r4.js'
import type { StoredResource } from '../../../src/core/stored.js'
import { isSameTreatment } from './fragments.js'

export interface Row {
  readonly stored: StoredResource
  readonly row: MedicationStatement
  /** The line is treated as it says. */
  readonly same: boolean
}

/**
 * Of the rows of lists behind the line the one that decided it: where a doctor has tidied a double entry, the other row is
 * newer and stopped.
 */
export function rowOf(facts: readonly StoredResource[], line: MedicationStatement): Row | undefined {
  const sources = new Set(
    line.derivedFrom?.flatMap(({ reference }) => reference?.split('/').slice(0, 2).join('/') ?? []),
  )
  const rows = facts.flatMap((stored): readonly Row[] => {
    const { id, layer, resource, type } = stored
    const isRow =
      layer === 'fact' &&
      resource.resourceType === 'MedicationStatement' &&
      resource.identifier?.[0]?.type?.text === 'PLL' &&
      sources.has(`${type}/${id}`)
    return isRow ? [{ stored, row: resource, same: isSameTreatment(line, resource) }] : []
  })
  const rank = ({ row, same }: Row): number =>
    Number(row.dateAsserted === line.dateAsserted) * 2 + Number(same)
  return rows.sort((a, b) => rank(a) - rank(b) || (a.stored.order < b.stored.order ? -1 : 1)).at(-1)
}
