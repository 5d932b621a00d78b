/** Allergi → AllergyIntolerance (eresept.md 11.5). */
import type { AllergyIntolerance, CodeableConcept, Coding } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import { type Identity, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { codingOf, concept, ext, filled, keyOf } from './build.js'
import { toDateTime, toUtc } from './dates.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { Allergi } from './m25.js'

/** Systems that the Norwegian base profile of AllergyIntolerance asks for (norwegian-fhir.md 1.3). */
export const FEST_SUBSTANCE = 'http://ehelse.no/FESTSubstance'
export const FEST_MEDICATION = 'http://ehelse.no/FESTMedication'
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical'
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification'

export function allergiToAllergyIntolerance(frame: Frame, allergi: Allergi): void {
  const identity = allergyIdentity(allergi)
  const refuted = allergi.avkreftet === true
  const resource: AllergyIntolerance = {
    resourceType: 'AllergyIntolerance',
    extension: [
      ...ext(EXT.informationSource, 'valueCodeableConcept', concept(allergi.kilde, 7498)),
      ...ext(EXT.excipientReaction, 'valueBoolean', allergi.hjelpestoffreaksjon),
    ],
    identifier: [identity],
    // R4 demands a clinical status of whatever is not an error; a refuted one is not active.
    clinicalStatus: { coding: [{ system: CLINICAL, code: refuted ? 'inactive' : 'active' }] },
    ...(refuted ? { verificationStatus: { coding: [{ system: VERIFICATION, code: 'refuted' }] } } : {}),
    category: ['medication'],
    ...substanceOf(allergi),
    patient: { reference: SUBJECT_REFERENCE },
    recordedDate: toDateTime(allergi.oppdatert, frame.zone),
    ...(allergi.kommentar === undefined ? {} : { note: [{ text: allergi.kommentar }] }),
    reaction: [{ manifestation: [concept(allergi.reaksjon, 7497)] }],
  }
  frame.resources.push({
    key: keyOf(identity),
    resource,
    order: `${toUtc(allergi.oppdatert, frame.zone)}|${frame.order}`,
    scope: 'person',
  })
}

/** An allergy has no id of its own: what it is about and the kind of reaction tell it apart. */
function allergyIdentity(allergi: Allergi): Identity {
  const about = [
    allergi.atc?.V ?? allergi.atc?.DN,
    allergi.merkevareId,
    ...allergi.virkestoffId,
    ...allergi.virkestoff,
    allergi.varenavn,
  ].filter((part) => part !== undefined)
  const reaction = allergi.reaksjon.V ?? allergi.reaksjon.OT ?? allergi.reaksjon.DN ?? ''
  return {
    system: senderSidUrl('eresept', 'Allergi'),
    value: [...about, reaction].map((part) => encodeURIComponent(part.toLowerCase())).join('/'),
  }
}

function substanceOf(allergi: Allergi): Pick<AllergyIntolerance, 'code'> {
  const atc = allergi.atc && codingOf(allergi.atc, 7180)
  const coding: Coding[] = [
    ...(atc === undefined ? [] : [atc]),
    ...allergi.virkestoffId.map((code) => ({ system: FEST_SUBSTANCE, code })),
    ...(allergi.merkevareId === undefined ? [] : [{ system: FEST_MEDICATION, code: allergi.merkevareId }]),
  ]
  const names = [allergi.varenavn, ...allergi.virkestoff].filter((name) => name !== undefined)
  if (coding.length === 0 && names.length === 0) return {}
  const code: CodeableConcept = {
    ...filled('coding', coding),
    ...(names.length === 0 ? {} : { text: names.join(', ') }),
  }
  return { code }
}
