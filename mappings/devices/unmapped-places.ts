/** The leaves of an event that no rule has read: what was not mapped, by place and never by value. */
import type { Unmapped } from '../../src/core/message.js'
import type { CanonicalEvent } from './canonical-event.js'
import { doubtfulImeis } from './device-identity.js'
import type { DeviceEventKind } from './event-kinds.js'

/** Read for every event: names, times and marks of the resources, and the Device. */
const COMMON: readonly string[] = [
  '/specVersion',
  '/eventId',
  '/vendorType',
  '/source/system',
  '/source/vendor',
  '/source/product',
  '/source/organisation',
  '/occurredAt',
  '/time/clock',
  '/time/deviceReported',
  '/time/correctionMs',
  '/time/accuracyMs',
  '/time/vendorReceivedAt',
  '/time/backfill',
  '/device',
]

/** What the message is known by, also where nothing else of it is mapped. */
const IDENTIFYING: readonly string[] = [
  '/specVersion',
  '/eventId',
  '/source',
  '/occurredAt',
  '/time/clock',
  '/device',
]

/** Not about the patient or the treatment; kept with the raw message. */
const ADMINISTRATIVE: readonly { readonly place: string; readonly note: string }[] = [
  { place: '/source/mappingVersion', note: 'version of the mapping' },
  { place: '/time/zone', note: 'zone of the home; the time has its offset' },
  { place: '/time/sentAt', note: 'time of sending' },
  { place: '/sequence', note: 'place in the order of the device' },
  { place: '/assignmentRef', note: 'led to the person' },
  { place: '/assignment/assignmentRef', note: 'led to the person' },
  { place: '/assignment/previousRef', note: 'an assignment of another person is not named' },
  { place: '/subject', note: 'led to the assignment, then left out' },
  { place: '/supply/rollSubject', note: 'the holder of a roll is never shown' },
  { place: '/raw', note: 'where the raw message is' },
]

/** Kinds that change nothing in any record: doses are computed and not stored, tests are tests. */
const WITHOUT_EFFECT: ReadonlySet<DeviceEventKind> = new Set([
  'dose.scheduled',
  'dose.reminder-started',
  'system.test',
  'system.gap-detected',
  'system.backfill-started',
  'system.backfill-completed',
  'assignment.unknown-device',
  'assignment.conflict',
])

/**
 * @param used places that the rules of the kind have read, each with all below it
 * @param mapped whether the kind has rules at all
 */
export function unmappedPlaces(
  event: CanonicalEvent,
  used: readonly string[],
  mapped: boolean,
): readonly Unmapped[] {
  const list: Unmapped[] = []
  if (!mapped)
    list.push({
      at: '/type',
      reason: WITHOUT_EFFECT.has(event.type) ? 'administrative' : 'no-element',
      note: 'events of this kind are kept with their message only',
    })
  const read = mapped ? ['/type', ...COMMON, ...used] : ['/type', ...IDENTIFYING]
  for (const place of leaves(event, '')) {
    const administrative = ADMINISTRATIVE.find((row) => covers(row.place, place))
    if (event.type === 'supply.wrong-person' && place === '/supply/rollId')
      list.push({ at: place, reason: 'administrative', note: 'the roll of another person is not named' })
    else if (read.some((prefix) => covers(prefix, place))) continue
    else if (administrative !== undefined)
      list.push({ at: place, reason: 'administrative', note: administrative.note })
    else list.push({ at: place, reason: 'no-element' })
  }
  for (const at of doubtfulImeis(event.device))
    list.push({ at, reason: 'invalid-value', note: 'check digit of the IMEI; taken as sent' })
  return list
}

const covers = (prefix: string, place: string): boolean => place === prefix || place.startsWith(`${prefix}/`)

function leaves(value: unknown, at: string): readonly string[] {
  if (typeof value === 'string' && value.trim() === '') return []
  if (typeof value !== 'object' || value === null) return [at]
  return Object.entries(value).flatMap(([name, child]) => leaves(child, `${at}/${name}`))
}
