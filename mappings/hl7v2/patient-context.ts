/** What every message says of its person: Patient, visit, allergies, and who speaks. */
import type {
  Amendment,
  Authorship,
  Identity,
  MappedResource,
  SourceRole,
  SourceStatement,
} from '../../src/core/message.js'
import { al1ToAllergyIntolerance } from './al1-to-allergy-intolerance.js'
import { pidToPatient } from './pid-to-patient.js'
import { pv1ToEncounter } from './pv1-to-encounter.js'
import { keyOf, personResource, type Scope } from './scope.js'
import type { SegmentReader } from './trail.js'
import type { Segment } from './tree.js'

export interface PatientContext {
  readonly identities: readonly Identity[]
  readonly pv1: SegmentReader | undefined
  readonly encounter: Identity | undefined
  readonly resources: readonly MappedResource[]
  readonly amendments: readonly Amendment[]
}

/**
 * @param segments those of this person: PID, PD1, PV1, AL1
 * @param trigger event of an ADT, whose `""` deletes; undefined in an order
 */
export function readPatientContext(
  segments: readonly Segment[],
  scope: Scope,
  trigger: string | undefined,
): PatientContext {
  const readerOf = (name: string) => {
    const segment = segments.find((candidate) => candidate.name === name)
    return segment === undefined ? undefined : scope.trail.reader(segment)
  }
  const pid = readerOf('PID')
  const pv1 = readerOf('PV1')
  const patient =
    pid === undefined
      ? { identities: [], resource: undefined }
      : pidToPatient(pid, readerOf('PD1'), scope, trigger !== undefined)
  const visit = pv1 === undefined ? undefined : readVisit(pv1, scope, trigger)
  const allergies = segments
    .filter((segment) => segment.name === 'AL1')
    .flatMap((segment) => al1ToAllergyIntolerance(scope.trail.reader(segment), scope) ?? [])
  return {
    identities: patient.identities,
    pv1,
    encounter: visit?.identity,
    resources: [
      ...(patient.resource === undefined ? [] : [patient.resource]),
      ...(visit?.resources ?? []),
      ...distinct(allergies),
    ],
    amendments: visit?.amendments ?? [],
  }
}

interface Visit {
  readonly identity: Identity
  readonly resources: readonly MappedResource[]
  readonly amendments: readonly Amendment[]
}

/** Lowest of all orders: stands only until an admission or registration describes the visit. */
const UNTIL_DESCRIBED_ORDER = ''

/**
 * Admission and registration describe the visit. Every other message states some of it and keeps the rest
 * (hl7v2.md 3, 4.4): it changes what is stored, and describes the visit only where nothing is known yet.
 */
function readVisit(pv1: SegmentReader, scope: Scope, trigger: string | undefined): Visit | undefined {
  const mapped = pv1ToEncounter(pv1, scope, trigger)
  if (mapped === undefined) return undefined
  const { identity, resource, statusIsStated, deleted } = mapped
  if (trigger === 'A01' || trigger === 'A04')
    return { identity, resources: [personResource(scope, identity, resource)], amendments: [] }
  const description = personResource(scope, identity, resource, UNTIL_DESCRIBED_ORDER)
  // An order repeats the visit; only ADT speaks for it.
  if (trigger === undefined) return { identity, resources: [description], amendments: [] }
  const { resourceType: _type, identifier: _identifier, subject: _subject, status, ...stated } = resource
  const set = {
    ...stated,
    ...(statusIsStated ? { status } : {}),
    ...Object.fromEntries(deleted.map((element) => [element, null])),
  }
  return {
    identity,
    resources: [description],
    amendments: [
      { type: 'Encounter', key: keyOf(identity), name: `adt/${scope.messageId}`, at: scope.order, set },
    ],
  }
}

/** The same allergy twice in one message is one: the later repetition counts. */
function distinct(resources: readonly MappedResource[]): readonly MappedResource[] {
  return [...new Map(resources.map((resource) => [resource.key, resource])).values()]
}

/** Who speaks: the sender as application at its facility. */
export function sourceOf(scope: Scope, role: SourceRole): SourceStatement {
  const [application = '', facility = ''] = scope.sender.split('|')
  const name = facility === '' ? application : application === '' ? facility : `${facility} (${application})`
  return { key: `hl7v2|${scope.sender}`, role, name: name === '' ? 'unnamed HL7 v2 sender' : name }
}

/** Where no person stands as author, the sending facility does (MSH-4). */
export function senderAgent(scope: Scope): Authorship['author'] {
  const facility = scope.sender.split('|')[1] ?? ''
  return facility === '' ? undefined : { type: 'Organization', display: facility }
}
