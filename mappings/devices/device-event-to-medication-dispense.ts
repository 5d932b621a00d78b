/**
 * What a device hands out, as MedicationDispense with the device as performer (devices.md 2.1, 2.3, 2.8). It is neither
 * supply by a pharmacy nor intake.
 */
import type { Extension, MedicationDispense } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import type { Identity, MappedResource } from '../../src/core/message.js'
import {
  helperReference,
  intakeOrder,
  planExtensions,
  scheduleReference,
} from './dose-event-to-medication-administration.js'
import { doseMedication } from './dose-medication.js'
import { eventConcept } from './event-concept.js'
import {
  doseIdentity,
  type EventFrame,
  eventIdentity,
  personResource,
  plainIdentifier,
  type Yield,
} from './event-frame.js'
import { present, said } from './present.js'

export function doseEventToMedicationDispense(frame: EventFrame): Yield {
  const { dose, occurredAt } = frame.event
  const schedule = said(dose?.scheduleId)
  const resource: MedicationDispense = {
    ...dispense(frame, eventIdentity(frame), planExtensions(dose)),
    ...doseMedication(frame, dose),
    ...(schedule === undefined
      ? {}
      : { supportingInformation: [scheduleReference(frame, schedule, dose?.scheduleVersion)] }),
    ...(dose?.quantity === undefined ? {} : { quantity: { value: dose.quantity } }),
    whenHandedOver: dose?.dispensedAt ?? occurredAt,
  }
  return {
    resources: [personResource(frame, eventIdentity(frame), resource)],
    used: [
      ...['doseId', 'scheduledAt', 'window', 'assistedBy', 'sachetId', 'rollId', 'items', 'dispensedAt'],
      ...['scheduleId', 'scheduleVersion', 'quantity'],
    ].map((name) => `/dose/${name}`),
  }
}

/** One per dose where the event lists them, else one for the whole travel with the number of doses. */
export function travelEventToMedicationDispense(frame: EventFrame): Yield {
  const { travel, occurredAt } = frame.event
  const extension: Extension[] =
    travel?.start === undefined && travel?.end === undefined
      ? []
      : [
          {
            url: extensionUrl('travel-period'),
            valuePeriod: present({ start: travel.start, end: travel.end }),
          },
        ]
  const text = travelText(travel ?? {})
  const one = (identity: Identity, doses: number | undefined): MappedResource =>
    personResource(frame, identity, {
      ...dispense(frame, identity, extension),
      ...doseMedication(frame, undefined),
      ...(doses === undefined ? {} : { quantity: { value: doses, unit: 'dose' } }),
      whenHandedOver: occurredAt,
      dosageInstruction: [{ text }],
    })
  const doseIds = travel?.doseIds ?? []
  const resources =
    doseIds.length === 0
      ? [one(eventIdentity(frame), travel?.doses)]
      : doseIds.map((doseId) => one(eventIdentity(frame, doseId), 1))
  return { resources: [...resources, ...travelIntakes(frame)], used: ['/travel', '/dose/assistedBy'] }
}

/** Whether doses taken along are taken is unknown until somebody confirms them; they are due at some time of the travel. */
function travelIntakes(frame: EventFrame): readonly MappedResource[] {
  const { travel } = frame.event
  if (travel?.start === undefined || travel.end === undefined) return []
  const period = { start: travel.start, end: travel.end }
  return (travel.doseIds ?? []).map((doseId) => {
    const identity = doseIdentity(frame, doseId)
    return personResource(
      frame,
      identity,
      {
        resourceType: 'MedicationAdministration',
        meta: frame.meta,
        extension: [
          { url: extensionUrl('event-kind'), valueCodeableConcept: eventConcept(frame) },
          ...frame.timeExtensions,
        ],
        identifier: [identity, plainIdentifier('dose', doseId)],
        status: 'unknown',
        ...doseMedication(frame, undefined),
        subject: frame.patient,
        effectivePeriod: period,
        device: [frame.deviceReference],
      },
      intakeOrder(frame, 'travelling', undefined),
    )
  })
}

/** The words that the national messages carry the travel in. */
function travelText(travel: { start?: string; end?: string; doses?: number }): string {
  const day = (instant: string | undefined) =>
    instant === undefined ? '?' : instant.slice(0, 16).replace('T', ' ')
  const doses = travel.doses === undefined ? '' : `, ${travel.doses} doser`
  return `Reise fra ${day(travel.start)} til ${day(travel.end)}${doses}`
}

function dispense(frame: EventFrame, identity: Identity, extension: readonly Extension[]) {
  const helper = frame.event.dose?.assistedBy
  return {
    resourceType: 'MedicationDispense' as const,
    meta: frame.meta,
    ...present({ extension: [...extension, ...frame.timeExtensions] }),
    identifier: [identity, plainIdentifier('event', frame.event.eventId)],
    status: 'completed' as const,
    category: eventConcept(frame),
    subject: frame.patient,
    performer: [
      { actor: frame.deviceReference },
      ...(helper === undefined ? [] : [{ actor: helperReference(frame, helper) }]),
    ],
  }
}
