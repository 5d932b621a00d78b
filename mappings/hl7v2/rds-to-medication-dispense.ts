/** ORC with RXD as MedicationDispense (hl7v2.md 6.1, 6.2). An RXE beside it only names the order that was filled. */
import type { Annotation, Dosage, Medication, MedicationDispense, Quantity } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import { HubError } from '../../src/core/errors.js'
import { type Identity, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { conceptsToAnnotations, notesToAnnotations } from './annotations.js'
import { conceptText, cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { toDate } from './date-time.js'
import { identifierType } from './identifiers.js'
import { readDispenseStatus } from './order-codes.js'
import {
  localSystem,
  logicalReference,
  readControl,
  readOrderNumbers,
  readPeople,
  readTimings,
  readTransactionTime,
  substitutionCode,
} from './order-context.js'
import type { OrderGroup } from './order-groups.js'
import { MEDICATION_ID, medicationPart, RXD_MEDICATION, readMedication } from './order-medication.js'
import { routesToDosage } from './order-routes.js'
import { plToLocation, xcnToPractitioner } from './parties.js'
import { readQuantity } from './quantity.js'
import type { MappedOrder } from './rde-to-medication-request.js'
import { personResource, readDateTime, type Scope } from './scope.js'
import { timingToDosage } from './timing-to-dosage.js'
import type { SegmentReader } from './trail.js'

/** @throws HubError MESSAGE_INVALID without order number, RXD-1 or medication */
export function rdsToMedicationDispense(
  group: OrderGroup,
  scope: Scope,
  encounter: Identity | undefined,
): MappedOrder {
  const orc = group.orc.head
  const rxd = group.rxd?.head
  const numbers = readOrderNumbers(orc, scope)
  if (numbers.key === undefined)
    throw new HubError('MESSAGE_INVALID', 'an order has a placer or a filler order number', {
      at: `${orc.place}-2`,
      protocolCode: '101',
    })
  if (rxd === undefined)
    throw new HubError('MESSAGE_INVALID', 'an order group has an RXD', { at: orc.place, protocolCode: '100' })
  const subId = rxd.text(1)
  const medications = readDispensed(group, rxd, scope)
  const [medication] = medications
  if (subId === undefined || medication === undefined)
    throw new HubError('MESSAGE_INVALID', 'a dispense has a number and names its medication', {
      at: `${rxd.place}-${subId === undefined ? 1 : 2}`,
      protocolCode: '101',
    })
  const identity: Identity = {
    system: senderSidUrl(scope.sender, 'dispense'),
    value: `${numbers.key.value}/${subId}`,
  }
  const people = readPeople(group, scope)
  const prescription = rxd.text(7)
  const resource: MedicationDispense = {
    resourceType: 'MedicationDispense',
    ...lots(medication, medications),
    identifier: [
      identity,
      ...numbers.identifiers,
      ...(prescription === undefined
        ? []
        : [{ type: identifierType('PRN'), system: localSystem(scope, 'RXE-15'), value: prescription }]),
    ],
    ...supplied(group, rxd, scope),
    ...dispenseType(rxd, scope),
    subject: { reference: SUBJECT_REFERENCE },
    ...(encounter === undefined ? {} : { context: logicalReference('Encounter', encounter) }),
    authorizingPrescription: [logicalReference('MedicationRequest', numbers.key)],
    ...performerOf(rxd, scope),
    ...destination(rxd, scope),
    ...dosages(group, scope),
    ...notes(group, rxd, scope),
    ...substituted(rxd),
  }
  setOrderAside(group)
  const [dispenser] = resource.performer ?? []
  return {
    key: numbers.key,
    // The supply is new, whatever the order's control says of the order.
    control: 'NW',
    people: { ...people, requester: dispenser?.actor },
    resources: [personResource(scope, identity, resource)],
    amendments: [],
  }
}

/** One Medication a lot; the first is the one that the dispense refers to. */
function readDispensed(group: OrderGroup, rxd: SegmentReader, scope: Scope): readonly Medication[] {
  const medication = readMedication(rxd, group.rxd?.components ?? [], RXD_MEDICATION, scope)
  if (medication === undefined) return []
  const numbers = rxd.repetitions(18).flatMap((value) => value.text() ?? [])
  const expiries = rxd.repetitions(19).flatMap((value) => {
    const text = value.text()
    const date = text === undefined ? undefined : toDate(text)
    if (text !== undefined && date === undefined) value.reject('invalid-value')
    return date ?? []
  })
  const maker = cweToCodeableConcept(rxd.field(20), scope)
  const manufacturer = maker === undefined ? undefined : conceptText(maker)
  const count = Math.max(1, numbers.length, expiries.length)
  return Array.from({ length: count }, (_, index): Medication => {
    const lotNumber = numbers[index]
    const expirationDate = expiries[index]
    return {
      ...medication,
      id: index === 0 ? MEDICATION_ID : `${MEDICATION_ID}-${index + 1}`,
      ...(manufacturer === undefined
        ? {}
        : { manufacturer: { type: 'Organization', display: manufacturer } }),
      ...(lotNumber === undefined && expirationDate === undefined
        ? {}
        : {
            batch: {
              ...(lotNumber === undefined ? {} : { lotNumber }),
              ...(expirationDate === undefined ? {} : { expirationDate }),
            },
          }),
    }
  })
}

/** R4 rule dom-3: a contained resource is referred to, so further lots are supporting information. */
function lots(first: Medication, all: readonly Medication[]) {
  if (all.length === 1) return medicationPart(first)
  return {
    contained: [...all],
    medicationReference: { reference: `#${MEDICATION_ID}` },
    supportingInformation: all.slice(1).map(({ id }) => ({ reference: `#${id}` })),
  }
}

type Supplied = Pick<
  MedicationDispense,
  'status' | 'statusReasonCodeableConcept' | 'quantity' | 'whenHandedOver' | 'whenPrepared'
>

/** RXD-3, RXD-4 and RXD-5, and what they and ORC make of the status. */
function supplied(group: OrderGroup, rxd: SegmentReader, scope: Scope): Supplied {
  const quantity = amountOf(rxd, scope)
  const at = readDateTime(scope, rxd.field(3))
  const { control, status: orderStatus } = readControl(group.orc.head)
  const handedOver = at !== undefined && (quantity?.value ?? 0) > 0
  const read = readDispenseStatus(control, orderStatus, handedOver)
  // Nothing was supplied: "completed" would say that the patient has it.
  const nothing = quantity?.value === 0 && read === 'completed'
  const status = nothing ? 'cancelled' : read
  return {
    status,
    ...(nothing ? { statusReasonCodeableConcept: { text: 'The dispensed amount is 0 (RXD-4)' } } : {}),
    ...(quantity === undefined ? {} : { quantity }),
    ...(at === undefined ? {} : status === 'preparation' ? { whenPrepared: at } : { whenHandedOver: at }),
  }
}

function amountOf(rxd: SegmentReader, scope: Scope): Quantity | undefined {
  const quantity = readQuantity(rxd.field(4), rxd.field(5), scope)
  if (quantity?.comparator === undefined) return quantity
  rxd.field(4).reject('invalid-value')
  return undefined
}

const TYPE_TABLE = { number: '0484', codes: new Set([...'BCNPQRSTZ']) }

function dispenseType(rxd: SegmentReader, scope: Scope): Pick<MedicationDispense, 'type'> {
  const type = cweToCodeableConcept(rxd.field(33), scope, TYPE_TABLE)
  return type === undefined ? {} : { type }
}

function performerOf(rxd: SegmentReader, scope: Scope): Pick<MedicationDispense, 'performer'> {
  const performer = rxd.repetitions(10).flatMap((value) => {
    const actor = xcnToPractitioner(value, scope)
    return actor === undefined ? [] : [{ actor }]
  })
  return performer.length === 0 ? {} : { performer }
}

/** RXD-13: to whom on the ward it went. RXD-30: the pharmacy that dispenses. */
function destination(rxd: SegmentReader, scope: Scope): Pick<MedicationDispense, 'destination' | 'location'> {
  const to = plToLocation(rxd.field(13), scope)
  const pharmacy = cweToCodeableConcept(rxd.field(30), scope)
  const display = pharmacy === undefined ? undefined : conceptText(pharmacy)
  const { system, code } = pharmacy?.coding?.[0] ?? {}
  return {
    ...(to === undefined ? {} : { destination: to }),
    ...(display === undefined
      ? {}
      : {
          location: {
            type: 'Location',
            ...(system === undefined || code === undefined ? {} : { identifier: { system, value: code } }),
            display,
          },
        }),
  }
}

/** Route and timing; the amounts are the order's own. */
function dosages(group: OrderGroup, scope: Scope): Pick<MedicationDispense, 'dosageInstruction'> {
  const own = group.rxd?.routes ?? []
  const route = routesToDosage(own.length > 0 ? own : (group.rxe?.routes ?? []), scope)
  const head = (group.rxd?.timing.length ?? 0) > 0 ? group.rxd : group.rxe
  const timings = readTimings(group, head, scope)
  const instructions = (group.rxd?.head.repetitions(15) ?? []).flatMap(
    (value) => cweToCodeableConcept(value, scope) ?? [],
  )
  const parts = timings.flatMap((timing) => {
    if (timing.dose !== undefined) timing.dose.at.reject('superseded', undefined, ORDER_COUNTS)
    return timingToDosage(timing, scope)
  })
  const result = (parts.length === 0 ? [{}] : parts).flatMap((part): Dosage[] => {
    const additionalInstruction = [
      ...('additionalInstruction' in part ? (part.additionalInstruction ?? []) : []),
      ...instructions,
      ...(route.additionalInstruction ?? []),
    ]
    const dosage: Dosage = {
      ...part,
      ...route,
      ...(additionalInstruction.length === 0 ? {} : { additionalInstruction }),
    }
    return Object.keys(dosage).length === 0 ? [] : [dosage]
  })
  return result.length === 0 ? {} : { dosageInstruction: result }
}

const ORDER_COUNTS = 'restates the order, whose own message is its source'

function setOrderAside(group: OrderGroup): void {
  for (const part of [group.rxo, group.rxe])
    for (const reader of part === undefined
      ? []
      : [part.head, ...part.timing, ...part.routes, ...part.components, ...part.notes])
      reader.setAside('superseded', ORDER_COUNTS)
}

/** RXD-9, RXD-21 and NTE. */
function notes(group: OrderGroup, rxd: SegmentReader, scope: Scope): Pick<MedicationDispense, 'note'> {
  const words = rxd.repetitions(9).flatMap((value): Annotation[] => {
    const text = value.verbatim()
    return text === undefined ? [] : [{ text }]
  })
  const note = [
    ...words,
    ...conceptsToAnnotations(rxd, 21, scope),
    ...[group.rxd, group.orc].flatMap((part) =>
      part === undefined ? [] : notesToAnnotations(part.notes, scope),
    ),
  ]
  return note.length === 0 ? {} : { note }
}

/** Table 0167: what was done. */
const SUBSTITUTIONS: Readonly<Record<string, boolean>> = {
  N: false,
  G: true,
  T: true,
  0: false,
  1: false,
  2: true,
  3: true,
  4: true,
  5: true,
  7: false,
  8: true,
}

function substituted(rxd: SegmentReader): Pick<MedicationDispense, 'substitution'> {
  const code = rxd.text(11)
  if (code === undefined) return {}
  const was = SUBSTITUTIONS[code]
  if (was === undefined) {
    rxd.field(11).reject('unknown-code')
    return {}
  }
  return { substitution: { wasSubstituted: was, type: substitutionCode(code, '0167') } }
}

/** When the supply was made, for Provenance. */
export const dispenseTime = (group: OrderGroup, scope: Scope): string =>
  readTransactionTime(group.orc.head, scope) ?? scope.sentAt
