/** What the mappings of one message share: the trail, where and when it comes from, and the parties it names. */
import type { Coding, FhirResource, Reference } from 'fhir/r4.js'
import type { Identity, MapContext, MappedResource } from '../../src/core/message.js'
import { offsetOf, toDateTime, toUtc } from './date-time.js'
import { openTrail, type Trail, type ValueReader } from './trail.js'
import { firstSegment, type Hl7Message } from './tree.js'

export interface Scope {
  readonly message: Hl7Message
  readonly trail: Trail
  readonly sender: string
  /** MSH-4, the site within which namespaces of order numbers are agreed; the sender where it is empty. */
  readonly facility: string
  readonly zone: string
  /** Offset of MSH-7. */
  readonly offset: string | undefined
  /** MSH-7 as FHIR dateTime, else the time of receipt. */
  readonly sentAt: string
  /** Comparable form of `sentAt`. */
  readonly order: string
  readonly messageId: string
  /** v2-0103 tag for what is not production (hl7v2.md 1). */
  readonly tag: Coding | undefined
  /** Practitioners and Organizations by key. */
  readonly parties: Map<string, MappedResource>
}

export function openScope(message: Hl7Message, context: MapContext): Scope {
  const trail = openTrail(message)
  const segment = firstSegment(message, 'MSH')
  const msh = segment === undefined ? undefined : trail.reader(segment)
  const time = msh?.text(7)
  const offset = time === undefined ? undefined : offsetOf(time)
  const stated = time === undefined ? undefined : toDateTime(time, { offset, zone: context.zone })
  if (time !== undefined && stated === undefined) msh?.field(7).reject('invalid-value', 1)
  const sentAt = stated ?? context.receivedAt
  const processing = msh?.text(11)
  return {
    message,
    trail,
    sender: context.sender,
    facility: msh?.text(4) ?? context.sender,
    zone: context.zone,
    offset,
    sentAt,
    order: toUtc(sentAt),
    messageId: msh?.text(10) ?? '',
    tag:
      processing === undefined || processing === 'P'
        ? undefined
        : { system: 'http://terminology.hl7.org/CodeSystem/v2-0103', code: processing },
    parties: new Map(),
  }
}

/** FHIR dateTime of a TS or DTM; a value that is no date is noted as unmapped. */
export function readDateTime(scope: Scope, value: ValueReader, component = 1): string | undefined {
  const text = value.text(component)
  if (text === undefined) return undefined
  const dateTime = toDateTime(text, { offset: scope.offset, zone: scope.zone })
  if (dateTime === undefined) value.reject('invalid-value', component)
  return dateTime
}

/** A resource of the person, with the tag of its processing id. */
export function personResource(
  scope: Scope,
  key: Identity,
  resource: FhirResource,
  order = scope.order,
): MappedResource {
  return { key: keyOf(key), resource: tagged(scope, resource), order, scope: 'person' }
}

export const keyOf = ({ system, value }: Identity): string => `${system}|${value}`

function tagged(scope: Scope, resource: FhirResource): FhirResource {
  if (scope.tag === undefined) return resource
  return { ...resource, meta: { ...resource.meta, tag: [...(resource.meta?.tag ?? []), { ...scope.tag }] } }
}

/** A logical reference; what it names is kept once for all. */
export function referToParty(
  scope: Scope,
  type: 'Practitioner' | 'Organization',
  identity: Identity | undefined,
  display: string | undefined,
  resource: FhirResource | undefined,
): Reference | undefined {
  if (identity === undefined && display === undefined) return undefined
  if (identity !== undefined && resource !== undefined && !scope.parties.has(`${type}|${keyOf(identity)}`))
    scope.parties.set(`${type}|${keyOf(identity)}`, {
      key: keyOf(identity),
      resource,
      order: scope.order,
      scope: 'shared-once',
    })
  return {
    type,
    ...(identity === undefined ? {} : { identifier: { ...identity } }),
    ...(display === undefined ? {} : { display }),
  }
}
