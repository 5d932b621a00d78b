/** M1 Resept with a medicine → MedicationRequest (eresept.md 11.2). */
import type { MedicationRequest, MedicationRequestDispenseRequest, Reference } from 'fhir/r4.js'
import { ENH, HER, senderSidUrl } from '../../src/core/canonical.js'
import { SUBJECT_REFERENCE } from '../../src/core/message.js'
import { localDate } from '../../src/core/zone.js'
import { filled, identifier, keyOf, logical, quantity } from './build.js'
import { inZone, toDate } from './dates.js'
import { EXT } from './extensions.js'
import { forskrivningToDosage } from './forskrivning-to-dosage.js'
import type { Frame } from './frame.js'
import { legemiddelToMedication, MEDICATION_ID } from './legemiddel-to-medication.js'
import type { EkspAnm, Resept } from './m1.js'
import type { ReseptDokLegemiddel } from './resept-dok.js'
import { reasonsOf, reseptDokExtensions } from './resept-dok-extensions.js'
import { reseptExtensions } from './resept-extensions.js'

const COURSE = 'http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy'
/** Unit text of a count of packages. */
export const PACKAGE_UNIT = 'pakning'

/** Adds the prescription; its natural identifier is the MsgId of the M1, which is the ReseptId of all that follows. */
export function m1ToMedicationRequest(frame: Frame, resept: Resept, dok: ReseptDokLegemiddel): void {
  const { forskrivning } = dok
  const course =
    forskrivning.bruk?.V === '1' ? 'continuous' : forskrivning.bruk?.V === '2' ? 'acute' : undefined
  const resource: MedicationRequest = {
    resourceType: 'MedicationRequest',
    contained: [legemiddelToMedication(forskrivning.legemiddel)],
    extension: [...reseptDokExtensions(dok), ...reseptExtensions(frame, resept)],
    identifier: prescriptionIdentifiers(frame, resept),
    status: 'active',
    intent: 'order',
    medicationReference: { reference: `#${MEDICATION_ID}` },
    subject: { reference: SUBJECT_REFERENCE },
    authoredOn: authoredOn(frame, resept),
    requester: frame.author,
    ...filled('reasonCode', reasonsOf(dok)),
    ...(course === undefined ? {} : { courseOfTherapyType: { coding: [{ system: COURSE, code: course }] } }),
    ...(dok.merknad === undefined ? {} : { note: [{ text: dok.merknad }] }),
    ...filled('dosageInstruction', forskrivningToDosage(frame, forskrivning)),
    dispenseRequest: dispenseRequest(frame, resept, dok),
    ...substitution(frame, dok),
  }
  frame.resources.push({ key: keyOf(frame.message), resource, order: frame.order, scope: 'person' })
}

export const prescriptionIdentifiers = (frame: Frame, resept: Resept) => [
  identifier(frame.message, 'ReseptId'),
  ...(resept.refNr === undefined
    ? []
    : [identifier({ system: senderSidUrl(frame.sender, 'RefNr'), value: resept.refNr }, 'Referansenummer')]),
]

/**
 * M1 states the day only. The message's own creation time gives the clock time when it lies on that day
 * (medication-list.md 4.1); else the day stands alone.
 */
export function authoredOn(frame: Frame, resept: Resept): string {
  const day = toDate(resept.forskrivningsdato)
  if (localDate(Date.parse(frame.genDate), frame.zone) !== day) return day
  return frame.genDate.startsWith(day) ? frame.genDate : inZone(frame.genDate, frame.zone)
}

function dispenseRequest(
  frame: Frame,
  resept: Resept,
  dok: ReseptDokLegemiddel,
): MedicationRequestDispenseRequest {
  const packages = dok.antall === undefined ? undefined : { value: Number(dok.antall), unit: PACKAGE_UNIT }
  const amount = dok.mengde && quantity(dok.mengde)
  const supply = packages ?? amount
  const repeats = Number(dok.reiterasjon)
  if (repeats < 0)
    frame.unmapped.push({ at: 'Resept/ReseptDokLegemiddel/Reiterasjon', reason: 'invalid-value' })
  const end = resept.utloper && toDate(resept.utloper)
  const start = resept.tidligsteUtlevering && toDate(resept.tidligsteUtlevering)
  const isLate = start !== undefined && end !== undefined && start > end
  if (isLate)
    frame.unmapped.push({
      at: 'Resept/TidligsteUtlevering',
      reason: 'invalid-value',
      note: 'later than Utloper',
    })
  const performer = resept.ekspAnm && dispatcherOf(resept.ekspAnm)
  return {
    ...(packages === undefined || amount === undefined
      ? {}
      : { extension: [{ url: EXT.dispenseAmount, valueQuantity: amount }] }),
    ...validity(isLate ? undefined : start, end),
    ...(repeats < 0 ? {} : { numberOfRepeatsAllowed: repeats }),
    ...(supply === undefined ? {} : { quantity: supply }),
    ...(performer === undefined ? {} : { performer }),
  }
}

const validity = (
  start: string | undefined,
  end: string | undefined,
): Pick<MedicationRequestDispenseRequest, 'validityPeriod'> =>
  start === undefined && end === undefined
    ? {}
    : { validityPeriod: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) } }

export function dispatcherOf(request: EkspAnm): Reference | undefined {
  const identity =
    request.utleverer !== undefined
      ? { system: HER, value: request.utleverer }
      : request.orgNrUtleverer !== undefined
        ? { system: ENH, value: request.orgNrUtleverer }
        : undefined
  return identity && logical('Organization', identity, request.utlevererNavn)
}

function substitution(frame: Frame, dok: ReseptDokLegemiddel): Pick<MedicationRequest, 'substitution'> {
  switch (dok.bytteresRekvirent?.V) {
    case undefined:
      return {}
    case '1':
      return { substitution: { allowedBoolean: false } }
    case '2':
      return { substitution: { allowedBoolean: true } }
    default:
      frame.unmapped.push({ at: 'Resept/ReseptDokLegemiddel/BytteresRekvirent', reason: 'unknown-code' })
      return {}
  }
}
