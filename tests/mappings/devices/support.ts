import assert from 'node:assert/strict'
import type { FhirResource } from 'fhir/r4.js'
import { type CanonicalEvent, parseCanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import { deviceEventToFhir } from '../../../mappings/devices/device-event-to-fhir.js'
import { type DeviceEventKind, EVENT_KINDS } from '../../../mappings/devices/event-kinds.js'
import type { Mapped } from '../../../src/core/message.js'
import { doseWithItems, rollLoaded, SYNTHETIC_FNR } from '../../support/device-fixtures.js'

export const RECEIVED_AT = '2026-02-03T12:00:00.000Z'

export const mapEvent = (event: CanonicalEvent, receivedAt = RECEIVED_AT): Mapped =>
  deviceEventToFhir(parseCanonicalEvent(event), { receivedAt })

export function resourcesOf<T extends FhirResource['resourceType']>(
  mapped: Mapped,
  type: T,
): Extract<FhirResource, { resourceType: T }>[] {
  const found = mapped.resources.map(({ resource }) => resource).filter((one) => one.resourceType === type)
  return found as Extract<FhirResource, { resourceType: T }>[]
}

export function only<T>(list: readonly T[]): T {
  assert.equal(list.length, 1)
  return list[0]!
}

/** An event of any kind with every part filled. */
export function fullEvent(type: DeviceEventKind): CanonicalEvent {
  const assignment = type.startsWith('assignment.')
  return doseWithItems(type, {
    imei: '490154203237518',
    assignmentRef: 'asg-1',
    dose: {
      scheduleId: 'plan-7',
      scheduleVersion: 3,
      dispensedAt: '2026-02-03T08:03:00+01:00',
      assistedBy: { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: '9144889' },
      reason: { system: 'http://snomed.info/sct', code: '182864000', display: 'side effects' },
      quantity: 3,
      quantityTaken: 1,
      slot: '4',
    },
    over: {
      vendorType: '1.1',
      time: {
        clock: 'corrected',
        deviceReported: '2026-02-03T09:04:00',
        correctionMs: -3600000,
        accuracyMs: 1000,
        zone: 'Europe/Oslo',
        vendorReceivedAt: '2026-02-03T08:05:00+01:00',
        sentAt: '2026-02-03T08:06:00+01:00',
        backfill: true,
      },
      sequence: { epoch: 'e1', number: 4 },
      supply: {
        ...rollLoaded().supply,
        remainingUntil: '2026-02-05T08:00:00+01:00',
        slot: '1',
        reason: { code: 'low' },
      },
      schedule: { scheduleId: 'plan-7', version: 3, result: 'ok', reason: { code: 'x' } },
      travel: {
        start: '2026-02-04T08:00:00+01:00',
        end: '2026-02-06T20:00:00+01:00',
        doses: 2,
        doseIds: ['t1', 't2'],
        missingDoses: 1,
      },
      status: {
        power: 'battery',
        batteryPercent: 12.5,
        signalDbm: -71,
        temperatureC: 21.5,
        humidityPercent: 40,
        lastSeenAt: '2026-02-03T07:50:00+01:00',
        queueLength: 2,
        fault: {
          code: 'motor-stall',
          component: 'feeder',
          text: 'Feeder stalled',
          recoverable: false,
          stopsDispensing: true,
        },
      },
      alert: { alertId: 'alert-1', severity: 'high' },
      assignment: { reason: { code: 'returned' }, wipeProof: 'proof-1' },
      message: { messageId: 'm-1', text: 'Husk øyedråper' },
      ...(assignment
        ? {}
        : { subject: { identifiers: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: SYNTHETIC_FNR }] } }),
    },
  })
}

/** The parts that one kind or another needs, with nothing in them that is not needed. */
export const BARE: Partial<CanonicalEvent> = {
  dose: { doseId: 'd1' },
  travel: {},
  alert: { alertId: 'alert-1' },
  supply: {},
  status: { fault: { code: 'f1' } },
  assignmentRef: 'asg-1',
}

export const KINDS = Object.keys(EVENT_KINDS) as DeviceEventKind[]
