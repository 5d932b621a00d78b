/** Messages of the demo's story as its parties send them, and the times of the story. */
import type { FhirResource } from 'fhir/r4.js'
import type { HubClient, HubReply } from '../src/cli/hub-client.js'
import { deterministicUuid } from '../src/core/deterministic-id.js'
import { addDays, instantOfLocalTime, localDate, offsetMs } from '../src/core/zone.js'
import { doseNotDispensed, doseTaken } from '../tests/support/device-fixtures.js'

export interface DemoMessage {
  readonly name: string
  /** Instant at which it is sent in the story. */
  readonly at: number
  readonly send: (hub: HubClient) => Promise<HubReply>
}
export interface DemoStep {
  readonly title: { readonly nb: string; readonly en: string }
  readonly messages: readonly DemoMessage[]
}

const ZONE = 'Europe/Oslo'
const MINUTE_MS = 60_000

/** Days and times of one telling of the story, and ids that no other telling has. */
export interface Story {
  /** Local date, so many days from the story's first. */
  readonly date: (day: number) => string
  readonly instant: (day: number, time: string) => number
  /** dateTime with offset. */
  readonly moment: (day: number, time: string) => string
  readonly id: (name: string) => string
  readonly serial: string
}

/** @param first instant on the story's first day */
export function openStory(first: number): Story {
  const start = localDate(first, ZONE)
  const date = (day: number): string => addDays(start, day)
  const instant = (day: number, time: string): number => instantOfLocalTime(date(day), time, ZONE)
  return {
    date,
    instant,
    moment: (day, time) => withOffset(instant(day, time), `${date(day)}T${time}:00`),
    id: (name) => deterministicUuid('demo', String(first), name),
    serial: `PK-DEMO-${first}`,
  }
}

function withOffset(instant: number, local: string): string {
  const minutes = offsetMs(instant, ZONE) / MINUTE_MS
  const part = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${local}${minutes < 0 ? '-' : '+'}${part(Math.abs(minutes) / 60)}:${part(Math.abs(minutes) % 60)}`
}

export const eresept = (name: string, at: number, xml: string): DemoMessage => ({
  name,
  at,
  send: (hub) => hub.send('eresept', Buffer.from(xml), 'application/xml'),
})

export const hl7v2 = (name: string, at: number, message: string): DemoMessage => ({
  name,
  at,
  send: (hub) => hub.send('hl7v2', Buffer.from(message), 'application/hl7-v2'),
})

export const deviceEvent = (name: string, at: number, body: object): DemoMessage => ({
  name,
  at,
  send: (hub) => hub.send('devices/canonical', Buffer.from(JSON.stringify(body)), 'application/json'),
})

/** A resource that is written over the FHIR API; `make` is told who the patient is. */
export const written = (
  name: string,
  at: number,
  make: (patient: string, hub: HubClient) => Promise<FhirResource>,
  patientOf: (hub: HubClient) => Promise<string>,
): DemoMessage => ({
  name,
  at,
  send: async (hub) => {
    const resource = await make(await patientOf(hub), hub)
    return hub.post(`/fhir/${resource.resourceType}`, JSON.stringify(resource), 'application/fhir+json')
  },
})

const SLOTS = { morning: '08:00', evening: '20:00' } as const
export type DemoSlot = keyof typeof SLOTS

export interface DoseOf {
  readonly day: number
  readonly slot: DemoSlot
  readonly roll: string
}

/** The sachet of a slot, opened some minutes after it was given. */
export function sachetTaken(story: Story, { day, slot, roll }: DoseOf): DemoMessage {
  const due = story.moment(day, SLOTS[slot])
  const opened = story.moment(day, SLOTS[slot].replace(':00', ':06'))
  return deviceEvent(
    'dose.taken',
    story.instant(day, SLOTS[slot]) + 7 * MINUTE_MS,
    doseTaken({
      serial: story.serial,
      eventId: story.id(`taken ${day} ${slot}`),
      doseId: `${day}-${slot}`,
      scheduledAt: due,
      occurredAt: opened,
      dose: { window: { start: due, end: opened }, sachetId: `${roll}-${day}-${slot}`, rollId: roll },
    }),
  )
}

export function sachetNotGiven(story: Story, { day, slot, roll }: DoseOf): DemoMessage {
  const due = story.moment(day, SLOTS[slot])
  const end = story.moment(day, SLOTS[slot].replace(':00', ':59'))
  return deviceEvent(
    'dose.not-dispensed',
    story.instant(day, SLOTS[slot]) + 60 * MINUTE_MS,
    doseNotDispensed({
      serial: story.serial,
      eventId: story.id(`missed ${day} ${slot}`),
      doseId: `${day}-${slot}`,
      scheduledAt: due,
      occurredAt: end,
      dose: { window: { start: due, end }, sachetId: `${roll}-${day}-${slot}`, rollId: roll },
    }),
  )
}
