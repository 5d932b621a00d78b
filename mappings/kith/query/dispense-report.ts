/** A stored dispense as the M6 that an M9.8 attaches: its Utlevering as the pharmacy wrote it (eresept.md 6). */
import type { FhirResource } from 'fhir/r4.js'
import type { QueryContext } from '../../../src/core/query.js'
import type { Head } from '../msghead.js'
import { payloadOf } from '../msghead.js'
import { NS } from '../namespaces.js'
import { child } from '../reader.js'
import { replyHead } from '../reply-head.js'
import { medicationDispenseToM10 } from '../write/medication-dispense-to-m10.js'
import { openSheet } from '../write/sheet.js'
import { asNode, node, writeXml, XML_DECLARATION, type XmlNode } from '../xml-write.js'
import type { Original } from './originals.js'

/** Undefined when neither the report itself is kept nor enough is known to write one. */
export function m6Of(
  head: Head,
  dispense: FhirResource,
  m10Id: string,
  original: Original | undefined,
  index: number,
  context: QueryContext,
): Uint8Array | undefined {
  const utlevering = utleveringOf(dispense, original, context)
  if (utlevering === undefined) return undefined
  const payload = node('UtleveringsrapportRekvirent', [utlevering, node('ReferanseM10', m10Id)], {
    xmlns: NS.m6,
  })
  const patient = original && patientOf(original)
  const message = replyHead(
    head,
    { V: 'ERM6', DN: 'Utleveringsrapport rekvirent' },
    payload,
    { ...context, newId: derivedId(context.newId, index) },
    [],
    patient,
  )
  return new TextEncoder().encode(XML_DECLARATION + writeXml(message))
}

function utleveringOf(
  dispense: FhirResource,
  original: Original | undefined,
  context: QueryContext,
): XmlNode | undefined {
  const payload = original && payloadOf(original.root)
  const element = payload && child(payload, 'Utlevering')
  if (element !== undefined) return asNode(element, NS.m6)
  if (dispense.resourceType !== 'MedicationDispense') return undefined
  const sheet = openSheet(context.zone)
  const report = medicationDispenseToM10(sheet, dispense)
  // What the M10 demands beyond the dispense (pharmacist, reservation) is no part of an M6.
  const own = sheet.problems.filter(
    ({ at }) => at !== 'MedicationDispense.extension' && at !== 'MedicationDispense.performer',
  )
  const [utlevering] = typeof report.content === 'string' ? [] : (report.content ?? [])
  return own.length === 0 ? utlevering : undefined
}

function patientOf({ root }: Original): XmlNode | undefined {
  const info = child(root, 'MsgInfo')
  const patient = info && child(info, 'Patient')
  return patient && asNode(patient, NS.msgHead)
}

/** An id for each attached report, made of the answer's own: the same answer has the same bytes. */
function derivedId(id: string, index: number): string {
  const last = (Number.parseInt(id.slice(-6), 16) + index + 1) % 0x1000000
  return id.slice(0, -6) + last.toString(16).padStart(6, '0')
}
