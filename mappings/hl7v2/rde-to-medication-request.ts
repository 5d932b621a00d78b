/** ORC with RXE (and RXO) as MedicationRequest, or as a change of its status (hl7v2.md 5). */
import type { Annotation, CodeableConcept, MedicationRequest, Reference } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { HubError } from '../../src/core/errors.js'
import {
  type Amendment,
  type Identity,
  type MappedResource,
  SUBJECT_REFERENCE,
} from '../../src/core/message.js'
import { conceptsToAnnotations, notesToAnnotations } from './annotations.js'
import { cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { eiToIdentity, identifierType } from './identifiers.js'
import { isDecision, isStop, type OrderEffect, readOrderEffect } from './order-codes.js'
import {
  localSystem,
  logicalReference,
  type OrderControl,
  type OrderNumbers,
  type OrderPeople,
  readCategory,
  readControl,
  readOrderNumbers,
  readParent,
  readPeople,
  readSecurity,
  readTimings,
  readTransactionTime,
} from './order-context.js'
import { dispenseRequestOf } from './order-dispense-request.js'
import { RXE_DOSE, readDosages } from './order-dosage.js'
import type { OrderGroup } from './order-groups.js'
import { medicationPart, RXE_MEDICATION, readMedication } from './order-medication.js'
import { allowedSubstitution, setGroupAside, setRxoAside } from './order-set-aside.js'
import type { OrderTiming } from './order-timing.js'
import { keyOf, personResource, readDateTime, type Scope } from './scope.js'
import type { SegmentReader } from './trail.js'

/** Lowest of all orders: content that a status message repeats stands only where nothing else is known. */
const REPEATED_CONTENT_ORDER = ''

export interface OrderSurroundings {
  readonly scope: Scope
  readonly pv1: SegmentReader | undefined
  readonly encounter: Identity | undefined
  /** Key of the RP order that an RO of the same message replaces. */
  readonly replaced: Identity | undefined
}

export interface MappedOrder {
  readonly key: Identity
  readonly control: string | undefined
  readonly people: OrderPeople
  readonly resources: readonly MappedResource[]
  readonly amendments: readonly Amendment[]
}

/** @throws HubError MESSAGE_INVALID without order number, RXE or medication */
export function rdeToMedicationRequest(group: OrderGroup, around: OrderSurroundings): MappedOrder {
  const { scope } = around
  const orc = group.orc.head
  const numbers = readOrderNumbers(orc, scope)
  const rxe = group.rxe?.head
  if (numbers.key === undefined)
    throw invalid(orc, '101', 'an order has a placer or a filler order number', 2)
  if (rxe === undefined) throw invalid(orc, '100', 'an order group has an RXE')
  const control = readControl(orc)
  const effect = readOrderEffect(control.control, control.status)
  const people = readPeople(group, scope)
  if (effect.kind === 'none') {
    setGroupAside(group, 'the change was not made: the order stands as it was')
    return { key: numbers.key, control: control.control, people, resources: [], amendments: [] }
  }
  const changedAt = readDateTime(scope, orc.field(15)) ?? readTransactionTime(orc, scope) ?? scope.sentAt
  const resource = buildRequest(group, around, { numbers, control, effect, people, changedAt })
  const order = effect.kind === 'status' ? REPEATED_CONTENT_ORDER : scope.order
  const stated = effect.kind === 'status' || effect.statusIsStated
  return {
    key: numbers.key,
    control: control.control,
    people,
    resources: [personResource(scope, numbers.key, resource, order)],
    amendments: stated ? [statusAmendment(numbers.key, resource, orc, scope)] : [],
  }
}

const invalid = (orc: SegmentReader, code: string, rule: string, field?: number): HubError =>
  new HubError('MESSAGE_INVALID', rule, {
    at: field === undefined ? orc.place : `${orc.place}-${field}`,
    protocolCode: code,
  })

interface RequestParts {
  readonly numbers: OrderNumbers
  readonly control: OrderControl
  readonly effect: Exclude<OrderEffect, { kind: 'none' }>
  readonly people: OrderPeople
  /** FHIR dateTime since which the status holds. */
  readonly changedAt: string
}

function buildRequest(group: OrderGroup, around: OrderSurroundings, parts: RequestParts): MedicationRequest {
  const { scope } = around
  const { numbers, control, effect, people } = parts
  const orc = group.orc.head
  const rxe = group.rxe?.head ?? orc
  const components = firstOf(group.rxe?.components, group.rxo?.components)
  const medication = readMedication(rxe, components, RXE_MEDICATION, scope)
  if (medication === undefined)
    throw new HubError('MESSAGE_INVALID', 'an order names its medication', {
      at: `${rxe.place}-2`,
      protocolCode: '101',
    })
  const timing = readTimings(group, group.rxe, scope)
  const routes = firstOf(group.rxe?.routes, group.rxo?.routes)
  const dosage = readDosages({ segment: rxe, fields: RXE_DOSE, timing, routes }, scope)
  const categories = [readCategory(orc, around.pv1, scope), orderType(group, scope)].filter(
    (category) => category !== undefined,
  )
  const prescription = rxe.text(15)
  const groupNumber = eiToIdentity(orc.field(4), 'placer-group', scope)
  const security = readSecurity(orc, scope)
  const note = notesOf(group, scope)
  const dispenseRequest = dispenseRequestOf(group, scope)
  setRxoAside(group, medication.code)
  return {
    resourceType: 'MedicationRequest',
    ...(security.length === 0 ? {} : { meta: { security } }),
    ...(isPlainActive(parts) ? {} : { extension: [statusDate(parts.changedAt)] }),
    identifier: [
      ...numbers.identifiers,
      ...(prescription === undefined
        ? []
        : [{ type: identifierType('PRN'), system: localSystem(scope, 'RXE-15'), value: prescription }]),
    ],
    status: effect.status,
    ...statusReason(orc, control, scope),
    intent: 'order',
    ...(categories.length === 0 ? {} : { category: categories }),
    ...priorityOf(timing, scope),
    ...medicationPart(medication),
    subject: { reference: SUBJECT_REFERENCE },
    ...(around.encounter === undefined ? {} : { encounter: logicalReference('Encounter', around.encounter) }),
    ...authoredOn(group, control, scope),
    ...(people.requester === undefined ? {} : { requester: people.requester }),
    ...(people.recorder === undefined ? {} : { recorder: people.recorder }),
    ...reasons(group, control, scope),
    ...relations(orc, control, around),
    ...(groupNumber === undefined
      ? {}
      : { groupIdentifier: { type: identifierType('PGN'), ...groupNumber } }),
    ...(note.length === 0 ? {} : { note }),
    ...(dosage.length === 0 ? {} : { dosageInstruction: [...dosage] }),
    ...(dispenseRequest === undefined ? {} : { dispenseRequest }),
    ...allowedSubstitution(group),
  }
}

const isPlainActive = ({ effect }: RequestParts): boolean =>
  effect.kind === 'content' && (effect.status === 'active' || effect.status === 'unknown')

const statusDate = (at: string) => ({ url: extensionUrl('status-date'), valueDateTime: at })

const firstOf = (
  own: readonly SegmentReader[] | undefined,
  other: readonly SegmentReader[] | undefined,
): readonly SegmentReader[] => (own !== undefined && own.length > 0 ? own : (other ?? []))

/** New status on top of whatever content stands, now or later. */
function statusAmendment(
  key: Identity,
  resource: MedicationRequest,
  orc: SegmentReader,
  scope: Scope,
): Amendment {
  const changed = resource.extension?.find(({ url }) => url === extensionUrl('status-date'))
  return {
    type: 'MedicationRequest',
    key: keyOf(key),
    // One entry a message and order group: a later arrival never replaces another message's.
    name: `status/${scope.messageId}/${orc.segment.occurrence}`,
    at: scope.order,
    set: {
      status: resource.status,
      statusReason: resource.statusReason ?? null,
      ...(changed === undefined ? {} : { extension: [changed] }),
    },
  }
}

function statusReason(
  orc: SegmentReader,
  control: OrderControl,
  scope: Scope,
): { statusReason?: CodeableConcept } {
  const reason = isStop(control.control) ? cweToCodeableConcept(orc.field(16), scope) : undefined
  const modifier = cweToCodeableConcept(orc.field(25), scope)
  const text = modifier?.text ?? modifier?.coding?.[0]?.code
  if (reason === undefined && text === undefined) return {}
  return { statusReason: { ...reason, ...(text === undefined ? {} : { text }) } }
}

/** Table 0485. */
const PRIORITIES: Readonly<Record<string, MedicationRequest['priority']>> = {
  S: 'stat',
  A: 'asap',
  R: 'routine',
}

function priorityOf(
  timing: readonly OrderTiming[],
  scope: Scope,
): { priority?: NonNullable<MedicationRequest['priority']> } {
  const stated = timing.find((entry) => entry.priority !== undefined)
  for (const entry of timing) {
    const { priority } = entry
    const known = priority === undefined || priority === 'PRN' || PRIORITIES[priority] !== undefined
    if (!known || (priority !== stated?.priority && priority !== undefined && priority !== 'PRN'))
      scope.trail.note({ at: entry.place, reason: 'no-element', note: 'priority' })
  }
  const priority = PRIORITIES[stated?.priority ?? '']
  return priority === undefined ? {} : { priority }
}

/**
 * ORC-9 where this message decides the content (a new, replacing or changed order): the newest decision counts. Else
 * the original date of RXE-32, then ORC-15.
 */
function authoredOn(group: OrderGroup, control: OrderControl, scope: Scope): { authoredOn?: string } {
  const orc = group.orc.head
  const transaction = readTransactionTime(orc, scope)
  const original = group.rxe === undefined ? undefined : readDateTime(scope, group.rxe.head.field(32))
  const effective = readDateTime(scope, orc.field(15))
  const at = isDecision(control.control)
    ? (transaction ?? original ?? effective)
    : (original ?? effective ?? transaction)
  return at === undefined ? {} : { authoredOn: at }
}

function reasons(group: OrderGroup, control: OrderControl, scope: Scope): { reasonCode?: CodeableConcept[] } {
  const indication = firstConcepts(group.rxe?.head, 27, scope) ?? firstConcepts(group.rxo?.head, 20, scope)
  const reason = isStop(control.control) ? undefined : firstConcepts(group.orc.head, 16, scope)
  const all = [...(indication ?? []), ...(reason ?? [])]
  return all.length === 0 ? {} : { reasonCode: all }
}

function firstConcepts(
  segment: SegmentReader | undefined,
  field: number,
  scope: Scope,
): CodeableConcept[] | undefined {
  const concepts = segment?.repetitions(field).flatMap((value) => cweToCodeableConcept(value, scope) ?? [])
  return concepts === undefined || concepts.length === 0 ? undefined : concepts
}

/** ORC-8, and the RP that an RO replaces. */
function relations(
  orc: SegmentReader,
  control: OrderControl,
  around: OrderSurroundings,
): { priorPrescription?: Reference; basedOn?: Reference[] } {
  const parent = readParent(orc, around.scope)
  const replaces = control.control === 'RO' || control.control === 'RU'
  const prior = replaces ? (parent ?? around.replaced) : undefined
  return {
    ...(prior === undefined ? {} : { priorPrescription: logicalReference('MedicationRequest', prior) }),
    ...(parent === undefined || replaces ? {} : { basedOn: [logicalReference('MedicationRequest', parent)] }),
  }
}

/** RXE-44, else RXO-27 (table 0480). */
function orderType(group: OrderGroup, scope: Scope): CodeableConcept | undefined {
  return firstConcepts(group.rxe?.head, 44, scope)?.[0] ?? firstConcepts(group.rxo?.head, 27, scope)?.[0]
}

/** RXE-21, RXE-37 and the notes under RXE, RXO, ORC. */
function notesOf(group: OrderGroup, scope: Scope): Annotation[] {
  const rxe = group.rxe?.head
  return [
    ...(rxe === undefined ? [] : conceptsToAnnotations(rxe, 21, scope)),
    ...(rxe === undefined ? [] : conceptsToAnnotations(rxe, 37, scope)),
    ...[group.rxe, group.rxo, group.orc].flatMap((part) =>
      part === undefined ? [] : notesToAnnotations(part.notes, scope),
    ),
  ]
}
