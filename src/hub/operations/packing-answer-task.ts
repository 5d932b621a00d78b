/** An answer to "can it wait" as a Task: who, when, on which version of list and calendar (medication-list.md 8.2). */
import type { Reference, Task, TaskInput, TaskOutput } from 'fhir/r4.js'
import { codeSystemUrl, sidUrl } from '../../core/canonical.js'
import { deterministicUuid } from '../../core/deterministic-id.js'
import type { AnsweredChange } from './can-wait.js'
import type { OperationCall } from './client-operation.js'

/** One Task for each decision: a newer answer is its next version. */
export function answerTask(
  { now, person }: OperationCall,
  { cards, change, outcome, question }: AnsweredChange,
  author: Reference,
): Task {
  const { decision, line } = change
  const id = deterministicUuid('packing-answer', person.patientRef, line.id, decision.fact.key)
  const former = person.find(`Task/${id}`)?.resource
  const { list } = person
  return {
    resourceType: 'Task',
    id,
    identifier: [{ system: sidUrl('task'), value: id }],
    basedOn: [{ reference: decision.fact.ref }],
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: codeSystemUrl('medlist-task'), code: 'can-wait' }] },
    focus: { reference: line.ref, type: 'MedicationStatement' },
    for: { reference: person.patientRef },
    authoredOn: former?.resourceType === 'Task' ? (former.authoredOn ?? now) : now,
    lastModified: now,
    owner: author,
    input: [
      { ...detail('wish'), valueDateTime: iso(question.wish) },
      ...(question.cause === undefined ? [] : [{ ...detail('cause'), valueCode: question.cause }]),
      ...(question.override === undefined ? [] : [{ ...detail('override'), valueString: question.override }]),
    ],
    output: [
      { ...detail('answer'), valueCode: question.answer ?? '' },
      { ...detail('result'), valueCode: outcome.kind },
      ...('effective' in outcome ? [{ ...detail('effective'), valueDateTime: iso(outcome.effective) }] : []),
      { ...detail('provisional'), valueBoolean: outcome.provisional },
      ...(outcome.provisional ? [] : [{ ...detail('reached'), valueDateTime: iso(outcome.t) }]),
      { ...detail('reached-by'), valueCode: outcome.reached },
      ...(list === undefined
        ? []
        : [
            {
              ...detail('list-version'),
              valueReference: { reference: `List/${list.id}/_history/${list.version}`, type: 'List' },
            },
          ]),
      ...cards.map(({ stated }) => ({
        ...detail('calendar-version'),
        valueReference: { reference: stated },
      })),
    ],
  }
}

export const detail = (code: string): Pick<TaskInput, 'type'> & Pick<TaskOutput, 'type'> => ({
  type: { coding: [{ system: codeSystemUrl('packing-detail'), code }] },
})

const iso = (instant: number): string => new Date(instant).toISOString()
