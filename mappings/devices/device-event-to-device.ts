/** The unit itself (devices.md 2.6, 6.1, 6.4). It never carries a patient, and nothing on it tells of one. */
import type { Device, Reference } from 'fhir/r4.js'
import type { MappedResource } from '../../src/core/message.js'
import type { CanonicalEvent } from './canonical-event.js'
import { MDC } from './event-concept.js'
import { type EventFrame, keyOf } from './event-frame.js'
import type { DeviceEventKind } from './event-kinds.js'
import { isAbsoluteUri } from './json-shape.js'
import { present, said } from './present.js'

type StatusReason = 'online' | 'offline' | 'not-ready' | 'off'

interface DeviceState {
  readonly status: NonNullable<Device['status']>
  readonly reason: StatusReason
}

const ONLINE: DeviceState = { status: 'active', reason: 'online' }

/** Kinds that say something about the unit as a whole. A unit that reports about itself is in contact. */
const STATES: Partial<Readonly<Record<DeviceEventKind, DeviceState>>> = {
  'device.online': ONLINE,
  'device.offline': { status: 'active', reason: 'offline' },
  'device.firmware-updated': ONLINE,
  'device.restarted': ONLINE,
  'device.config-changed': ONLINE,
  'device.identifier-changed': ONLINE,
  'assignment.registered': { status: 'active', reason: 'not-ready' },
  'assignment.activated': ONLINE,
  'assignment.returned': { status: 'inactive', reason: 'not-ready' },
  'assignment.retired': { status: 'inactive', reason: 'off' },
  'assignment.lost': { status: 'inactive', reason: 'offline' },
}

/**
 * The Device of an event. Kinds that tell its state write it, the newest by time of occurrence; all others only see to it
 * that it exists, since they say nothing about its state.
 */
export function deviceEventToDevice(frame: EventFrame): MappedResource {
  const state = STATES[frame.event.type]
  return {
    key: keyOf(frame.device.primary),
    resource: device(frame, state),
    order: frame.order,
    scope: state === undefined ? 'shared-once' : 'shared',
  }
}

function device(frame: EventFrame, state: DeviceState | undefined): Device {
  const { event } = frame
  const model = said(event.device.model)
  return {
    resourceType: 'Device',
    identifier: [...frame.device.identifiers],
    ...present({ udiCarrier: udiCarrier(event) }),
    status: state?.status ?? 'active',
    ...(state === undefined
      ? {}
      : {
          statusReason: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/device-status-reason',
                  code: state.reason,
                },
              ],
            },
          ],
        }),
    ...present({
      manufacturer: said(event.device.manufacturer),
      serialNumber: event.device.identifiers.find(({ type }) => type === 'serial')?.value,
    }),
    ...(model === undefined
      ? {}
      : { deviceName: [{ name: model, type: 'model-name' as const }], modelNumber: model }),
    type: {
      coding: [{ system: MDC, code: '65573', display: 'MDC_MOC_VMS_MDS_SIMP' }],
      text: 'Medicine dispenser',
    },
    specialization: [
      {
        systemType: {
          coding: [{ system: MDC, code: '528456', display: 'MDC_DEV_SPEC_PROFILE_AI_MED_MINDER' }],
        },
      },
    ],
    ...present({ version: versions(event), owner: owner(event) }),
  }
}

function udiCarrier(event: CanonicalEvent): NonNullable<Device['udiCarrier']> {
  const di = event.device.identifiers.find(({ type }) => type === 'udi-di')
  const carrier = event.device.identifiers.find(({ type }) => type === 'udi-carrier')
  if (di === undefined && carrier === undefined) return []
  return [present({ deviceIdentifier: di?.value, issuer: issuer(di?.system), carrierHRF: carrier?.value })]
}

const issuer = (system: string | undefined): string | undefined =>
  system !== undefined && isAbsoluteUri(system) ? system : undefined

function versions(event: CanonicalEvent): NonNullable<Device['version']> {
  const one = (code: string, display: string, value: string | undefined) => {
    const text = said(value)
    return text === undefined ? [] : [{ type: { coding: [{ system: MDC, code, display }] }, value: text }]
  }
  return [
    ...one('531974', 'MDC_ID_PROD_SPEC_HW', event.device.hardwareVersion),
    ...one('531976', 'MDC_ID_PROD_SPEC_FW', event.device.firmwareVersion),
  ]
}

/** The organisation that the device serves, as `<system>|<value>`. */
export function owner(event: CanonicalEvent): Reference | undefined {
  const organisation = said(event.source.organisation)
  if (organisation === undefined) return undefined
  const bar = organisation.indexOf('|')
  const [system, value] = [organisation.slice(0, bar), organisation.slice(bar + 1)]
  if (bar <= 0 || value === '' || !isAbsoluteUri(system))
    return { type: 'Organization', display: organisation }
  return { type: 'Organization', identifier: { system, value } }
}
