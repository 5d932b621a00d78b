/**
 * Tasks for the deciders of changes to packed lines: whether it can wait, and that an answer no longer leads to what was
 * told (medication-list.md 8.2). They stand while their reason does.
 */
import type { Task, TaskInput } from 'fhir/r4.js'
import { codeSystemUrl, LAYER_SYSTEM, sidUrl } from '../../core/canonical.js'
import { deterministicUuid } from '../../core/deterministic-id.js'
import { reduces } from './can-wait.js'
import type { PackingChange } from './changes.js'

export const questionTasks = (changes: readonly PackingChange[], patientRef: string): readonly Task[] =>
  changes.flatMap((change) => {
    const due = isMeasured(change) ? undefined : dueOf(change)
    return due === undefined ? [] : [questionTask(change, due, patientRef)]
  })

const isMeasured = ({ measures }: PackingChange): boolean =>
  measures.some(({ state }) => state === 'confirmed')

/** Undefined where nothing is to be asked. */
function dueOf({ answer, kind, outcome }: PackingChange): number | undefined {
  if (answer !== undefined && (answer.told === undefined || answer.told === outcome.kind)) return undefined
  switch (outcome.kind) {
    case 'unanswered':
      return outcome.due
    // Without a calendar only what the pouches may hold too much of is pressing.
    case 'ask-pharmacy':
      return reduces(kind) ? outcome.due : undefined
    case 'act-now':
      return outcome.answered && answer === undefined ? undefined : outcome.deadline
    case 'waits':
      return answer === undefined ? undefined : outcome.effective
    // What came to be in time, or touches no pouch any more, asks nothing of anybody.
    case 'in-time':
    case 'no-pack-impact':
      return undefined
  }
}

function questionTask(change: PackingChange, due: number, patientRef: string): Task {
  const { answer, decision, line, outcome } = change
  const id = deterministicUuid('task', 'can-wait', patientRef, line.id, decision.fact.key)
  const { authorReference } = decision.fact
  return {
    resourceType: 'Task',
    id,
    meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
    identifier: [{ system: sidUrl('task'), value: id }],
    basedOn: [{ reference: decision.fact.ref }],
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: codeSystemUrl('medlist-task'), code: 'can-wait' }] },
    focus: { reference: line.ref, type: 'MedicationStatement' },
    for: { reference: patientRef },
    authoredOn: new Date(change.decided).toISOString(),
    performerType: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: 'list-holder' }] }],
    ...(authorReference === undefined ? {} : { owner: authorReference }),
    restriction: { period: { end: new Date(due).toISOString() } },
    input: [
      detail('result', outcome.kind),
      ...(answer?.told === undefined ? [] : [detail('former-result', answer.told)]),
    ],
  }
}

const detail = (code: string, valueCode: string): TaskInput => ({
  type: { coding: [{ system: codeSystemUrl('packing-detail'), code }] },
  valueCode,
})
