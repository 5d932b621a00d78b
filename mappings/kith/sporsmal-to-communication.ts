/** Sporsmal and Svar of a list entry → Communication, the answer in response to the question (eresept.md 11.5). */
import type { Communication } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import { type Identity, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { concept, keyOf, logical } from './build.js'
import { toDateTime, toUtc } from './dates.js'
import type { Frame } from './frame.js'
import type { Enkeltoppforing, ListKind, Sporsmal } from './m25.js'
import { entryIdentity, entryOrder, rowIdentity } from './m25-entry-to-medication-statement.js'
import { herOrganisation } from './parties.js'

/** A question has no id of its own: entry, time and kind tell it apart, the same in every list that repeats it. */
export function sporsmalToCommunication(frame: Frame, list: ListKind, entry: Enkeltoppforing): void {
  for (const question of entry.sporsmal) {
    const identity = questionIdentity(frame, entry, question)
    add(frame, entry, identity, {
      ...about(frame, list, entry, identity),
      reasonCode: [concept(question.kode, 7495)],
      sent: toDateTime(question.tidspunkt, frame.zone),
      ...(question.stiller === undefined ? {} : { sender: herOrganisation(question.stiller) }),
      ...(question.mottaker === undefined ? {} : { recipient: [herOrganisation(question.mottaker)] }),
      ...(question.merknad === undefined ? {} : { payload: [{ contentString: question.merknad }] }),
    })
    if (question.svar === undefined) continue
    const reply = { ...identity, value: `${identity.value}/svar` }
    add(frame, entry, reply, {
      ...about(frame, list, entry, reply),
      inResponseTo: [logical('Communication', identity)],
      reasonCode: [concept(question.svar.kode, 7493)],
      ...replySender(frame, list, question),
      ...(question.stiller === undefined ? {} : { recipient: [herOrganisation(question.stiller)] }),
      ...(question.svar.merknad === undefined ? {} : { payload: [{ contentString: question.svar.merknad }] }),
    })
  }
}

function questionIdentity(frame: Frame, entry: Enkeltoppforing, question: Sporsmal): Identity {
  const asked = toUtc(question.tidspunkt, frame.zone)
  return {
    system: senderSidUrl('eresept', 'Sporsmal'),
    value: `${entry.id.toLowerCase()}/${asked}/${question.kode.V ?? ''}`,
  }
}

/** The answer is the prescriber's, whoever repeats it. */
function replySender(frame: Frame, list: ListKind, question: Sporsmal): Pick<Communication, 'sender'> {
  if (list === 'M25.1') return { sender: frame.author }
  return question.mottaker === undefined ? {} : { sender: herOrganisation(question.mottaker) }
}

const about = (frame: Frame, list: ListKind, entry: Enkeltoppforing, identity: Identity): Communication => ({
  resourceType: 'Communication',
  identifier: [identity],
  status: 'completed',
  subject: { reference: SUBJECT_REFERENCE },
  // The treatment, and the pharmacy's own row of it: that may be all there is when it asks to take one into the list.
  about: [
    logical('MedicationStatement', entryIdentity(frame, entry)),
    ...(list === 'M25.1' ? [] : [logical('MedicationStatement', rowIdentity(frame, list, entry))]),
  ],
})

function add(frame: Frame, entry: Enkeltoppforing, identity: Identity, resource: Communication): void {
  frame.resources.push({
    key: keyOf(identity),
    resource,
    order: entryOrder(frame, entry),
    scope: 'person',
  })
}
