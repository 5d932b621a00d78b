/** M7 → when the broker took the prescription out, and word of it to its prescriber (eresept.md 11.3). */
import type { Communication, Reference } from 'fhir/r4.js'
import { type Amendment, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { ext, filled, identifier, idIdentity, keyOf, logical } from './build.js'
import { toDateTime } from './dates.js'
import { EXT } from './extensions.js'
import { type Frame, fullName, organisationIdentity, professionalIdentity, professionalOf } from './frame.js'
import type { Tilbakekalling } from './m5.js'
import type { SlettetResept } from './m7.js'

/** The recall itself is the attached M5's; the Communication names whom the broker told. */
export function m7ToCommunication(
  frame: Frame,
  message: SlettetResept,
  recall: Tilbakekalling,
): readonly Amendment[] {
  const prescription = idIdentity(recall.reseptId, frame.sender, 'ReseptId')
  const resource: Communication = {
    resourceType: 'Communication',
    identifier: [identifier(frame.message, 'MsgId')],
    status: 'completed',
    category: [{ text: 'Slettet resept i RF' }],
    subject: { reference: SUBJECT_REFERENCE },
    about: [logical('MedicationRequest', prescription)],
    sent: frame.genDate,
    sender: frame.author,
    ...filled('recipient', recipients(frame, message)),
  }
  frame.resources.push({ key: keyOf(frame.message), resource, order: frame.order, scope: 'person' })
  const shared = {
    key: keyOf(prescription),
    name: `recall-registered:${frame.message.value}`,
    at: frame.order,
    set: {
      extension: [...ext(EXT.recallRegistered, 'valueDateTime', toDateTime(message.tidspunkt, frame.zone))],
    },
  }
  return [
    { type: 'MedicationRequest', ...shared },
    { type: 'DeviceRequest', ...shared },
  ]
}

function recipients(frame: Frame, { receiver }: SlettetResept): Reference[] {
  const office = organisationIdentity(receiver, frame.sender)
  const person = professionalOf(receiver)
  const identity = person && professionalIdentity(person, frame.sender)
  return [
    ...(identity === undefined ? [] : [logical('Practitioner', identity, fullName(person))]),
    ...(office === undefined ? [] : [logical('Organization', office, receiver.name)]),
  ]
}
