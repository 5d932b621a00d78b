/** M25.1 to M25.4 Legemidler i bruk → List, the snapshot of one source (eresept.md 7, 11.5). */
import type { Extension, List, ListEntry } from 'fhir/r4.js'
import { codeSystemUrl } from '../../src/core/canonical.js'
import { type Amendment, type Authorship, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { allergiToAllergyIntolerance } from './allergi-to-allergy-intolerance.js'
import { concept, ext, filled, identifier, idIdentity, keyOf, logical, nested } from './build.js'
import { toDate, toDateTime } from './dates.js'
import { EXT } from './extensions.js'
import { type Frame, party } from './frame.js'
import type { Enkeltoppforing, LegemidlerIBruk, ListKind, Pakkeinfo } from './m25.js'
import {
  actorOf,
  isStopped,
  m25EntryToMedicationStatement,
  roleExtension,
  rowIdentity,
} from './m25-entry-to-medication-statement.js'
import type { Head } from './msghead.js'
import { packedToMedicationDispense } from './packed-to-medication-dispense.js'
import { someoneAt } from './parties.js'
import { sporsmalToCommunication } from './sporsmal-to-communication.js'

/** Coding system of SFM for the kind of list message; the hub tells source lists apart by it. */
const MESSAGE_TYPE = 'http://ehelse.no/fhir/CodeSystem/sfm-message-type'

/**
 * Adds the list, its entries, what was packed of them, questions and allergies. An older list of the kind is retired by
 * the hub. Gives what it adds to dispenses that an M10 owns.
 */
export function m25ToList(
  frame: Frame,
  head: Head,
  kind: ListKind,
  lib: LegemidlerIBruk,
): readonly Amendment[] {
  const packed = packedToMedicationDispense(frame, lib.oppforinger)
  const references = [
    ...ext(EXT.basedOnMessage, 'valueIdentifier', messageIdentifier(frame, head.refToParent)),
    ...ext(EXT.conversation, 'valueIdentifier', messageIdentifier(frame, head.refToConversation)),
  ]
  const resource: List = {
    resourceType: 'List',
    ...filled('extension', [
      ...lib.roller.flatMap((role) => roleExtension(role, actorOf(frame, role))),
      ...packing(lib.pakkeinfo, frame.zone),
      ...ext(EXT.locum, 'valueCodeableConcept', lib.vikar && concept(lib.vikar, 1101)),
      ...references,
    ]),
    identifier: [identifier(frame.message, 'MsgId')],
    status: 'current',
    mode: 'snapshot',
    code: { coding: [{ system: MESSAGE_TYPE, code: kind }], text: 'Legemidler i bruk' },
    subject: { reference: SUBJECT_REFERENCE },
    date: frame.genDate,
    source: frame.author.type === 'Practitioner' ? frame.author : someoneAt(frame, frame.author),
    ...(lib.merknad === undefined ? {} : { note: [{ text: lib.merknad }] }),
    ...filled('entry', [
      ...lib.oppforinger.map((entry) => listEntry(frame, kind, entry)),
      ...packed.map(({ reference }) => ({ item: reference })),
    ]),
  }
  frame.resources.push({ key: keyOf(frame.message), resource, order: frame.order, scope: 'person' })
  for (const entry of lib.oppforinger) {
    m25EntryToMedicationStatement(frame, kind, entry)
    sporsmalToCommunication(frame, kind, entry)
  }
  for (const allergi of lib.allergier) allergiToAllergyIntolerance(frame, allergi)
  return packed.flatMap(({ amendments }) => amendments)
}

/** For whom a locum speaks: the multidose doctor that the list names (eresept.md 11.5, Provenance). */
export function principalOf(frame: Frame, lib: LegemidlerIBruk): Authorship['onBehalfOf'] {
  if (lib.vikar?.V !== YES) return undefined
  const role = lib.roller.find(
    ({ helseperson, rolle }) => rolle.V === MULTIDOSE_DOCTOR && helseperson !== undefined,
  )
  const doctor = role && party(actorOf(frame, role))
  return doctor?.identifier?.value === frame.author.identifier?.value ? undefined : doctor
}
/** Volven 1101 and 7490. */
const YES = '1'
const MULTIDOSE_DOCTOR = 'M'

const packing = (info: Pakkeinfo | undefined, zone: string): readonly Extension[] =>
  nested(EXT.packingPeriod, [
    ext('order-deadline', 'valueDateTime', info?.bestillingsfrist && toDateTime(info.bestillingsfrist, zone)),
    ext('first-dose', 'valueDate', info?.forsteDose && toDate(info.forsteDose)),
    ext('last-dose', 'valueDate', info?.sisteDose && toDate(info.sisteDose)),
  ])

const messageIdentifier = (frame: Frame, id: string | undefined) =>
  id === undefined ? undefined : identifier(idIdentity(id, frame.sender, 'MsgId'), 'MsgId')

function listEntry(frame: Frame, kind: ListKind, entry: Enkeltoppforing): ListEntry {
  const flag = isStopped(frame, entry) ? 'stopped' : entry.medEndring === true ? 'changed' : undefined
  return {
    ...(flag === undefined
      ? {}
      : { flag: { coding: [{ system: codeSystemUrl('medlist-entry-flag'), code: flag }] } }),
    item: logical('MedicationStatement', rowIdentity(frame, kind, entry)),
  }
}
