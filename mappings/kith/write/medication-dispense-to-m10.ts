/** MedicationDispense → M10 Utleveringsrapport: the way back of m10-to-medication-dispense (eresept.md 6). */
import type { MedicationDispense, Reference } from 'fhir/r4.js'
import { EXT } from '../extensions.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { bareId } from './idents.js'
import { fk1Ident, organisationType } from './parties.js'
import { coPayments, intervention, paperPrescriber, priceNode } from './report-nodes.js'
import { medicationOf, reseptDokLegemiddel, suppliedOf } from './resept-dok.js'
import { lacks, type Sheet } from './sheet.js'
import { cs, dayOf, extOf, extsOf, flag, text } from './values.js'

const AT = 'MedicationDispense'

export function medicationDispenseToM10(sheet: Sheet, dispense: MedicationDispense): XmlNode {
  const { extension, performer = [] } = dispense
  const pharmacist = performer.find(({ actor }) => actor.type === 'Practitioner')?.actor.identifier?.value
  const paper = extOf(extension, EXT.paperPrescription)?.valueBoolean
  return node(
    'Utleveringsrapport',
    [
      utlevering(sheet, dispense),
      cs('Kanselleringskode', dispense.statusReasonCodeableConcept, 7411),
      flag('ReservasjonRapportFastlege', extOf(extension, EXT.gpReservation)?.valueBoolean) ??
        lacks(sheet, `${AT}.extension`, 'whether the patient lets the GP be told is missing'),
      priceNode(extension),
      text('AnsattId', pharmacist) ??
        lacks(sheet, `${AT}.performer`, 'the HPR number of the pharmacist is missing'),
      ...coPayments(extension),
      paper === true ? flag('Papirresept', true) : undefined,
      paperPrescriber(extension),
    ],
    { xmlns: NS.m10 },
  )
}

function utlevering(sheet: Sheet, dispense: MedicationDispense): XmlNode {
  const { contained, extension } = dispense
  const batch =
    (contained === undefined ? undefined : medicationOf(dispense).batch?.lotNumber) ??
    extOf(extension, EXT.batch)?.valueString
  const cancels = bareId(extOf(extension, EXT.cancels)?.valueIdentifier)
  return node(
    'Utlevering',
    [
      text('ReseptId', bareId(dispense.authorizingPrescription?.[0]?.identifier)) ??
        lacks(sheet, `${AT}.authorizingPrescription`, 'the id of the prescription is missing'),
      text(
        'Utleveringsdato',
        dayOf(dispense.whenHandedOver) ?? dayOf(extOf(extension, EXT.statusDate)?.valueDateTime),
      ) ?? lacks(sheet, `${AT}.whenHandedOver`, 'the day is missing'),
      flag('Annullering', cancels !== undefined),
      cs('Avsluttet', extOf(extension, EXT.prescriptionFinished)?.valueCodeableConcept, 1101),
      flag('ByttereservasjonKunde', extOf(extension, EXT.customerReservation)?.valueBoolean),
      text('AnnulleringsId', cancels),
      text('Batchnr', batch),
      dispensed(sheet, dispense),
      supplier(sheet, dispense.performer?.find(({ actor }) => actor.type === 'Organization')?.actor),
      ...extsOf(extension, EXT.intervention).map(intervention),
    ],
    { xmlns: NS.utlevering },
  )
}

/** Nothing where the report says nothing about the product. */
function dispensed(sheet: Sheet, dispense: MedicationDispense): XmlNode | undefined {
  const { extension } = dispense
  if (dispense.contained === undefined && dispense.medicationCodeableConcept?.coding === undefined)
    return undefined
  const supplied = suppliedOf(dispense.quantity)
  return reseptDokLegemiddel(sheet, {
    medication: medicationOf(dispense),
    dosages: dispense.dosageInstruction ?? [],
    extension: extension ?? [],
    reasons: extsOf(extension, EXT.indication).flatMap(
      ({ valueCodeableConcept }) => valueCodeableConcept ?? [],
    ),
    note: dispense.note?.map((one) => one.text).join('\n'),
    repeats: extOf(extension, EXT.repeats)?.valueInteger,
    packages: extOf(extension, EXT.packageCount)?.valueDecimal ?? supplied.packages,
    amount: extOf(extension, EXT.dispenseAmount)?.valueQuantity ?? supplied.amount,
    reserved: extOf(extension, EXT.substitutionReserved)?.valueCodeableConcept,
    at: AT,
  })
}

function supplier(sheet: Sheet, actor: Reference | undefined): XmlNode | undefined {
  const kind = actor?.identifier && organisationType(actor.identifier)
  const id = actor?.identifier?.value
  if (id === undefined || kind === undefined)
    return lacks(sheet, `${AT}.performer`, 'the number of the pharmacy is missing')
  return node('Utleverer', [fk1Ident('HerId', id, kind, 9051), node('Navn', actor?.display ?? '')])
}
