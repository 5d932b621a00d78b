/** What RDE and RDS share: numbers of an order, its parts of ORC, the timing that counts. */
import type { CodeableConcept, Identifier, Reference } from 'fhir/r4.js'
import type { Authorship, Identity } from '../../src/core/message.js'
import { codeSystemOf, v2Table } from './code-systems.js'
import { cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { eiToIdentity, identifierType } from './identifiers.js'
import { activityOf, isKnownControl, isKnownStatus } from './order-codes.js'
import type { OrderGroup, OrderPart } from './order-groups.js'
import { fillTiming, type OrderTiming, readTq, readTq1 } from './order-timing.js'
import { xcnToPractitioner, xonToOrganization } from './parties.js'
import { readDateTime, type Scope } from './scope.js'
import type { SegmentReader } from './trail.js'

export interface OrderNumbers {
  /** Placer number, else filler number: the key of the order. */
  readonly key: Identity | undefined
  readonly identifiers: readonly Identifier[]
}

export function readOrderNumbers(orc: SegmentReader, scope: Scope): OrderNumbers {
  const placer = eiToIdentity(orc.field(2), 'placer', scope)
  const filler = eiToIdentity(orc.field(3), 'filler', scope)
  return {
    key: placer ?? filler,
    identifiers: [
      ...(placer === undefined ? [] : [{ type: identifierType('PLAC'), ...placer }]),
      ...(filler === undefined ? [] : [{ type: identifierType('FILL'), ...filler }]),
    ],
  }
}

/** ORC-8 (EIP): the parent's placer number, else its filler number. */
export function readParent(orc: SegmentReader, scope: Scope): Identity | undefined {
  const parent = orc.field(8)
  const placer = eiToIdentity(parent.component(1), 'placer', scope)
  const filler = eiToIdentity(parent.component(2), 'filler', scope)
  return placer ?? filler
}

export interface OrderControl {
  readonly control: string | undefined
  readonly status: string | undefined
}

export function readControl(orc: SegmentReader): OrderControl {
  const control = orc.text(1)
  const status = orc.text(5)
  if (control !== undefined && !isKnownControl(control)) orc.field(1).reject('unknown-code')
  if (status !== undefined && !isKnownStatus(status)) orc.field(5).reject('unknown-code')
  return { control, status }
}

export const logicalReference = (type: string, identity: Identity): Reference => ({
  type,
  identifier: { ...identity },
})

/**
 * TQ1 of the order's own segment, else of ORC; without any TQ1 the TQ of RXE-1 filled up from ORC-7. Where TQ1 stands,
 * the old fields are not read and count as superseded.
 */
export function readTimings(
  group: OrderGroup,
  head: OrderPart | undefined,
  scope: Scope,
): readonly OrderTiming[] {
  const tq1 = [head, group.rxo, group.orc].find((part) => (part?.timing.length ?? 0) > 0)?.timing ?? []
  if (tq1.length > 0) {
    for (const value of [...(group.rxe?.head.repetitions(1) ?? []), ...group.orc.head.repetitions(7)])
      value.setAside('superseded', 'TQ1 counts')
    return tq1.map((reader) => readTq1(reader, scope))
  }
  const own =
    group.rxe === undefined ? [] : group.rxe.head.repetitions(1).map((value) => readTq(value, scope))
  const common = group.orc.head.repetitions(7).map((value) => readTq(value, scope))
  if (own.length === 0) return common
  const [first, ...others] = own
  const [base] = common
  if (first === undefined || base === undefined) return own
  for (const unused of common.slice(1)) scope.trail.note({ at: unused.place, reason: 'superseded' })
  return [fillTiming(first, base), ...others]
}

export interface OrderPeople {
  readonly requester: Reference | undefined
  readonly recorder: Reference | undefined
  readonly organization: Reference | undefined
}

/** ORC-12, else the ordering provider of RXE-13 or RXO-14; ORC-10, else ORC-19; ORC-21. */
export function readPeople(group: OrderGroup, scope: Scope): OrderPeople {
  const { head } = group.orc
  const requester =
    xcnToPractitioner(head.field(12), scope) ??
    (group.rxe === undefined ? undefined : xcnToPractitioner(group.rxe.head.field(13), scope)) ??
    (group.rxo === undefined ? undefined : xcnToPractitioner(group.rxo.head.field(14), scope))
  return {
    requester,
    recorder: xcnToPractitioner(head.field(10), scope) ?? xcnToPractitioner(head.field(19), scope),
    organization: xonToOrganization(head.field(21), scope),
  }
}

/**
 * Author and time of the first order, for Provenance.
 * @param sender author where the order names neither a person nor an organization
 */
export function orderAuthorship(
  recorded: string,
  people: OrderPeople | undefined,
  control: string | undefined,
  sender: Authorship['author'],
): Authorship {
  const person = agentOf(people?.requester)
  const organization = agentOf(people?.organization) ?? sender
  const author = person ?? organization
  const activity = activityOf(control)
  return {
    recorded,
    ...(author === undefined ? {} : { author }),
    ...(person === undefined || organization === undefined ? {} : { onBehalfOf: organization }),
    ...(activity === undefined ? {} : { activity }),
  }
}

export function agentOf(reference: Reference | undefined): Authorship['author'] {
  if (reference?.type === undefined) return undefined
  const { system, value } = reference.identifier ?? {}
  return {
    type: reference.type,
    ...(system === undefined || value === undefined ? {} : { identifier: { system, value } }),
    ...(reference.display === undefined ? {} : { display: reference.display }),
  }
}

const CATEGORY = 'http://terminology.hl7.org/CodeSystem/medicationrequest-category'
/** Table 0482. */
const CATEGORY_BY_ORC29: Readonly<Record<string, string>> = { I: 'inpatient', O: 'outpatient' }

/** Ward or home (hl7v2.md 5): ORC-29, else an inpatient PV1-2. What says neither is community and has no category. */
export function readCategory(
  orc: SegmentReader,
  pv1: SegmentReader | undefined,
  scope: Scope,
): CodeableConcept | undefined {
  const stated = orc.text(29)
  const kind = pv1?.text(2)
  const code = stated === undefined ? (kind === 'I' ? 'inpatient' : undefined) : CATEGORY_BY_ORC29[stated]
  if (code !== undefined) return { coding: [{ system: CATEGORY, code }] }
  return stated === undefined ? undefined : cweToCodeableConcept(orc.field(29), scope, ORDER_TYPE_TABLE)
}

const ORDER_TYPE_TABLE = { number: '0482', codes: new Set(['I', 'O']) }

/** ORC-28 as security labels of the resource. */
export function readSecurity(orc: SegmentReader, scope: Scope) {
  return orc.repetitions(28).flatMap((value) => {
    const concept = cweToCodeableConcept(value, scope, CONFIDENTIALITY_TABLE)
    return concept?.coding ?? []
  })
}

const CONFIDENTIALITY_TABLE = {
  number: '0177',
  codes: new Set('AID EMP ETH HIV PSY R U UWM V VIP'.split(' ')),
}

/** Substitution of table 0161 or 0167. */
export const substitutionCode = (code: string, table: '0161' | '0167'): CodeableConcept => ({
  coding: [{ system: v2Table(table), code }],
})

/** System of a number that only the sender's site knows, such as a prescription number. */
export const localSystem = (scope: Scope, place: string): string =>
  codeSystemOf(undefined, scope.facility, place)

/** ORC-9 as FHIR dateTime. */
export const readTransactionTime = (orc: SegmentReader, scope: Scope): string | undefined =>
  readDateTime(scope, orc.field(9))
