/**
 * Dose events to MedicationAdministration: one per dose, whatever number of events tell of it and in whatever order they
 * come (devices.md 2.1, 8.4). The order of a content is its precedence first and its time second, so that folding is
 * commutative: what a person confirmed, then taken, partly taken, refused, not taken, not dispensed, unconfirmed, removed.
 */
import type { CodeableConcept, Extension, MedicationAdministration, Quantity } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, HPR, senderSidUrl } from '../../src/core/canonical.js'
import type { Identity, MappedResource } from '../../src/core/message.js'
import type { EventDose, EventIdentifier, EventItem, Evidence } from './canonical-event.js'
import { subtractExactly } from './decimal.js'
import { systemOf } from './device-identity.js'
import {
  doseMedication,
  itemConcept,
  itemNames,
  quantity,
  requestReference,
  singleItem,
} from './dose-medication.js'
import { isNotDoneReason, type NotDoneReason } from './dose-not-done-reason.js'
import { eventConcept, sourceCoding } from './event-concept.js'
import {
  amendment,
  doseIdentity,
  type EventFrame,
  logicalReference,
  personResource,
  plainIdentifier,
  type Yield,
} from './event-frame.js'
import { present, said } from './present.js'

export type Intake =
  | 'taken'
  | 'taken-partial'
  | 'refused'
  | 'not-taken'
  | 'retracted'
  | 'skipped-by-plan'
  | 'not-dispensed'
  | 'unconfirmed'
  | 'removed'
  | 'travelling'

interface IntakeRow {
  readonly status: MedicationAdministration['status']
  /** 10 to 99; greater wins. */
  readonly rank: number
  readonly reason?: NotDoneReason
  /** Which time is the effective one, where the event has it. */
  readonly effective: 'occurred' | 'scheduled'
}

const INTAKES: Readonly<Record<Intake, IntakeRow>> = {
  taken: { status: 'completed', rank: 80, effective: 'occurred' },
  'taken-partial': { status: 'completed', rank: 70, effective: 'occurred' },
  refused: { status: 'not-done', rank: 60, reason: 'refused', effective: 'occurred' },
  'not-taken': { status: 'not-done', rank: 50, reason: 'not-removed', effective: 'scheduled' },
  retracted: { status: 'not-done', rank: 48, reason: 'not-removed', effective: 'occurred' },
  'skipped-by-plan': { status: 'not-done', rank: 45, reason: 'paused', effective: 'scheduled' },
  'not-dispensed': {
    status: 'not-done',
    rank: 40,
    reason: 'not-dispensed-in-window',
    effective: 'scheduled',
  },
  unconfirmed: { status: 'unknown', rank: 30, effective: 'scheduled' },
  removed: { status: 'in-progress', rank: 20, effective: 'occurred' },
  travelling: { status: 'unknown', rank: 10, effective: 'scheduled' },
}

export interface IntakeOptions {
  /** Replaces the event's own evidence: what a carer confirms is evidence of a carer. */
  readonly evidence?: Evidence
  readonly reason?: NotDoneReason
}

/** Precedence and time of what an event says of a dose: the order of its administration and of its alert. */
export function intakeOrder(frame: EventFrame, intake: Intake, evidence: Evidence | undefined): string {
  const confirmedByPerson = evidence === 'carer' ? 1 : 0
  return `${confirmedByPerson}${INTAKES[intake].rank}|${frame.order}`
}

/** The dose of an event that names none (a device that only says that it is empty) is known by the event. */
export const intakeIdentity = (frame: EventFrame, ...parts: readonly string[]): Identity =>
  frame.event.dose === undefined
    ? { ...doseIdentity(frame, `event:${frame.event.eventId}`, ...parts) }
    : doseIdentity(frame, frame.event.dose.doseId, ...parts)

/**
 * The administration of the dose, one more for each medicine where the event lists them (`partOf` the first), and for a
 * dose partly taken one `not-done` for the rest.
 */
export function doseEventToMedicationAdministration(
  frame: EventFrame,
  intake: Intake,
  options: IntakeOptions = {},
): Yield {
  const { dose } = frame.event
  const evidence = options.evidence ?? dose?.evidence
  const order = intakeOrder(frame, intake, evidence)
  const whole = wholeDose(frame, intake, { ...options, ...present({ evidence }) })
  const identity = intakeIdentity(frame)
  const resources: MappedResource[] = [personResource(frame, identity, whole, order)]
  if (dose !== undefined && (dose.items ?? []).length > 0 && singleItem(dose) === undefined)
    resources.push(...itemAdministrations(frame, dose, intake, whole, order))
  if (intake === 'taken-partial') resources.push(restOfDose(frame, whole, order))
  return {
    resources,
    amendments: supersedesRest(frame, intake, evidence)
      ? [
          amendment(frame, 'MedicationAdministration', intakeIdentity(frame, 'rest'), {
            set: { status: 'entered-in-error' },
          }),
        ]
      : [],
    used: [
      ...['doseId', 'scheduledAt', 'window', 'assistedBy', 'evidence', 'sachetId', 'rollId', 'items'],
      ...['scheduleId', 'scheduleVersion', 'quantity', 'quantityTaken'],
      ...(INTAKES[intake].status === 'completed' ? [] : ['reason']),
    ].map((name) => `/dose/${name}`),
  }
}

function wholeDose(frame: EventFrame, intake: Intake, options: IntakeOptions): MedicationAdministration {
  const { event } = frame
  const { dose } = event
  const row = INTAKES[intake]
  const single = dose === undefined ? undefined : singleItem(dose)
  const amount = amountOf(dose, intake, single)
  const helper = dose?.assistedBy
  const schedule = said(dose?.scheduleId)
  return {
    resourceType: 'MedicationAdministration',
    meta: frame.meta,
    extension: extensions(frame, options.evidence),
    identifier: [
      intakeIdentity(frame),
      dose === undefined ? plainIdentifier('event', event.eventId) : plainIdentifier('dose', dose.doseId),
    ],
    status: row.status,
    ...present({ statusReason: statusReason(frame, options.reason ?? row.reason) }),
    ...doseMedication(frame, dose),
    subject: frame.patient,
    ...(schedule === undefined
      ? {}
      : { supportingInformation: [scheduleReference(frame, schedule, dose?.scheduleVersion)] }),
    effectiveDateTime:
      row.effective === 'scheduled' ? (dose?.scheduledAt ?? event.occurredAt) : event.occurredAt,
    ...(helper === undefined ? {} : { performer: [{ actor: helperReference(frame, helper) }] }),
    ...present({ request: single === undefined ? undefined : requestReference(frame, single) }),
    device: [frame.deviceReference],
    ...(amount === undefined ? {} : { dosage: { dose: quantity(amount, single?.unit) } }),
  }
}

/** Of a dose partly taken only the part taken counts; where it is not stated, no amount is. */
function amountOf(
  dose: EventDose | undefined,
  intake: Intake,
  single: EventItem | undefined,
): number | undefined {
  if (intake === 'taken-partial') return dose?.quantityTaken
  const planned = dose?.quantity ?? single?.quantity
  return intake === 'taken' ? (dose?.quantityTaken ?? planned) : planned
}

function itemAdministrations(
  frame: EventFrame,
  dose: EventDose,
  intake: Intake,
  whole: MedicationAdministration,
  order: string,
): readonly MappedResource[] {
  const names = itemNames(dose)
  const { contained: _sachet, dosage: _amount, ...common } = whole
  return (dose.items ?? []).map((item, index) => {
    const identity = doseIdentity(frame, dose.doseId, 'item', names[index] ?? `${index}`)
    const { medicationReference: _reference, medicationCodeableConcept: _concept, ...rest } = common
    return personResource(
      frame,
      identity,
      {
        ...rest,
        identifier: [identity],
        partOf: [logicalReference('MedicationAdministration', intakeIdentity(frame))],
        // Which of the medicines was left is not stated, so of each it is unknown whether it was taken.
        ...(intake === 'taken-partial' ? { status: 'unknown' as const } : {}),
        medicationCodeableConcept: itemConcept(frame, item),
        ...present({ request: requestReference(frame, item) }),
        ...(item.quantity === undefined ? {} : { dosage: { dose: quantity(item.quantity, item.unit) } }),
      },
      order,
    )
  })
}

function restOfDose(frame: EventFrame, whole: MedicationAdministration, order: string): MappedResource {
  const { dosage: _taken, ...common } = whole
  const { quantity: planned, quantityTaken } = frame.event.dose ?? {}
  const identity = intakeIdentity(frame, 'rest')
  const rest: Quantity | undefined =
    planned === undefined || quantityTaken === undefined
      ? undefined
      : { value: subtractExactly(planned, quantityTaken), ...present({ unit: whole.dosage?.dose?.unit }) }
  return personResource(
    frame,
    identity,
    {
      ...common,
      identifier: [identity],
      partOf: [logicalReference('MedicationAdministration', intakeIdentity(frame))],
      status: 'not-done',
      ...present({ statusReason: statusReason(frame, undefined) }),
      ...(rest === undefined ? {} : { dosage: { dose: rest } }),
    },
    order,
  )
}

/**
 * A full intake voids the "rest not taken" that an event before or after it states. Only devices that count units tell of
 * part doses, so an event without amounts has no such rest to void, unless a person speaks.
 */
function supersedesRest(frame: EventFrame, intake: Intake, evidence: Evidence | undefined): boolean {
  const { dose } = frame.event
  if (intake !== 'taken' || dose === undefined) return false
  return (
    evidence === 'carer' ||
    dose.quantity !== undefined ||
    dose.quantityTaken !== undefined ||
    dose.items !== undefined
  )
}

function statusReason(frame: EventFrame, standard: NotDoneReason | undefined): CodeableConcept[] {
  const stated = frame.event.dose?.reason
  const system = codeSystemUrl('dose-not-done-reason')
  const own = stated !== undefined && (stated.system === undefined || stated.system === system)
  const code = stated !== undefined && own && isNotDoneReason(stated.code) ? stated.code : standard
  const coding = [
    ...(code === undefined ? [] : [{ system, code }]),
    ...(stated === undefined || code === stated.code ? [] : [sourceCoding(frame, stated)]),
  ]
  return coding.length === 0 ? [] : [{ coding }]
}

function extensions(frame: EventFrame, evidence: Evidence | undefined): Extension[] {
  const { dose } = frame.event
  const list: Extension[] = [{ url: extensionUrl('event-kind'), valueCodeableConcept: eventConcept(frame) }]
  if (evidence !== undefined) list.push({ url: extensionUrl('intake-evidence'), valueCode: evidence })
  return [...list, ...planExtensions(dose), ...frame.timeExtensions]
}

/** When the dose was due: the slot that it answers. */
export function planExtensions(dose: EventDose | undefined): Extension[] {
  const list: Extension[] = []
  if (dose?.scheduledAt !== undefined)
    list.push({ url: extensionUrl('scheduled'), valueDateTime: dose.scheduledAt })
  if (dose?.window !== undefined)
    list.push({ url: extensionUrl('dose-window'), valuePeriod: { ...dose.window } })
  return list
}

/** The program that the device runs; its version stands in the display, the only place that R4 has for it. */
export const scheduleReference = (frame: EventFrame, scheduleId: string, version: number | undefined) => ({
  type: 'CarePlan',
  identifier: { system: senderSidUrl(frame.sender, 'schedule'), value: scheduleId },
  ...(version === undefined ? {} : { display: `version ${version}` }),
})

/** Who helped. An HPR number is a health worker's; what kind of person another number names is not known. */
export const helperReference = (frame: EventFrame, helper: EventIdentifier) => ({
  ...(helper.system === HPR ? { type: 'Practitioner' } : {}),
  identifier: { system: systemOf(helper.system, frame.sender), value: helper.value },
})

/** The administration of the event's dose, for other resources to point at. */
export const intakeReference = (frame: EventFrame) =>
  logicalReference('MedicationAdministration', intakeIdentity(frame))
