/** What M10 says beyond the dispense itself: interventions, payment, paper prescriptions (eresept.md 6). */
import type { Extension, MedicationDispense } from 'fhir/r4.js'
import { concept, ext, identifier, idIdentity, money, nested } from './build.js'
import { toDate } from './dates.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { DispenseReport, Intervensjon, RekvirentPapir } from './m10.js'
import { personIdentity } from './national-id.js'

const OTHER_PRODUCT = 'V'

export function dispenseExtensions(frame: Frame, report: DispenseReport): readonly Extension[] {
  const { utlevering } = report
  const cancels = utlevering.annulleringsId
  return [
    ...ext(EXT.customerReservation, 'valueBoolean', utlevering.byttereservasjonKunde),
    ...ext(
      EXT.prescriptionFinished,
      'valueCodeableConcept',
      utlevering.avsluttet && concept(utlevering.avsluttet, 1101),
    ),
    ...ext(
      EXT.cancels,
      'valueIdentifier',
      cancels === undefined ? undefined : identifier(idIdentity(cancels, frame.sender, 'MsgId'), 'M10id'),
    ),
    ...utlevering.intervensjoner.flatMap((one) => interventionExtension(frame, one)),
    ...ext(EXT.gpReservation, 'valueBoolean', report.reservasjonRapportFastlege),
    ...ext(EXT.price, 'valueMoney', report.prisLegemiddelUtenMt && money(report.prisLegemiddelUtenMt)),
    ...report.egenandeler.flatMap((one) =>
      nested(EXT.coPayment, [
        ext('period-start', 'valueDate', one.start && toDate(one.start)),
        ext('paid', 'valueMoney', money(one.betalt)),
      ]),
    ),
    ...ext(EXT.paperPrescription, 'valueBoolean', report.papirresept),
    ...(report.rekvirentPapir === undefined ? [] : paperPrescriber(frame, report.rekvirentPapir)),
  ]
}

function interventionExtension(frame: Frame, one: Intervensjon): readonly Extension[] {
  const { konfLege } = one
  return nested(EXT.intervention, [
    ext('reason', 'valueCodeableConcept', one.kode && concept(one.kode, 7412)),
    ext('change', 'valueCodeableConcept', one.endringsType && concept(one.endringsType, 7413)),
    ext('confirmed-by-customer', 'valueBoolean', one.konfKunde),
    ext(
      'confirmed-with',
      'valueIdentifier',
      konfLege && personIdentity(konfLege.type.V ?? 'HPR', konfLege.id, frame.sender),
    ),
    ext('note', 'valueString', one.begrunnelse),
  ])
}

function paperPrescriber(frame: Frame, prescriber: RekvirentPapir): readonly Extension[] {
  const { ident } = prescriber
  return nested(EXT.paperPrescriber, [
    ext(
      'identifier',
      'valueIdentifier',
      ident && personIdentity(ident.type.V ?? 'XXX', ident.id, frame.sender),
    ),
    ext('given', 'valueString', prescriber.fornavn),
    ext('family', 'valueString', prescriber.etternavn),
    ext('specialty', 'valueCodeableConcept', prescriber.spesialitet && concept(prescriber.spesialitet, 7426)),
    ext('institution', 'valueString', prescriber.inst),
    ext('department', 'valueString', prescriber.dept),
    ext('nordic', 'valueBoolean', prescriber.rekvirentNordisk),
    ext(
      'institution-id',
      'valueCodeableConcept',
      prescriber.institusjonsId && concept(prescriber.institusjonsId, 9051),
    ),
  ])
}

/** Another product than prescribed was handed out where an intervention says so. */
export function substitutionOf(
  interventions: readonly Intervensjon[],
): Pick<MedicationDispense, 'substitution'> {
  const swaps = interventions.filter((one) => one.endringsType?.V === OTHER_PRODUCT)
  if (swaps.length === 0) return {}
  const reason = swaps.flatMap((one) => (one.kode === undefined ? [] : [concept(one.kode, 7412)]))
  return { substitution: { wasSubstituted: true, ...(reason.length === 0 ? {} : { reason }) } }
}
