/** `List/{id}/$merge-lines`: two lines are one treatment, whose dose is stated (medication-list.md 3.3). */
import type { Dosage } from 'fhir/r4.js'
import { codeSystemUrl } from '../../core/canonical.js'
import { decisionRow } from '../../medication-list/reconciliation/decision-row.js'
import { refuse } from '../refuse.js'
import type { ClientOperation, OperationCall, OperationEffect } from './client-operation.js'
import { entitiesOf, factRefs, lineOf, rowsBehind, versioned } from './line-parts.js'
import { isCurrent, listAnswer, listOf, personAgent, provenanceOf } from './list-operation.js'
import { authorOf, firstNamed, partsNamed } from './parameters.js'

export const mergeLines: ClientOperation = { name: 'merge-lines', ifMatch: 'list-version', apply }

function apply(call: OperationCall): OperationEffect {
  const list = listOf(call)
  const { newId, now, parameters, person } = call
  const author = authorOf(parameters)
  const line = lineOf(person, firstNamed(parameters, 'line')?.valueId, 'line')
  const other = lineOf(person, firstNamed(parameters, 'other')?.valueId, 'other')
  const dosage = partsNamed(parameters, 'dosage').flatMap(({ valueDosage }): Dosage[] =>
    valueDosage === undefined ? [] : [valueDosage],
  )
  refuse([
    ...(line.id === other.id ? [{ at: 'other', text: 'a line cannot be merged with itself' }] : []),
    ...[line, other]
      .filter((one) => !isCurrent(one))
      .map(({ id }) => ({ at: `MedicationStatement/${id}`, text: 'the line is not on the list' })),
  ])
  const listRef = `List/${list.id}/_history/${list.version}`
  const facts = [...new Set([...factRefs(line), ...factRefs(other)])].sort()
  const row = decisionRow(
    {
      kind: 'change',
      line: { ...line, derivedFrom: [...(line.derivedFrom ?? []), ...(other.derivedFrom ?? [])] },
      medication: undefined,
      dosage,
      reason: undefined,
      indication: [],
      from: undefined,
      until: undefined,
      review: undefined,
      condition: undefined,
      autoResume: false,
      multidose: undefined,
      at: 'dosage',
    },
    {
      id: newId(),
      patientRef: person.patientRef,
      author,
      decided: now,
      list: listRef,
      rows: rowsBehind(line, person),
    },
  )
  const merge = provenanceOf(call, {
    activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: 'merge' }] },
    target: [{ reference: versioned(line) }, { reference: versioned(other) }, { reference: listRef }],
    entity: entitiesOf('source', facts),
  })
  return {
    resources: [...(row === undefined ? [] : [row]), merge],
    author: personAgent(author),
    answer: listAnswer,
  }
}
