/** What every row of the table does before and after its own mapping (eresept.md 11.1). */
import { HubError } from '../../src/core/errors.js'
import type { Mapped, SourceRole } from '../../src/core/message.js'
import { authorshipOf, type Frame, sourceOf } from './frame.js'
import type { HeadMessage } from './kind.js'
import { msgheadToPatient } from './msghead-to-patient.js'
import { addSender } from './parties.js'
import type { Coded } from './reader.js'

/** Patient, sender, its professional and that person's role. */
export function addShared(frame: Frame, message: HeadMessage<unknown>, specialty?: Coded): void {
  msgheadToPatient(frame, message.head.patient, message.identities)
  addSender(frame, message.head, specialty)
}

/** What a frame holds when all parts of the message are mapped. */
export function mapped(
  frame: Frame,
  message: HeadMessage<unknown>,
  role: SourceRole,
  activity: string,
): Mapped {
  return {
    source: sourceOf(message.head, role, frame.sender),
    authorship: authorshipOf(frame, activity),
    resources: distinctByKey(frame),
    amendments: [],
    identifiers: message.identities,
    unmapped: frame.unmapped,
  }
}

/** The same practitioner or organisation may stand in many places of one message: the fullest statement is kept. */
function distinctByKey(frame: Frame): Mapped['resources'] {
  const byKey = new Map<string, Mapped['resources'][number]>()
  for (const one of frame.resources) {
    const key = `${one.resource.resourceType}|${one.key}`
    const before = byKey.get(key)
    if (before !== undefined && one.scope === 'person')
      throw new HubError('MESSAGE_INVALID', 'two statements of one message have the same id', {
        at: one.resource.resourceType,
      })
    if (before === undefined || size(one) > size(before)) byKey.set(key, one)
  }
  return [...byKey.values()]
}

const size = (one: Mapped['resources'][number]): number => Object.keys(one.resource).length
