/** The canonical device event, version 1, as JSON Schema data. Source: devices.md 9.1. */
import { EVENT_KINDS, SEVERITIES } from './event-kinds.js'
import type { ObjectShape, Shape } from './json-shape.js'

export const CLOCK_STATES = ['synced', 'unsynced', 'corrected', 'receiver', 'unknown'] as const
export const EVIDENCE = [
  'none',
  'motor',
  'exit-sensor',
  'sachet-torn',
  'weight',
  'lid',
  'button',
  'app',
  'carer',
] as const
export const DEVICE_IDENTIFIER_TYPES = [
  'serial',
  'imei',
  'iccid',
  'eui64',
  'mac',
  'udi-di',
  'udi-carrier',
  'vendor-device-id',
  'other',
] as const

const text: Shape = { type: 'string' }
/** A number or name by which things are told apart: an empty one would make all of them the same. */
const handle: Shape = { type: 'string', minLength: 1, maxLength: 256, pattern: '^\\S(.*\\S)?$' }
const instant: Shape = { type: 'string', format: 'date-time' }
const integer: Shape = { type: 'integer' }
const count: Shape = { type: 'integer', minimum: 0 }
const number: Shape = { type: 'number' }
const amount: Shape = { type: 'number', minimum: 0 }
const boolean: Shape = { type: 'boolean' }
const oneOf = (codes: readonly string[]): Shape => ({ type: 'string', enum: codes })
const list = (items: Shape, bounds: { minItems?: number; maxItems: number }): Shape => ({
  type: 'array',
  items,
  ...bounds,
})
const object = (properties: Record<string, Shape>, required: readonly string[] = []): ObjectShape => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const identifier = object({ type: oneOf(DEVICE_IDENTIFIER_TYPES), system: handle, value: handle }, [
  'system',
  'value',
])
/** FHIR's own form of a code: no outer blanks, single ones inside. */
const code: Shape = { type: 'string', minLength: 1, maxLength: 256, pattern: '^\\S+( \\S+)*$' }
const coding = object({ system: text, version: text, code, display: text }, ['code'])

const dose = object(
  {
    doseId: handle,
    scheduleId: text,
    scheduleVersion: integer,
    scheduledAt: instant,
    window: object({ start: instant, end: instant }, ['start', 'end']),
    dispensedAt: instant,
    assistedBy: identifier,
    evidence: oneOf(EVIDENCE),
    reason: coding,
    quantity: amount,
    quantityTaken: amount,
    sachetId: text,
    rollId: text,
    slot: text,
    items: list(
      object(
        {
          medication: object({ coding: list(coding, { maxItems: 20 }), text }),
          quantity: amount,
          unit: text,
          requestRef: text,
        },
        ['medication'],
      ),
      { maxItems: 100 },
    ),
  },
  ['doseId'],
)

const supply = object({
  rollId: text,
  rollSubject: identifier,
  packedBy: text,
  periodStart: instant,
  periodEnd: instant,
  remainingDoses: count,
  remainingUntil: instant,
  slot: text,
  reason: coding,
})

const status = object({
  power: oneOf(['mains', 'battery', 'unknown']),
  batteryPercent: { type: 'number', minimum: 0, maximum: 100 },
  signalDbm: number,
  temperatureC: number,
  humidityPercent: number,
  lastSeenAt: instant,
  queueLength: integer,
  fault: object({ code, component: text, text, recoverable: boolean, stopsDispensing: boolean }, ['code']),
})

const alert = object(
  {
    alertId: handle,
    causeEventId: text,
    severity: oneOf(SEVERITIES),
    step: count,
    actor: identifier,
    actorName: text,
    dueAt: instant,
    outcome: coding,
    note: text,
  },
  ['alertId'],
)

export const CANONICAL_EVENT_SHAPE: ObjectShape = object(
  {
    specVersion: oneOf(['1']),
    eventId: { type: 'string', minLength: 8, maxLength: 128, pattern: '^\\S(.*\\S)?$' },
    type: oneOf(Object.keys(EVENT_KINDS)),
    vendorType: text,
    source: object(
      {
        system: { type: 'string', format: 'uri', maxLength: 512 },
        vendor: text,
        product: text,
        organisation: text,
        mappingVersion: text,
      },
      ['system'],
    ),
    occurredAt: instant,
    time: object(
      {
        clock: oneOf(CLOCK_STATES),
        deviceReported: text,
        correctionMs: integer,
        accuracyMs: count,
        zone: text,
        vendorReceivedAt: instant,
        sentAt: instant,
        backfill: boolean,
      },
      ['clock'],
    ),
    sequence: object({ epoch: text, number: count }, ['epoch', 'number']),
    device: object(
      {
        identifiers: list(identifier, { minItems: 1, maxItems: 20 }),
        manufacturer: text,
        model: text,
        hardwareVersion: text,
        firmwareVersion: text,
      },
      ['identifiers'],
    ),
    assignmentRef: handle,
    subject: object({ identifiers: list(identifier, { maxItems: 10 }) }),
    dose,
    supply,
    schedule: object({ scheduleId: text, version: integer, result: text, reason: coding, until: instant }),
    travel: object({
      start: instant,
      end: instant,
      doses: count,
      doseIds: list(handle, { maxItems: 200 }),
      missingDoses: count,
    }),
    status,
    assignment: object({
      assignmentRef: handle,
      previousRef: handle,
      wipeProof: text,
      otherDevice: identifier,
      reason: coding,
    }),
    alert,
    message: object({ messageId: text, text: { type: 'string', maxLength: 500 } }),
    raw: object({ contentType: text, sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' }, ref: text }, [
      'sha256',
    ]),
  },
  ['specVersion', 'eventId', 'type', 'source', 'device', 'occurredAt', 'time'],
)
