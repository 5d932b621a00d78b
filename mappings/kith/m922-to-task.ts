/** M9.22 → one Task a patient: there is something new to fetch (M9.11) (eresept.md 7). */
import type { Task } from 'fhir/r4.js'
import { SUBJECT_REFERENCE } from '../../src/core/message.js'
import { identifier, keyOf } from './build.js'
import type { Frame } from './frame.js'

export function changedToTask(frame: Frame): void {
  const resource: Task = {
    resourceType: 'Task',
    identifier: [identifier(frame.message, 'MsgId')],
    status: 'requested',
    intent: 'order',
    code: { text: 'Hent legemidler i bruk (M9.11)' },
    for: { reference: SUBJECT_REFERENCE },
    authoredOn: frame.genDate,
    requester: frame.author,
  }
  frame.resources.push({ key: keyOf(frame.message), resource, order: frame.order, scope: 'person' })
}
