/** The kind of an event as a CodeableConcept: the national code first, then ours, then the others that mean the same. */
import type { CodeableConcept, Coding } from 'fhir/r4.js'
import { codeSystemUrl, senderSidUrl } from '../../src/core/canonical.js'
import type { EventCoding } from './canonical-event.js'
import { systemOf } from './device-identity.js'
import type { EventFrame } from './event-frame.js'
import { EVENT_KINDS } from './event-kinds.js'
import { present, said } from './present.js'

export const VKP_ALERT_CODE = 'http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090'
export const VKP_DISPENSE_EVENT = 'http://ehelse.no/fhir/CodeSystem/vkp-medicationdispense-events-v090'
export const MDC = 'urn:iso:std:iso:11073:10101'

/**
 * Codings of devices.md 2: VKP (alert or dispense list), `device-event-kind`, SCAIP, MDC, and the vendor's own name as sent.
 * The text is the Norwegian name.
 */
export function eventConcept(frame: EventFrame): CodeableConcept {
  const { type, vendorType } = frame.event
  const row = EVENT_KINDS[type]
  const coding: Coding[] = []
  if (row.vkpAlert !== undefined) coding.push({ system: VKP_ALERT_CODE, code: row.vkpAlert })
  if (row.vkpDispense !== undefined) coding.push({ system: VKP_DISPENSE_EVENT, code: row.vkpDispense })
  coding.push({ system: codeSystemUrl('device-event-kind'), code: type, display: row.en })
  if (row.scaip !== undefined) coding.push({ system: codeSystemUrl('scaip-status'), code: row.scaip })
  for (const entry of row.mdc ?? []) coding.push({ system: MDC, ...entry })
  const vendorName = said(vendorType)
  if (vendorName !== undefined) coding.push(vendorCoding(frame, vendorName))
  return { coding, text: row.nb }
}

function vendorCoding(frame: EventFrame, name: string): Coding {
  const system = senderSidUrl(frame.sender, 'event-type')
  return isCode(name)
    ? { system, code: name, userSelected: true }
    : { system, display: name, userSelected: true }
}

/** FHIR's form of a code. */
const isCode = (text: string): boolean => /^\S+( \S+)*$/.test(text)

/** A coding as the source wrote it; a system that is no URI becomes a local one of the sender. */
export function sourceCoding(frame: EventFrame, coding: EventCoding): Coding {
  const system = said(coding.system)
  return {
    ...(system === undefined ? {} : { system: systemOf(system, frame.sender) }),
    ...present({ version: said(coding.version) }),
    code: coding.code,
    ...present({ display: said(coding.display) }),
  }
}
