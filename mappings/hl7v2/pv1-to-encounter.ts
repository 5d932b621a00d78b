/** PV1 as Encounter (hl7v2.md 3.2). Without PV1-19 a visit has no identity and is not stored. */
import type { Encounter, EncounterLocation, EncounterParticipant } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { type Identity, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { codeSystemOf, v2Table } from './code-systems.js'
import { cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { cxToIdentity, identifierType } from './identifiers.js'
import { plToLocation, plToWard, xcnToPractitioner } from './parties.js'
import { readDateTime, type Scope } from './scope.js'
import type { SegmentReader } from './trail.js'

export interface MappedEncounter {
  readonly identity: Identity
  /** Everything that PV1 states; status and class always stand. */
  readonly resource: Encounter
  /** Whether PV1-45 or the trigger says the status, or only the kind of visit does. */
  readonly statusIsStated: boolean
  /** Elements that `""` deletes. */
  readonly deleted: readonly (keyof Encounter)[]
}

/** Identity of the visit; undefined where PV1-19 is empty. */
export const visitIdentity = (pv1: SegmentReader, scope: Scope): Identity | undefined =>
  cxToIdentity(pv1.field(19), 'visit', scope)

/** @param trigger `A01`, `A04`, `A08`, `A40`; undefined in an order, whose PV1 only repeats the visit */
export function pv1ToEncounter(
  pv1: SegmentReader,
  scope: Scope,
  trigger: string | undefined,
): MappedEncounter | undefined {
  const kind = pv1.text(2)
  const identity = visitIdentity(pv1, scope)
  if (identity === undefined) {
    const note = 'a visit without number (PV1-19) is not stored'
    pv1.setAside('no-element', note)
    // In an order the kind of visit still tells ward from home.
    if (trigger !== undefined) pv1.field(2).setAside('no-element', note)
    return undefined
  }
  if (kind === 'N') return undefined
  const end = readDateTime(scope, pv1.field(45))
  const start = readDateTime(scope, pv1.field(44))
  const status = statusOf(kind, end !== undefined)
  const participant = participants(pv1, scope)
  const location = locations(pv1, scope, kind)
  const hospitalization = stay(pv1, scope)
  const serviceType = cweToCodeableConcept(pv1.field(10), scope)
  const resource: Encounter = {
    resourceType: 'Encounter',
    identifier: [{ type: identifierType('VN'), ...identity }],
    status,
    class: classOf(kind, pv1, scope),
    ...(serviceType === undefined ? {} : { serviceType }),
    subject: { reference: SUBJECT_REFERENCE },
    ...(participant.length === 0 ? {} : { participant }),
    ...(start === undefined && end === undefined
      ? {}
      : { period: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) } }),
    ...(hospitalization === undefined ? {} : { hospitalization }),
    ...(location.length === 0 ? {} : { location }),
  }
  const deleted: (keyof Encounter)[] = [
    ...(location.length === 0 && [3, 6, 11, 42].some((field) => pv1.isNull(field))
      ? ['location' as const]
      : []),
    ...(participant.length === 0 && [7, 8, 9, 17, 52].some((field) => pv1.isNull(field))
      ? ['participant' as const]
      : []),
    ...(serviceType === undefined && pv1.isNull(10) ? ['serviceType' as const] : []),
  ]
  // A08 carries no event of its own: the status that is stored stays (hl7v2.md 3).
  return {
    identity,
    resource,
    statusIsStated: end !== undefined || trigger === 'A01' || trigger === 'A04',
    deleted,
  }
}

function statusOf(kind: string | undefined, ended: boolean): Encounter['status'] {
  if (ended) return 'finished'
  switch (kind) {
    case 'P':
      return 'planned'
    case 'U':
      return 'unknown'
    default:
      return 'in-progress'
  }
}

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const ACT_CLASSES: Readonly<Record<string, string>> = { E: 'EMER', I: 'IMP', O: 'AMB', P: 'PRENC' }
const OWN_CLASSES: ReadonlySet<string> = new Set(['R', 'B', 'C', 'U'])

function classOf(kind: string | undefined, pv1: SegmentReader, scope: Scope): Encounter['class'] {
  if (kind === undefined)
    return { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' }
  const act = ACT_CLASSES[kind]
  if (act !== undefined) return { system: ACT_CODE, code: act }
  if (OWN_CLASSES.has(kind)) return { system: v2Table('0004'), code: kind }
  const concept = cweToCodeableConcept(pv1.field(2), scope)
  return concept?.coding?.[0] ?? { system: codeSystemOf(undefined, scope.sender, 'PV1-2'), code: kind }
}

const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'
const PARTICIPANTS: readonly (readonly [number, string])[] = [
  [7, 'ATND'],
  [8, 'REF'],
  [9, 'CON'],
  [17, 'ADM'],
  [52, 'PART'],
]

const participants = (pv1: SegmentReader, scope: Scope): EncounterParticipant[] =>
  PARTICIPANTS.flatMap(([field, code]) =>
    pv1.repetitions(field).flatMap((value) => {
      const individual = xcnToPractitioner(value, scope)
      return individual === undefined
        ? []
        : [{ type: [{ coding: [{ system: PARTICIPATION, code }] }], individual }]
    }),
  )

function locations(pv1: SegmentReader, scope: Scope, kind: string | undefined): EncounterLocation[] {
  const fields: readonly (readonly [number, EncounterLocation['status']])[] = [
    [3, kind === 'P' ? 'planned' : 'active'],
    [6, 'completed'],
    [11, 'active'],
    [42, 'reserved'],
  ]
  return fields.flatMap(([field, status]) => {
    const location = plToLocation(pv1.field(field), scope)
    const ward = plToWard(pv1.field(field), scope)
    return location === undefined || status === undefined
      ? []
      : [
          {
            ...(ward === undefined
              ? {}
              : { extension: [{ url: extensionUrl('ward'), valueReference: ward }] }),
            location,
            status,
          },
        ]
  })
}

function stay(pv1: SegmentReader, scope: Scope): Encounter['hospitalization'] {
  const admitSource = cweToCodeableConcept(pv1.field(14), scope)
  const courtesy = cweToCodeableConcept(pv1.field(16), scope)
  const disposition = cweToCodeableConcept(pv1.field(36), scope)
  const goal = cweToCodeableConcept(pv1.field(37), scope)
  const destination = goal?.text ?? goal?.coding?.[0]?.display ?? goal?.coding?.[0]?.code
  const result: Encounter['hospitalization'] = {
    ...(admitSource === undefined ? {} : { admitSource }),
    ...(courtesy === undefined ? {} : { specialCourtesy: [courtesy] }),
    ...(destination === undefined ? {} : { destination: { type: 'Location', display: destination } }),
    ...(disposition === undefined ? {} : { dischargeDisposition: disposition }),
  }
  return Object.keys(result).length === 0 ? undefined : result
}
