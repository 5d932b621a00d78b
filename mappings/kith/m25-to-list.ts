/** M25.1 Legemidler i bruk → List, the snapshot of one source (eresept.md 7, 11.5). */
import type { List, ListEntry } from 'fhir/r4.js'
import { codeSystemUrl } from '../../src/core/canonical.js'
import { SUBJECT_REFERENCE } from '../../src/core/message.js'
import { allergiToAllergyIntolerance } from './allergi-to-allergy-intolerance.js'
import { concept, ext, filled, identifier, idIdentity, keyOf, logical } from './build.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { Enkeltoppforing, LegemidlerIBruk } from './m25.js'
import {
  actorOf,
  entryIdentity,
  isStopped,
  m25EntryToMedicationStatement,
  roleExtension,
} from './m25-entry-to-medication-statement.js'
import type { Head } from './msghead.js'
import { sporsmalToCommunication } from './sporsmal-to-communication.js'

/** Coding system of SFM for the kind of list message; the hub tells source lists apart by it. */
const MESSAGE_TYPE = 'http://ehelse.no/fhir/CodeSystem/sfm-message-type'

/** Adds the list, its entries, questions and allergies. An older list of the kind is retired by the hub. */
export function m25ToList(frame: Frame, head: Head, lib: LegemidlerIBruk): void {
  const references = [
    ...ext(EXT.basedOnMessage, 'valueIdentifier', messageIdentifier(frame, head.refToParent)),
    ...ext(EXT.conversation, 'valueIdentifier', messageIdentifier(frame, head.refToConversation)),
  ]
  const resource: List = {
    resourceType: 'List',
    ...filled('extension', [
      ...lib.roller.flatMap((role) => roleExtension(role, actorOf(frame, role))),
      ...ext(EXT.locum, 'valueCodeableConcept', lib.vikar && concept(lib.vikar, 1101)),
      ...references,
    ]),
    identifier: [identifier(frame.message, 'MsgId')],
    status: 'current',
    mode: 'snapshot',
    code: { coding: [{ system: MESSAGE_TYPE, code: 'M25.1' }], text: 'Legemidler i bruk' },
    subject: { reference: SUBJECT_REFERENCE },
    date: frame.genDate,
    source: frame.author,
    ...(lib.merknad === undefined ? {} : { note: [{ text: lib.merknad }] }),
    ...filled(
      'entry',
      lib.oppforinger.map((entry) => listEntry(frame, entry)),
    ),
  }
  frame.resources.push({ key: keyOf(frame.message), resource, order: frame.order, scope: 'person' })
  for (const entry of lib.oppforinger) {
    m25EntryToMedicationStatement(frame, entry)
    sporsmalToCommunication(frame, entry)
  }
  for (const allergi of lib.allergier) allergiToAllergyIntolerance(frame, allergi)
}

const messageIdentifier = (frame: Frame, id: string | undefined) =>
  id === undefined ? undefined : identifier(idIdentity(id, frame.sender, 'MsgId'), 'MsgId')

function listEntry(frame: Frame, entry: Enkeltoppforing): ListEntry {
  const flag = isStopped(frame, entry) ? 'stopped' : entry.medEndring === true ? 'changed' : undefined
  return {
    ...(flag === undefined
      ? {}
      : { flag: { coding: [{ system: codeSystemUrl('medlist-entry-flag'), code: flag }] } }),
    item: logical('MedicationStatement', entryIdentity(frame, entry)),
  }
}
