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
const ADMINISTRATIVE: ReadonlyMap<string, string> = new Map([
  ['/source/mappingVersion', 'version of the mapping'],
  ['/time/zone', 'zone of the home; the time has its offset'],
  ['/time/sentAt', 'time of sending'],
  ['/sequence', 'place in the order of the device'],
  ['/assignmentRef', 'led to the person'],
  ['/assignment/assignmentRef', 'led to the person'],
  ['/assignment/previousRef', 'an assignment of another person is not named'],
  ['/subject', 'led to the assignment, then left out'],
  ['/supply/rollSubject', 'the holder of a roll is never shown'],
  ['/raw', 'where the raw message is'],
])

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
  const read = new Set(mapped ? ['/type', ...COMMON, ...used] : ['/type', ...IDENTIFYING])
  const rollOfAnother = event.type === 'supply.wrong-person' ? '/supply/rollId' : undefined
  const walk = (value: unknown, at: string, administrative: string | undefined): void => {
    const note =
      at === rollOfAnother
        ? 'the roll of another person is not named'
        : (administrative ?? ADMINISTRATIVE.get(at))
    if (at !== rollOfAnother && read.has(at)) return
    if (typeof value === 'object' && value !== null)
      // Arrays and objects of JSON have nothing but own, enumerable members.
      for (const name in value)
        walk((value as Readonly<Record<string, unknown>>)[name], `${at}/${name}`, note)
    else if (typeof value !== 'string' || value.trim() !== '')
      list.push(note === undefined ? { at, reason: 'no-element' } : { at, reason: 'administrative', note })
  }
  walk(event, '', undefined)
  for (const at of doubtfulImeis(event.device))
    list.push({ at, reason: 'invalid-value', note: 'check digit of the IMEI; taken as sent' })
  return list
}
