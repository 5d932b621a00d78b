/** `sfm-reseptamendment`: what is of the prescription itself. */
import type { Extension, MedicationRequest } from 'fhir/r4.js'
import { volven } from '../../../src/core/canonical.js'
import { ext, nested } from '../../kith/build.js'
import { EXT } from '../../kith/extensions.js'
import { PACKAGE_UNIT } from '../../kith/m1-to-medication-request.js'
import { ereseptDosing } from './dosing.js'
import { codeIn, dayOf, extOf, isTime, national, SFM } from './parts.js'
import type { LineSource } from './statement.js'

export function amendmentExtension(
  { line, request, row }: LineSource,
  words: string | undefined,
  zone: string,
): readonly Extension[] {
  const stated = (url: string): Extension | undefined =>
    extOf(request?.extension, url) ?? extOf(row?.extension, url)
  const bool = (name: string, url: string) => ext(name, 'valueBoolean', stated(url)?.valueBoolean)
  const changed = row?.dateAsserted ?? line.dateAsserted
  return nested(`${SFM}/sfm-reseptamendment`, [
    ext('reseptdate', 'valueDate', dayOf(request?.authoredOn)),
    ext(
      'expirationdate',
      'valueDate',
      dayOf(request?.dispenseRequest?.validityPeriod?.end) ??
        extOf(row?.extension, EXT.prescriptionExpiry)?.valueDate,
    ),
    ext('earliestdispence', 'valueDate', dayOf(request?.dispenseRequest?.validityPeriod?.start)),
    ext('festUpdate', 'valueDateTime', stated(EXT.festUpdated)?.valueDateTime),
    ext('dssn', 'valueString', words),
    ext('note', 'valueString', (row?.note ?? request?.note)?.[0]?.text),
    ...supply(request, row),
    ext('itemgroup', 'valueCodeableConcept', stated(EXT.itemGroup)?.valueCodeableConcept),
    ext(
      'reimbursementparagraph',
      'valueCodeableConcept',
      stated(EXT.reimbursementParagraph)?.valueCodeableConcept,
    ),
    ext(
      'reimbursementcode',
      'valueCodeableConcept',
      (line.reasonCode ?? request?.reasonCode ?? []).map(national).find((one) => one !== undefined),
    ),
    ...register(request),
    ext(
      'typeresept',
      'valueCodeableConcept',
      extOf(row?.extension, EXT.prescriptionType)?.valueCodeableConcept,
    ),
    ext('lastchanged', 'valueDateTime', isTime(changed) ? changed : undefined),
    bool('lockedresept', EXT.lockedPrescription),
    bool('indoctorsname', EXT.inDoctorsName),
    bool('guardiantransparencyreservation', EXT.guardianReservation),
    bool('conscription', EXT.militaryService),
    bool('helfoapplication', EXT.individualReimbursement),
    bool('freecard', EXT.exemptionCard),
    bool('ownpractice', EXT.ownPractice),
    bool('dischargedhospital', EXT.dischargedFromHospital),
    ext('speciality', 'valueCodeableConcept', stated(EXT.prescriberSpecialty)?.valueCodeableConcept),
    ereseptDosing(line.dosage ?? [], zone),
  ])
}

function supply(request: MedicationRequest | undefined, row: LineSource['row']): (readonly Extension[])[] {
  const asked = request?.dispenseRequest
  const isPackages = asked?.quantity?.unit === PACKAGE_UNIT
  const packages = isPackages ? asked.quantity?.value : extOf(row?.extension, EXT.packageCount)?.valueDecimal
  const amount =
    extOf(asked?.extension, EXT.dispenseAmount)?.valueQuantity ??
    (isPackages ? undefined : asked?.quantity) ??
    extOf(row?.extension, EXT.dispenseAmount)?.valueQuantity
  const repeats = asked?.numberOfRepeatsAllowed ?? extOf(row?.extension, EXT.repeats)?.valueInteger
  return [
    ext('numberofpackages', 'valueDecimal', packages),
    ext('amount', 'valueQuantity', amount),
    ext('reit', 'valueString', repeats === undefined ? undefined : String(repeats)),
  ]
}

/** Volven 7408: what a register said, else what the prescription's own state says; that it can be dispensed is not inferred. */
const STATES: Readonly<Record<string, readonly [code: string, display: string]>> = {
  cancelled: ['T', 'Tilbakekalt'],
  completed: ['R', 'Ferdig ekspedert'],
}

function register(request: MedicationRequest | undefined): (readonly Extension[])[] {
  const entry = extOf(request?.extension, EXT.registerEntry)
  const said = extOf(entry?.extension, 'status')?.valueCodeableConcept
  const own = STATES[request?.status ?? '']
  const status =
    own === undefined ? said : { coding: [{ system: volven(7408), code: own[0], display: own[1] }] }
  const recall = request?.statusReason
  return [
    nested('rfstatus', [
      ext('status', 'valueCodeableConcept', status),
      ext('nameDispenser', 'valueString', extOf(entry?.extension, 'pharmacy')?.valueString),
      ext('recallStatus', 'valueBoolean', extOf(entry?.extension, 'recall-pending')?.valueBoolean),
    ]),
    nested('recallinfo', [
      ext(
        'recallcode',
        'valueCodeableConcept',
        codeIn(recall, volven(7500)) === undefined ? undefined : recall,
      ),
    ]),
  ]
}
