/**
 * What a device tells of itself, as Observations about the Device (devices.md 2.6): of no person, so that the faults of
 * all vendors stand in one place whether or not somebody has the device.
 */
import type { CodeableConcept, Observation, ObservationComponent } from 'fhir/r4.js'
import { UCUM } from '../../src/core/canonical.js'
import type { Identity, MappedResource } from '../../src/core/message.js'
import { faultConcept } from './device-fault.js'
import { eventConcept, MDC } from './event-concept.js'
import { type EventFrame, eventIdentity, keyOf, plainIdentifier, type Yield } from './event-frame.js'
import { present, said } from './present.js'

/** Whether a condition begins or ends with the event; neither for a plain reading. */
export type Phase = 'open' | 'cleared' | 'reading'

export function deviceEventToObservation(frame: EventFrame, phase: Phase): Yield {
  const { status } = frame.event
  const main: Observation = {
    ...observation(frame, eventIdentity(frame), eventConcept(frame)),
    ...(phase === 'reading' ? {} : { interpretation: [{ text: phase }] }),
    ...present({ valueCodeableConcept: faultConcept(frame), component: components(frame) }),
  }
  const resources = [shared(frame, eventIdentity(frame), main)]
  if (status?.batteryPercent !== undefined) resources.push(batteryCharge(frame, status.batteryPercent))
  return {
    resources,
    used: [...STATUS_PLACES, '/assignment/wipeProof'],
  }
}

const STATUS_PLACES: readonly string[] = [
  'power',
  'batteryPercent',
  'signalDbm',
  'temperatureC',
  'humidityPercent',
  'lastSeenAt',
  'queueLength',
  'fault',
].map((name) => `/status/${name}`)

function observation(frame: EventFrame, identity: Identity, code: CodeableConcept): Observation {
  return {
    resourceType: 'Observation',
    meta: frame.meta,
    ...present({ extension: [...frame.timeExtensions] }),
    identifier: [identity, plainIdentifier('event', frame.event.eventId)],
    status: 'final',
    code,
    subject: frame.deviceReference,
    effectiveDateTime: frame.event.occurredAt,
    device: frame.deviceReference,
  }
}

/** The charge has a code of its own in IEEE 11073, by which it is searched. */
function batteryCharge(frame: EventFrame, percent: number): MappedResource {
  const identity = eventIdentity(frame, 'battery')
  const code = { coding: [{ system: MDC, code: '67996', display: 'MDC_ATTR_VAL_BATT_CHARGE' }] }
  return shared(frame, identity, {
    ...observation(frame, identity, code),
    valueQuantity: { value: percent, unit: '%', system: UCUM, code: '%' },
  })
}

const shared = (frame: EventFrame, identity: Identity, resource: Observation): MappedResource => ({
  key: keyOf(identity),
  resource,
  order: frame.order,
  scope: 'shared',
})

function components(frame: EventFrame): ObservationComponent[] {
  const { status } = frame.event
  const list: ObservationComponent[] = []
  const measure = (text: string, value: number | undefined, unit: string, code: string) => {
    if (value !== undefined) list.push({ code: { text }, valueQuantity: { value, unit, system: UCUM, code } })
  }
  if (status?.power === 'mains' || status?.power === 'battery')
    list.push({
      code: {
        coding: [{ system: MDC, code: status.power === 'mains' ? '67925.0' : '67925.1' }],
        text: status.power === 'mains' ? 'onMains' : 'onBattery',
      },
      valueBoolean: true,
    })
  if (status?.power === 'unknown') list.push({ code: { text: 'power' }, valueString: 'unknown' })
  measure('signal strength', status?.signalDbm, 'dBm', 'dB[mW]')
  measure('temperature', status?.temperatureC, '°C', 'Cel')
  measure('relative humidity', status?.humidityPercent, '%', '%')
  measure('queue length', status?.queueLength, 'events', '{events}')
  if (status?.lastSeenAt !== undefined)
    list.push({ code: { text: 'last seen' }, valueDateTime: status.lastSeenAt })
  const fault = status?.fault
  if (fault?.recoverable !== undefined)
    list.push({ code: { text: 'recoverable' }, valueBoolean: fault.recoverable })
  if (fault?.stopsDispensing !== undefined)
    list.push({ code: { text: 'stops dispensing' }, valueBoolean: fault.stopsDispensing })
  const proof = said(frame.event.assignment?.wipeProof)
  if (proof !== undefined) list.push({ code: { text: 'wipe proof' }, valueString: proof })
  return list
}
