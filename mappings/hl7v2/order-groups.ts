/**
 * The ORDER groups of RDE and RDS, by a small state machine over the grammar (hl7v2.md 2), not by "the next segment of
 * that name": what stands under a segment belongs to the nearest RXO, RXE or RXD before it.
 */
import { HubError } from '../../src/core/errors.js'
import type { Scope } from './scope.js'
import type { SegmentReader } from './trail.js'
import type { Segment } from './tree.js'

/** What may stand under ORC, RXO, RXE and RXD. */
export interface OrderPart {
  readonly head: SegmentReader
  readonly timing: readonly SegmentReader[]
  readonly routes: readonly SegmentReader[]
  readonly components: readonly SegmentReader[]
  readonly notes: readonly SegmentReader[]
}

export interface OrderGroup {
  readonly orc: OrderPart
  readonly rxo: OrderPart | undefined
  readonly rxe: OrderPart | undefined
  readonly rxd: OrderPart | undefined
}

interface OpenPart extends OrderPart {
  readonly timing: SegmentReader[]
  readonly routes: SegmentReader[]
  readonly components: SegmentReader[]
  readonly notes: SegmentReader[]
  /** Place in the grammar of the last segment under this head. */
  rank: number
}

interface OpenGroup {
  readonly orc: OpenPart
  rxo: OpenPart | undefined
  rxe: OpenPart | undefined
  rxd: OpenPart | undefined
  last: OpenPart
}

/** Order of the segments under a head. Notes may also stand under RXC and OBX. */
const RANKS: Readonly<Record<string, number>> = {
  TQ1: 1,
  TQ2: 1,
  RXR: 2,
  RXC: 3,
  OBX: 4,
  FT1: 5,
  BLG: 6,
  CTI: 7,
}

/** @throws HubError MESSAGE_INVALID (100) for RXO, RXE or RXD before any ORC */
export function orderGroups(scope: Scope): readonly OrderGroup[] {
  const groups: OpenGroup[] = []
  for (const segment of scope.message.segments) {
    const group = groups[groups.length - 1]
    if (segment.name === 'ORC') {
      const orc = openPart(scope.trail.reader(segment))
      groups.push({ orc, rxo: undefined, rxe: undefined, rxd: undefined, last: orc })
    } else if (group === undefined) {
      if (segment.name === 'RXO' || segment.name === 'RXE' || segment.name === 'RXD')
        throw new HubError('MESSAGE_INVALID', 'an order group begins with ORC', {
          at: segment.name,
          protocolCode: '100',
        })
    } else {
      addToGroup(group, segment, scope)
    }
  }
  return groups
}

const openPart = (head: SegmentReader): OpenPart => ({
  head,
  timing: [],
  routes: [],
  components: [],
  notes: [],
  rank: 0,
})

function addToGroup(group: OpenGroup, segment: Segment, scope: Scope): void {
  const reader = scope.trail.reader(segment)
  switch (segment.name) {
    case 'RXO':
    case 'RXE':
    case 'RXD': {
      const part = openPart(reader)
      if (segment.name === 'RXO') group.rxo = only(group.rxo, part)
      else if (segment.name === 'RXE') group.rxe = only(group.rxe, part)
      else group.rxd = only(group.rxd, part)
      group.last = part
      return
    }
    case 'TQ1':
      group.last.timing.push(reader)
      break
    case 'RXR':
      group.last.routes.push(reader)
      break
    case 'RXC':
      group.last.components.push(reader)
      break
    case 'NTE':
      group.last.notes.push(reader)
      return
    default:
      break
  }
  reportPlace(group.last, reader, scope)
}

/** @throws HubError MESSAGE_INVALID (100) */
function only(known: OpenPart | undefined, part: OpenPart): OpenPart {
  if (known === undefined) return part
  throw new HubError('MESSAGE_INVALID', `an order group has one ${part.head.name}`, {
    at: part.head.place,
    protocolCode: '100',
  })
}

/** A legal segment in an illegal place is kept with its nearest head, and reported. */
function reportPlace(part: OpenPart, reader: SegmentReader, scope: Scope): void {
  const rank = RANKS[reader.name]
  if (rank === undefined) return
  if (rank < part.rank)
    scope.trail.note({
      at: reader.place,
      reason: 'administrative',
      note: `stands where the message structure has none; read with ${part.head.place}`,
    })
  part.rank = Math.max(part.rank, rank)
}
