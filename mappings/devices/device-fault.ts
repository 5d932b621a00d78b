/** Parts of a device that fail, the same for all vendors (devices.md 9.1). */
import type { CodeableConcept } from 'fhir/r4.js'
import { codeSystemUrl, senderSidUrl } from '../../src/core/canonical.js'
import type { EventFrame } from './event-frame.js'
import { present, said } from './present.js'

export const DEVICE_FAULTS = {
  motor: { nb: 'Motor', en: 'Motor' },
  cutter: { nb: 'Kutter', en: 'Cutter' },
  feeder: { nb: 'Mater', en: 'Feeder' },
  sensor: { nb: 'Sensor', en: 'Sensor' },
  reader: { nb: 'Leser', en: 'Reader' },
  display: { nb: 'Skjerm', en: 'Display' },
  speaker: { nb: 'Høyttaler', en: 'Speaker' },
  modem: { nb: 'Modem', en: 'Modem' },
  memory: { nb: 'Minne', en: 'Memory' },
  power: { nb: 'Strømforsyning', en: 'Power supply' },
  door: { nb: 'Luke', en: 'Door' },
  unknown: { nb: 'Ukjent del', en: 'Unknown part' },
} as const satisfies Readonly<Record<string, { readonly nb: string; readonly en: string }>>

/** The fault of an event: the part by our list (`unknown` where the vendor's word is none of it), the vendor's code, the text. */
export function faultConcept(frame: EventFrame): CodeableConcept | undefined {
  const fault = frame.event.status?.fault
  if (fault === undefined) return undefined
  const component = said(fault.component)
  const code = component !== undefined && Object.hasOwn(DEVICE_FAULTS, component) ? component : 'unknown'
  const text = said(fault.text)
  // A part outside of our list is kept in words.
  const named =
    component === undefined || component === code ? text : [component, text].filter(Boolean).join(': ')
  return {
    coding: [
      { system: codeSystemUrl('device-fault'), code },
      { system: senderSidUrl(frame.sender, 'fault'), code: fault.code },
    ],
    ...present({ text: named }),
  }
}
