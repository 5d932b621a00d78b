/**
 * Conditions that last until another event ends them. Their alert is one DetectedIssue for a device and kind, however
 * often it is reported; every other alert is one for an event (devices.md 7.1).
 */
import type { Amendment, Identity } from '../../src/core/message.js'
import { resolution } from './alert-outcome.js'
import { alertIdentity, amendment, type EventFrame, eventIdentity } from './event-frame.js'
import type { DeviceEventKind } from './event-kinds.js'

const ROLL_FAULTS = [
  'supply.wrong-person',
  'supply.wrong-period',
  'supply.invalid',
  'supply.unreadable',
] as const

/** Which conditions an event ends. */
const ENDS: Partial<Readonly<Record<DeviceEventKind, readonly DeviceEventKind[]>>> = {
  'supply.loaded': [...ROLL_FAULTS, 'supply.jammed', 'supply.low', 'supply.empty'],
  'supply.verified': ROLL_FAULTS,
  'supply.removed': [...ROLL_FAULTS, 'supply.jammed'],
  'schedule.accepted': ['schedule.rejected', 'schedule.missing', 'schedule.stale'],
  'device.battery-ok': ['device.battery-low', 'device.battery-critical', 'device.battery-empty'],
  'device.closed': ['device.open-too-long'],
  'device.fault-cleared': ['device.fault'],
  'device.clock-adjusted': ['device.clock-unsynced'],
}

const STANDING: ReadonlySet<DeviceEventKind> = new Set(Object.values(ENDS).flat())

/** The identity of the alert that an event opens: of the condition where it stands, else of the event. */
export const conditionIdentity = (frame: EventFrame): Identity =>
  STANDING.has(frame.event.type) ? standing(frame, frame.event.type) : eventIdentity(frame)

/** One fault must not end another: faults are told apart by the vendor's fault code. */
const standing = (frame: EventFrame, kind: DeviceEventKind): Identity => {
  const fault = kind === 'device.fault' ? frame.event.status?.fault?.code : undefined
  return alertIdentity(frame, kind, ...(fault === undefined ? [] : [fault]))
}

/** Words on the alerts of standing conditions: this one stands again, those have ended. Applied in order of time. */
export function conditionAmendments(frame: EventFrame): readonly Amendment[] {
  const { type, status } = frame.event
  const opens = STANDING.has(type)
    ? [
        amendment(frame, 'DetectedIssue', standing(frame, type), {
          set: { status: 'preliminary', mitigation: null },
        }),
      ]
    : []
  // Without a fault code it is not known which fault is gone: then a person has to look.
  const ended = type === 'device.fault-cleared' && status?.fault === undefined ? [] : (ENDS[type] ?? [])
  return [
    ...opens,
    ...ended.map((kind) =>
      amendment(frame, 'DetectedIssue', standing(frame, kind), { set: resolution(frame) }),
    ),
    ...stopFlagAmendments(frame, ended),
  ]
}

/** The warning that a device has stopped dispensing, for as long as a roll of another person is in it. */
export const stopFlagIdentity = (frame: EventFrame): Identity => alertIdentity(frame, 'dispensing-stopped')

function stopFlagAmendments(frame: EventFrame, ended: readonly DeviceEventKind[]): readonly Amendment[] {
  const change = (status: 'active' | 'inactive') => [
    amendment(frame, 'Flag', stopFlagIdentity(frame), { set: { status } }),
  ]
  if (frame.event.type === 'supply.wrong-person') return change('active')
  return ended.includes('supply.wrong-person') ? change('inactive') : []
}
