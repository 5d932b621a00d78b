/** Administrative facts of the Resept itself as extensions (eresept.md 11.2). */
import type { Extension, Reference } from 'fhir/r4.js'
import { addressOf } from './address.js'
import { concept, ext, nested } from './build.js'
import { toDate, toDateTime } from './dates.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { EkspAnm, Resept, Utlending } from './m1.js'
import { addSpecialty, helsepersonReference, organisasjonReference } from './parties.js'
import type { Helseperson } from './roles.js'

export function reseptExtensions(frame: Frame, resept: Resept): readonly Extension[] {
  const { instituert } = resept
  return [
    ...ext(EXT.militaryService, 'valueBoolean', resept.vernepliktig),
    ...ext(EXT.individualReimbursement, 'valueBoolean', resept.soktIndividRefusjon),
    ...ext(EXT.exemptionCard, 'valueBoolean', resept.frikort),
    ...ext(EXT.guardianReservation, 'valueBoolean', resept.vergeinnsynsreservasjon),
    ...ext(EXT.ownPractice, 'valueBoolean', resept.tilEgenPraksis),
    ...ext(EXT.inDoctorsName, 'valueBoolean', resept.rekvLegensNavn),
    ...ext(
      EXT.prescriberSpecialty,
      'valueCodeableConcept',
      resept.spesialitet && concept(resept.spesialitet, 7426),
    ),
    ...(instituert?.organisasjon === undefined
      ? []
      : ext(EXT.institutedBy, 'valueReference', organisasjonReference(frame, instituert.organisasjon))),
    ...(instituert?.helseperson === undefined
      ? []
      : ext(EXT.institutedBy, 'valueReference', instituter(frame, instituert.helseperson))),
    ...(resept.ekspAnm === undefined ? [] : dispatchExtension(resept.ekspAnm)),
    ...(resept.utlending === undefined ? [] : foreignNational(resept.utlending)),
    ...ext(
      EXT.festUpdated,
      'valueDateTime',
      resept.oppdatertFest && toDateTime(resept.oppdatertFest, frame.zone),
    ),
    ...ext(EXT.dischargedFromHospital, 'valueBoolean', resept.utskrevetSykehus),
    ...ext(EXT.lockedPrescription, 'valueBoolean', resept.lastResept),
  ]
}

export function dispatchExtension(request: EkspAnm): readonly Extension[] {
  return nested(EXT.dispatchRequest, [
    ext('condition', 'valueBoolean', request.vilkar),
    ext('method', 'valueCodeableConcept', concept(request.metodeEkspedering, 7404)),
    ext('her-id', 'valueString', request.utleverer),
    ext('organization-number', 'valueString', request.orgNrUtleverer),
    ext('name', 'valueString', request.utlevererNavn),
    ext('contact', 'valueString', request.kontaktperson),
    ext('address', 'valueAddress', request.adresse && addressOf(request.adresse)),
    ext('note', 'valueString', request.merknad),
  ])
}

function foreignNational(foreign: Utlending): readonly Extension[] {
  const { eea } = foreign
  return nested(EXT.foreignNational, [
    ext('employed-in-norway', 'valueBoolean', foreign.arbeidstakerNorge),
    ext(
      'convention-country',
      'valueCodeableConcept',
      foreign.konvensjonsland && concept(foreign.konvensjonsland, 9043),
    ),
    ext('document', 'valueCodeableConcept', eea && concept(eea.dok, 7416)),
    ext('card-id', 'valueString', eea?.cardId),
    ext('person-id', 'valueString', eea?.id),
    ext('institution-name', 'valueString', eea?.trygdekontorNavn),
    ext('institution-number', 'valueString', eea?.trygdekontorNr),
    ext('valid-from', 'valueDate', eea?.gyldighetFra && toDate(eea.gyldighetFra)),
    ext('valid-to', 'valueDate', eea?.gyldighet && toDate(eea.gyldighet)),
  ])
}

function instituter(frame: Frame, person: Helseperson): Reference {
  const reference = helsepersonReference(frame, person)
  if (person.spesialitet !== undefined) addSpecialty(frame, reference, person.spesialitet)
  return reference
}
