/** What every dispense report says, whatever was handed out → M10 Utleveringsrapport (eresept.md 6). */
import type { CodeableConcept, Extension, Identifier, Reference } from 'fhir/r4.js'
import { EXT } from '../extensions.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { bareId } from './idents.js'
import { fk1Ident, organisationType } from './parties.js'
import { coPayments, intervention, paperPrescriber, priceNode } from './report-nodes.js'
import { lacks, type Sheet } from './sheet.js'
import { cs, dayOf, extOf, extsOf, flag, text } from './values.js'

export interface Report {
  /** Place of the resource, for problems. */
  readonly at: string
  readonly extension: readonly Extension[]
  readonly prescription: Identifier | undefined
  /** Day or instant at which it was handed out, or given up. */
  readonly when: string | undefined
  readonly batch: string | undefined
  /** ReseptDokLegemiddel or ReseptDokHandelsvare; undefined where nothing is said of the product. */
  readonly dok: XmlNode | undefined
  readonly pharmacy: Reference | undefined
  readonly pharmacist: Reference | undefined
  /** Volven 7411. */
  readonly givenUp: CodeableConcept | undefined
}

export function reportToM10(sheet: Sheet, report: Report): XmlNode {
  const { at, extension } = report
  const paper = extOf(extension, EXT.paperPrescription)?.valueBoolean
  return node(
    'Utleveringsrapport',
    [
      utlevering(sheet, report),
      cs('Kanselleringskode', report.givenUp, 7411),
      flag('ReservasjonRapportFastlege', extOf(extension, EXT.gpReservation)?.valueBoolean) ??
        lacks(sheet, `${at}.extension`, 'whether the patient lets the GP be told is missing'),
      priceNode(extension),
      text('AnsattId', report.pharmacist?.identifier?.value) ??
        lacks(sheet, `${at}.performer`, 'the HPR number of the pharmacist is missing'),
      ...coPayments(extension),
      paper === true ? flag('Papirresept', true) : undefined,
      paperPrescriber(extension),
    ],
    { xmlns: NS.m10 },
  )
}

function utlevering(sheet: Sheet, report: Report): XmlNode {
  const { at, extension } = report
  const cancels = bareId(extOf(extension, EXT.cancels)?.valueIdentifier)
  return node(
    'Utlevering',
    [
      text('ReseptId', bareId(report.prescription)) ??
        lacks(sheet, `${at}.authorizingPrescription`, 'the id of the prescription is missing'),
      text('Utleveringsdato', dayOf(report.when)) ?? lacks(sheet, at, 'the day of the dispense is missing'),
      flag('Annullering', cancels !== undefined),
      cs('Avsluttet', extOf(extension, EXT.prescriptionFinished)?.valueCodeableConcept, 1101),
      flag('ByttereservasjonKunde', extOf(extension, EXT.customerReservation)?.valueBoolean),
      text('AnnulleringsId', cancels),
      text('Batchnr', report.batch),
      report.dok,
      pharmacyNode(sheet, report),
      ...extsOf(extension, EXT.intervention).map(intervention),
    ],
    { xmlns: NS.utlevering },
  )
}

function pharmacyNode(sheet: Sheet, { at, pharmacy }: Report): XmlNode | undefined {
  const kind = pharmacy?.identifier && organisationType(pharmacy.identifier)
  const id = pharmacy?.identifier?.value
  if (id === undefined || kind === undefined)
    return lacks(sheet, `${at}.performer`, 'the number of the pharmacy is missing')
  return node('Utleverer', [fk1Ident('HerId', id, kind, 9051), node('Navn', pharmacy?.display ?? '')])
}
