/** A recalled MedicationRequest or DeviceRequest → M5 Tilbakekalling (eresept.md 5). */
import type { CodeableConcept, DeviceRequest, MedicationRequest } from 'fhir/r4.js'
import { EXT } from '../extensions.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { bareId, uuidOf } from './idents.js'
import { lacks, type Sheet } from './sheet.js'
import { codeIn, cv, extOf, text } from './values.js'

const OTHER: CodeableConcept = { coding: [{ code: '4' }] }
const RENEWALS = new Set(['1', '3'])

/** @param renewal the prescription that takes its place, where there is one */
export function requestToM5(
  sheet: Sheet,
  recalled: MedicationRequest | DeviceRequest,
  renewal?: MedicationRequest | DeviceRequest,
): XmlNode {
  const at = recalled.resourceType
  const own = recalled.identifier?.find(({ type }) => type?.text === 'ReseptId')
  const stated =
    extOf(recalled.extension, EXT.recallReason)?.valueCodeableConcept ??
    (recalled.resourceType === 'MedicationRequest' ? recalled.statusReason : undefined)
  // A reason of another list is the fourth of this one, "other", in its own words.
  const known = codeIn(stated, 7500)
  const words = stated?.text ?? stated?.coding?.[0]?.display
  const note =
    extOf(recalled.extension, EXT.recallNote)?.valueString ?? (known === undefined ? words : undefined)
  const next = uuidOf(renewal?.identifier?.find(({ type }) => type?.text === 'ReseptId'))
  if (next === undefined && RENEWALS.has(known?.code ?? ''))
    lacks(sheet, `${at}.statusReason`, 'a recall by renewal names the new prescription')
  return node(
    'Tilbakekalling',
    [
      text('ReseptId', bareId(own)) ??
        lacks(sheet, `${at}.identifier`, 'a recall needs the id of the prescription'),
      text('Merknad', note),
      cv('Arsak', known === undefined ? OTHER : stated, 7500),
      text('NyReseptId', next),
    ],
    { xmlns: NS.m5 },
  )
}
