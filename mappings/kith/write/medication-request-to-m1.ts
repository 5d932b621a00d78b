/** MedicationRequest → M1 Resept: the way back of m1-to-medication-request (eresept.md 4, 11.2). */
import type { MedicationRequest } from 'fhir/r4.js'
import { EXT } from '../extensions.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { medicationOf, type Prescribed, reseptDokLegemiddel, suppliedOf } from './resept-dok.js'
import { reseptNodes } from './resept-nodes.js'
import { checkModifiers, lacks, type Sheet, unwritten } from './sheet.js'
import { extOf } from './values.js'

const AT = 'MedicationRequest'

/** The payload element; its MsgHead gets the ReseptId as MsgId. */
export function medicationRequestToM1(sheet: Sheet, request: MedicationRequest): XmlNode {
  checkModifiers(sheet, request, AT)
  if (request.status !== 'active' || request.intent !== 'order' || request.doNotPerform === true)
    lacks(sheet, `${AT}.status`, 'only an active order to give a medicine is a prescription')
  if (request.substitution?.allowedCodeableConcept !== undefined)
    unwritten(sheet, `${AT}.substitution`, 'a kind of substitution')
  const { after, before } = reseptNodes(sheet, {
    at: AT,
    authoredOn: request.authoredOn,
    validity: request.dispenseRequest?.validityPeriod,
    identifier: request.identifier ?? [],
    extension: request.extension ?? [],
  })
  return node('Resept', [...before, reseptDokLegemiddel(sheet, prescribedOf(request)), ...after], {
    xmlns: NS.m1,
  })
}

export function prescribedOf(request: MedicationRequest): Prescribed {
  const { dispenseRequest, substitution } = request
  const supplied = suppliedOf(dispenseRequest?.quantity)
  const allowed = substitution?.allowedBoolean
  return {
    medication: medicationOf(request),
    dosages: request.dosageInstruction ?? [],
    extension: request.extension ?? [],
    reasons: request.reasonCode ?? [],
    note: request.note?.map((one) => one.text).join('\n'),
    repeats: dispenseRequest?.numberOfRepeatsAllowed,
    packages: supplied.packages,
    amount: extOf(dispenseRequest?.extension, EXT.dispenseAmount)?.valueQuantity ?? supplied.amount,
    reserved: allowed === undefined ? undefined : { coding: [{ code: allowed ? '2' : '1' }] },
    at: AT,
  }
}
