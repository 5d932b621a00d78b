/**
 * Rolls, trays and cartridges that go into a device, as SupplyDelivery; what is wanted of it, as SupplyRequest
 * (devices.md 2.4). One delivery for a roll in a device: loading states it, verifying and removing add to it.
 */
import type { CodeableConcept, Extension, SupplyDelivery, SupplyRequest } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import type { Amendment, Identity } from '../../src/core/message.js'
import { rollIdentity } from './dose-medication.js'
import { eventConcept } from './event-concept.js'
import {
  alertIdentity,
  amendment,
  type EventFrame,
  eventIdentity,
  logicalReference,
  personResource,
  plainIdentifier,
  topicIdentity,
  type Yield,
} from './event-frame.js'
import { present, said } from './present.js'

const ROLL: CodeableConcept = { text: 'multidose roll' }
const SUPPLY_ITEM_TYPE = 'http://terminology.hl7.org/CodeSystem/supply-item-type'
const DATA_ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'

export function supplyEventToSupplyDelivery(frame: EventFrame): Yield {
  const { supply, occurredAt, eventId } = frame.event
  const identity = deliveryIdentity(frame)
  const rollId = said(supply?.rollId)
  const roll = rollId === undefined ? undefined : rollIdentity(frame, rollId)
  const packedBy = said(supply?.packedBy)
  const delivery: SupplyDelivery = {
    resourceType: 'SupplyDelivery',
    meta: frame.meta,
    extension: [
      { url: extensionUrl('event-kind'), valueCodeableConcept: eventConcept(frame) },
      ...rollPeriod(frame),
      ...remainingSupply(frame),
      ...frame.timeExtensions,
    ],
    identifier: [
      identity,
      ...(roll === undefined ? [] : [{ type: { text: 'roll' }, ...roll }]),
      plainIdentifier('event', eventId),
    ],
    status: 'completed',
    patient: frame.patient,
    type: { coding: [{ system: SUPPLY_ITEM_TYPE, code: 'medication' }] },
    suppliedItem:
      roll === undefined
        ? { itemCodeableConcept: ROLL }
        : { itemReference: { ...logicalReference('Medication', roll), display: 'multidose roll' } },
    occurrenceDateTime: occurredAt,
    ...(packedBy === undefined ? {} : { supplier: { type: 'Organization', display: packedBy } }),
  }
  return {
    resources: [personResource(frame, identity, delivery)],
    amendments: supplyRequestFulfilled(frame),
    used: ['rollId', 'packedBy', 'periodStart', 'periodEnd', 'remainingDoses', 'remainingUntil'].map(
      (name) => `/supply/${name}`,
    ),
  }
}

/** That a roll was checked, or taken out, and when. Without a roll number it is not known which one: then it stays unmapped. */
export function supplyEventToDeliveryAmendment(
  frame: EventFrame,
  name: 'supply-verified' | 'supply-removed',
): Yield {
  if (said(frame.event.supply?.rollId) === undefined) return {}
  const extension: Extension[] = [{ url: extensionUrl(name), valueDateTime: frame.event.occurredAt }]
  return {
    amendments: [amendment(frame, 'SupplyDelivery', deliveryIdentity(frame), { set: { extension } })],
    used: ['/supply/rollId'],
  }
}

/** A wish for more. R4 wants a quantity, which no event states: it is said to be unknown. */
export function supplyEventToSupplyRequest(frame: EventFrame, status: 'draft' | 'active'): Yield {
  const identity = refillIdentity(frame)
  const request: SupplyRequest = {
    resourceType: 'SupplyRequest',
    meta: frame.meta,
    extension: [
      { url: extensionUrl('event-kind'), valueCodeableConcept: eventConcept(frame) },
      ...remainingSupply(frame),
      ...frame.timeExtensions,
    ],
    identifier: [identity, plainIdentifier('event', frame.event.eventId)],
    status,
    itemCodeableConcept: ROLL,
    quantity: { extension: [{ url: DATA_ABSENT, valueCode: 'unknown' }] },
    authoredOn: frame.event.occurredAt,
    requester: frame.deviceReference,
    deliverTo: frame.patient,
  }
  return {
    resources: [personResource(frame, identity, request)],
    amendments: [amendment(frame, 'SupplyRequest', identity, { set: { status } })],
    used: ['/supply/remainingDoses', '/supply/remainingUntil'],
  }
}

const supplyRequestFulfilled = (frame: EventFrame): readonly Amendment[] => [
  amendment(frame, 'SupplyRequest', refillIdentity(frame), { set: { status: 'completed' } }),
]

const refillIdentity = (frame: EventFrame): Identity => alertIdentity(frame, 'refill')

function deliveryIdentity(frame: EventFrame): Identity {
  const rollId = said(frame.event.supply?.rollId)
  return rollId === undefined ? eventIdentity(frame) : topicIdentity(frame, 'roll', rollId)
}

function rollPeriod(frame: EventFrame): Extension[] {
  const { periodStart, periodEnd } = frame.event.supply ?? {}
  if (periodStart === undefined && periodEnd === undefined) return []
  return [
    {
      url: extensionUrl('roll-period'),
      valuePeriod: present({ start: periodStart, end: periodEnd }),
    },
  ]
}

/** How much is left in the device, or lacking for a travel. */
export function remainingSupply(frame: EventFrame): Extension[] {
  const { supply, travel } = frame.event
  const parts: Extension[] = []
  if (supply?.remainingDoses !== undefined)
    parts.push({ url: 'doses', valueUnsignedInt: supply.remainingDoses })
  if (supply?.remainingUntil !== undefined) parts.push({ url: 'until', valueDateTime: supply.remainingUntil })
  if (travel?.missingDoses !== undefined)
    parts.push({ url: 'missing', valueUnsignedInt: travel.missingDoses })
  return parts.length === 0 ? [] : [{ url: extensionUrl('remaining-supply'), extension: parts }]
}
