/** Canonical device events of an invented vendor, for tests, demo and bench. Times are in Oslo's winter time. */
import type { CanonicalEvent } from '../../mappings/devices/canonical-event.js'
import type { DeviceEventKind } from '../../mappings/devices/event-kinds.js'

export const VENDOR_SYSTEM = 'https://cloud.pillekassen.example/events'
export const SERIAL_SYSTEM = 'https://cloud.pillekassen.example/serial'
/** fnr of nobody: month + 80, checksums right. */
export const SYNTHETIC_FNR = '15867910090'

export interface DeviceOptions {
  readonly serial?: string
  readonly imei?: string
  readonly model?: string
}

export interface EventOptions extends DeviceOptions {
  readonly eventId?: string
  readonly occurredAt?: string
  readonly assignmentRef?: string
  /** Merged over the event as it would be. */
  readonly over?: Partial<CanonicalEvent>
}

/** A plain event of any kind; the parts that a kind needs come by `over` or by the builders below. */
export function deviceEvent(type: DeviceEventKind, options: EventOptions = {}): CanonicalEvent {
  const occurredAt = options.occurredAt ?? '2026-02-03T08:04:00+01:00'
  return {
    specVersion: '1',
    eventId: options.eventId ?? `evt-${type}-${occurredAt}`,
    type,
    source: { system: VENDOR_SYSTEM, vendor: 'Pillekassen', product: 'PK Cloud' },
    occurredAt,
    time: { clock: 'synced' },
    device: {
      identifiers: [
        { type: 'serial', system: SERIAL_SYSTEM, value: options.serial ?? 'PK-1001' },
        ...(options.imei === undefined
          ? []
          : [{ type: 'imei' as const, system: 'urn:gsma:imei', value: options.imei }]),
      ],
      model: options.model ?? 'Pillekassen 2',
    },
    ...(options.assignmentRef === undefined ? {} : { assignmentRef: options.assignmentRef }),
    ...options.over,
  }
}

export interface DoseOptions extends EventOptions {
  readonly doseId?: string
  readonly scheduledAt?: string
  readonly dose?: Partial<NonNullable<CanonicalEvent['dose']>>
}

/** A dose of a roll, due 08:00 in a window of 07:30 to 10:00. */
export function doseEvent(type: DeviceEventKind, options: DoseOptions = {}): CanonicalEvent {
  const scheduledAt = options.scheduledAt ?? '2026-02-03T08:00:00+01:00'
  return deviceEvent(type, {
    ...options,
    over: {
      dose: {
        doseId: options.doseId ?? 'morning',
        scheduledAt,
        window: { start: '2026-02-03T07:30:00+01:00', end: '2026-02-03T10:00:00+01:00' },
        sachetId: 'S-017',
        rollId: 'R-5',
        ...options.dose,
      },
      ...options.over,
    },
  })
}

export const doseTaken = (options: DoseOptions = {}): CanonicalEvent =>
  doseEvent('dose.taken', { ...options, dose: { evidence: 'button', ...options.dose } })

export const doseNotDispensed = (options: DoseOptions = {}): CanonicalEvent =>
  doseEvent('dose.not-dispensed', {
    occurredAt: '2026-02-03T10:00:00+01:00',
    ...options,
    dose: { evidence: 'none', ...options.dose },
  })

export const doseDispensed = (options: DoseOptions = {}): CanonicalEvent =>
  doseEvent('dose.dispensed', { ...options, dose: { evidence: 'exit-sensor', ...options.dose } })

/** One dose whose medicines the packing file tells. */
export const doseWithItems = (type: DeviceEventKind, options: DoseOptions = {}): CanonicalEvent =>
  doseEvent(type, {
    ...options,
    dose: {
      evidence: 'button',
      items: [
        {
          medication: {
            coding: [{ system: 'http://www.whocc.no/atc', code: 'C07AB02' }],
            text: 'Metoprolol depot 50 mg',
          },
          quantity: 1,
          unit: 'tablett',
        },
        {
          medication: {
            coding: [{ system: 'http://www.whocc.no/atc', code: 'A10BA02' }],
            text: 'Metformin 500 mg',
          },
          quantity: 2,
          unit: 'tablett',
        },
      ],
      ...options.dose,
    },
  })

/** A roll of somebody else; the holder is opaque and must show nowhere. */
export const wrongPersonRoll = (options: EventOptions = {}): CanonicalEvent =>
  deviceEvent('supply.wrong-person', {
    occurredAt: '2026-02-03T12:10:00+01:00',
    ...options,
    over: {
      supply: {
        rollId: 'R-OTHER',
        rollSubject: { type: 'other', system: 'https://apotek.example/holder', value: 'holder-of-other' },
      },
      ...options.over,
    },
  })

export const rollLoaded = (options: EventOptions = {}): CanonicalEvent =>
  deviceEvent('supply.loaded', {
    occurredAt: '2026-02-02T12:00:00+01:00',
    ...options,
    over: {
      supply: {
        rollId: 'R-5',
        packedBy: 'Apotek Eksempel',
        periodStart: '2026-02-03T08:00:00+01:00',
        periodEnd: '2026-02-16T20:00:00+01:00',
        remainingDoses: 42,
      },
      ...options.over,
    },
  })

export type AssignmentStepKind =
  | 'assignment.assigned'
  | 'assignment.activated'
  | 'assignment.suspended'
  | 'assignment.ended'

/** Events of an assignment name no person: the hub knows from the assignment number who it is. */
export const assignmentEvent = (
  type: AssignmentStepKind,
  ref: string,
  options: EventOptions = {},
): CanonicalEvent =>
  deviceEvent(type, {
    occurredAt: '2026-02-01T10:00:00+01:00',
    ...options,
    over: { assignmentRef: ref, assignment: { assignmentRef: ref }, ...options.over },
  })

export const eventBytes = (event: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(event))
