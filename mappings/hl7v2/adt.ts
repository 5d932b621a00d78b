/** ADT^A01, A04, A08 (snapshots of one person) and A40 (merges), from typed message to mapped facts (hl7v2.md 3). */
import { HubError } from '../../src/core/errors.js'
import type { Authorship, Identity, MapContext, Mapped } from '../../src/core/message.js'
import { cxToPersonIdentifier } from './identifiers.js'
import { agentOf } from './order-context.js'
import { xcnToPractitioner } from './parties.js'
import { readPatientContext, senderAgent, sourceOf } from './patient-context.js'
import { distinctIdentities, type Numbering } from './person-identity.js'
import { openScope, readDateTime, type Scope } from './scope.js'
import type { SegmentReader } from './trail.js'
import { firstSegment, type Hl7Message, type Segment } from './tree.js'

export interface AdtMessage {
  readonly message: Hl7Message
  /** `A01`, `A04`, `A08`, `A40`. */
  readonly trigger: string
  /** The segments that this row is about: all, or one PID and MRG pair of an A40. */
  readonly segments: readonly Segment[]
}

/** @throws HubError MESSAGE_INVALID when the pair is not there */
export function readAdt(message: Hl7Message, trigger: string, part: number): AdtMessage {
  if (trigger !== 'A40') return { message, trigger, segments: message.segments }
  const segments = mergePairs(message)[part]
  if (segments === undefined)
    throw new HubError('MESSAGE_INVALID', 'the message has no such PID and MRG pair', {
      at: 'PID',
      protocolCode: '100',
    })
  return { message, trigger, segments }
}

/** What precedes the first PID belongs to the first pair. */
function mergePairs(message: Hl7Message): readonly (readonly Segment[])[] {
  const pairs: Segment[][] = []
  const before: Segment[] = []
  for (const segment of message.segments) {
    if (segment.name === 'PID') pairs.push(pairs.length === 0 ? [...before, segment] : [segment])
    else (pairs[pairs.length - 1] ?? before).push(segment)
  }
  return pairs
}

export function mapAdt(adt: AdtMessage, context: MapContext): Mapped {
  const scope = openScope(adt.message, context)
  const person = readPatientContext(adt.segments, scope, adt.trigger)
  const mrg = adt.segments.find((segment) => segment.name === 'MRG')
  const prior = mrg === undefined ? [] : priorIdentities(scope.trail.reader(mrg), scope)
  const authorship = readAuthorship(adt.trigger, scope)
  return {
    source: sourceOf(scope, 'hospital'),
    authorship,
    resources: [...scope.parties.values(), ...person.resources],
    amendments: person.amendments,
    identifiers: person.identities,
    ...(adt.trigger === 'A40' ? { merge: { survivor: person.identities, prior } } : {}),
    unmapped: scope.trail.unmapped(adt.segments),
  }
}

const MRG_NUMBERS: readonly (readonly [number, Numbering])[] = [
  [1, 'patient'],
  [4, 'external'],
]

function priorIdentities(mrg: SegmentReader, scope: Scope): readonly Identity[] {
  return distinctIdentities(
    MRG_NUMBERS.flatMap(([field, numbering]) =>
      mrg.repetitions(field).flatMap((value) => {
        const read = cxToPersonIdentifier(value, numbering, scope)
        return read === undefined ? [] : [read.identity]
      }),
    ),
  )
}

const ACTIVITIES: Readonly<Record<string, string>> = {
  A01: 'CREATE',
  A04: 'CREATE',
  A08: 'UPDATE',
  A40: 'MERGE',
}

/** EVN-2 and EVN-5. */
function readAuthorship(trigger: string, scope: Scope): Authorship {
  const segment = firstSegment(scope.message, 'EVN')
  const evn = segment === undefined ? undefined : scope.trail.reader(segment)
  const recorded = evn === undefined ? undefined : readDateTime(scope, evn.field(2))
  const operator = evn === undefined ? undefined : agentOf(xcnToPractitioner(evn.field(5), scope))
  const author = operator ?? senderAgent(scope)
  const activity = ACTIVITIES[trigger]
  return {
    recorded: recorded ?? scope.sentAt,
    ...(author === undefined ? {} : { author }),
    ...(activity === undefined ? {} : { activity }),
  }
}
