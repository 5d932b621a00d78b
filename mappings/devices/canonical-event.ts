/** The canonical device event: one fact that a dispenser, its cloud or a response platform reports (devices.md 9.1). */
import { HubError, type Problem } from '../../src/core/errors.js'
import {
  CANONICAL_EVENT_SHAPE,
  type CLOCK_STATES,
  type DEVICE_IDENTIFIER_TYPES,
  type EVIDENCE,
} from './canonical-event-schema.js'
import type { DeviceEventKind, Severity } from './event-kinds.js'
import { checkShape } from './json-shape.js'

export type Evidence = (typeof EVIDENCE)[number]
export type ClockState = (typeof CLOCK_STATES)[number]

/** All times are ISO with offset; texts may be blank where no rule of the schema forbids it. */
export interface CanonicalEvent {
  readonly specVersion: '1'
  readonly eventId: string
  readonly type: DeviceEventKind
  readonly vendorType?: string
  readonly source: {
    readonly system: string
    readonly vendor?: string
    readonly product?: string
    /** `<identifier system>|<value>` of the organisation that the device serves. */
    readonly organisation?: string
    readonly mappingVersion?: string
  }
  readonly occurredAt: string
  readonly time: EventTime
  readonly sequence?: { readonly epoch: string; readonly number: number }
  readonly device: EventDevice
  readonly assignmentRef?: string
  readonly subject?: { readonly identifiers?: readonly EventIdentifier[] }
  readonly dose?: EventDose
  readonly supply?: EventSupply
  readonly schedule?: {
    readonly scheduleId?: string
    readonly version?: number
    readonly result?: string
    readonly reason?: EventCoding
    readonly until?: string
  }
  readonly travel?: {
    readonly start?: string
    readonly end?: string
    readonly doses?: number
    readonly doseIds?: readonly string[]
    readonly missingDoses?: number
  }
  readonly status?: EventStatus
  readonly assignment?: {
    readonly assignmentRef?: string
    readonly previousRef?: string
    readonly wipeProof?: string
    readonly otherDevice?: EventIdentifier
    readonly reason?: EventCoding
  }
  readonly alert?: {
    readonly alertId: string
    readonly causeEventId?: string
    readonly severity?: Severity
    readonly step?: number
    readonly actor?: EventIdentifier
    readonly actorName?: string
    readonly dueAt?: string
    readonly outcome?: EventCoding
    readonly note?: string
  }
  readonly message?: { readonly messageId?: string; readonly text?: string }
  readonly raw?: { readonly contentType?: string; readonly sha256: string; readonly ref?: string }
}

export interface EventTime {
  readonly clock: ClockState
  readonly deviceReported?: string
  readonly correctionMs?: number
  readonly accuracyMs?: number
  readonly zone?: string
  readonly vendorReceivedAt?: string
  readonly sentAt?: string
  readonly backfill?: boolean
}

export interface EventIdentifier {
  readonly type?: (typeof DEVICE_IDENTIFIER_TYPES)[number]
  readonly system: string
  readonly value: string
}

export interface EventCoding {
  readonly system?: string
  readonly version?: string
  readonly code: string
  readonly display?: string
}

export interface EventDevice {
  readonly identifiers: readonly EventIdentifier[]
  readonly manufacturer?: string
  readonly model?: string
  readonly hardwareVersion?: string
  readonly firmwareVersion?: string
}

export interface EventDose {
  readonly doseId: string
  readonly scheduleId?: string
  readonly scheduleVersion?: number
  readonly scheduledAt?: string
  readonly window?: { readonly start: string; readonly end: string }
  readonly dispensedAt?: string
  readonly assistedBy?: EventIdentifier
  readonly evidence?: Evidence
  readonly reason?: EventCoding
  /** Countable units; the event states no unit. */
  readonly quantity?: number
  readonly quantityTaken?: number
  readonly sachetId?: string
  readonly rollId?: string
  readonly slot?: string
  readonly items?: readonly EventItem[]
}

export interface EventItem {
  readonly medication: { readonly coding?: readonly EventCoding[]; readonly text?: string }
  readonly quantity?: number
  readonly unit?: string
  readonly requestRef?: string
}

export interface EventSupply {
  readonly rollId?: string
  /** Opaque holder of the roll; never shown. */
  readonly rollSubject?: EventIdentifier
  readonly packedBy?: string
  readonly periodStart?: string
  readonly periodEnd?: string
  readonly remainingDoses?: number
  readonly remainingUntil?: string
  readonly slot?: string
  readonly reason?: EventCoding
}

export interface EventStatus {
  readonly power?: 'mains' | 'battery' | 'unknown'
  readonly batteryPercent?: number
  readonly signalDbm?: number
  readonly temperatureC?: number
  readonly humidityPercent?: number
  readonly lastSeenAt?: string
  readonly queueLength?: number
  readonly fault?: {
    readonly code: string
    readonly component?: string
    readonly text?: string
    readonly recoverable?: boolean
    readonly stopsDispensing?: boolean
  }
}

/** @throws HubError MESSAGE_INVALID with every problem and its JSON pointer */
export function parseCanonicalEvent(body: unknown): CanonicalEvent {
  const problems = checkShape(body, CANONICAL_EVENT_SHAPE)
  // Without problems the value has the shape that the type mirrors, field by field.
  const event = body as CanonicalEvent
  const all = problems.length > 0 ? problems : crossChecks(event)
  const first = all[0]
  if (first !== undefined)
    throw new HubError('MESSAGE_INVALID', `${first.at}: ${first.text}`, { at: first.at, issues: all })
  return event
}

const PART_OF_FAMILY: Readonly<Record<string, 'dose' | 'travel' | 'alert'>> = {
  dose: 'dose',
  travel: 'travel',
  alert: 'alert',
}

/** Rules between fields: the part that a kind needs, and what must agree. */
function crossChecks(event: CanonicalEvent): Problem[] {
  const problems: Problem[] = []
  const require = (at: string, present: boolean) => {
    if (!present) problems.push({ at, text: `is required for ${event.type}` })
  }
  const family = event.type.slice(0, event.type.indexOf('.'))
  const part = Object.hasOwn(PART_OF_FAMILY, family) ? PART_OF_FAMILY[family] : undefined
  if (part !== undefined) require(`/${part}`, event[part] !== undefined)
  if (event.type === 'supply.wrong-person') require('/supply', event.supply !== undefined)
  if (event.type === 'device.fault') require('/status/fault', event.status?.fault !== undefined)
  if (family === 'assignment') checkAssignment(event, problems, require)
  if (event.device.identifiers.every((identifier) => identifier.type === 'udi-di'))
    problems.push({ at: '/device/identifiers', text: 'names a product and no single unit' })
  const { window } = event.dose ?? {}
  if (window !== undefined && Date.parse(window.end) < Date.parse(window.start))
    problems.push({ at: '/dose/window/end', text: 'must not lie before the start' })
  return problems
}

/** Kinds that change one assignment and so must name it. */
const NEEDS_ASSIGNMENT: ReadonlySet<DeviceEventKind> = new Set([
  'assignment.assigned',
  'assignment.activated',
  'assignment.suspended',
  'assignment.ended',
  'assignment.replaced',
])

function checkAssignment(
  event: CanonicalEvent,
  problems: Problem[],
  require: (at: string, present: boolean) => void,
): void {
  // A person number on the register of devices would tie person and unit outside of the assignment (devices.md 9.1).
  if (event.subject !== undefined)
    problems.push({ at: '/subject', text: 'must not stand on assignment events' })
  if (NEEDS_ASSIGNMENT.has(event.type)) require('/assignmentRef', assignmentRefOf(event) !== undefined)
  const stated = event.assignment?.assignmentRef
  if (stated !== undefined && event.assignmentRef !== undefined && stated !== event.assignmentRef)
    problems.push({ at: '/assignment/assignmentRef', text: 'must equal /assignmentRef' })
}

/** The assignment that the event belongs to, from either of the two places that may name it. */
export const assignmentRefOf = (event: CanonicalEvent): string | undefined =>
  event.assignmentRef ?? event.assignment?.assignmentRef
