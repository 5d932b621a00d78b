/** Messages of the demo's story as its parties send them, and the times of the story. */
import type { Bundle, FhirResource, List } from 'fhir/r4.js'
import type { HubClient, HubReply } from '../src/cli/hub-client.js'
import { FNR } from '../src/core/canonical.js'
import { deterministicUuid } from '../src/core/deterministic-id.js'
import { addDays, instantOfLocalTime, localDate, offsetMs } from '../src/core/zone.js'
import { doseNotDispensed, doseTaken } from '../tests/support/device-fixtures.js'
import { inger } from '../tests/support/kith-people.js'

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

/** Resources of what the hub shows of the story's person: the List, its lines, open discrepancies and the rest. */
export async function shownResources(hub: HubClient): Promise<readonly FhirResource[]> {
  const bundle = (await hub.list(FNR, inger.id)) as Bundle<FhirResource> | undefined
  return (bundle?.entry ?? []).flatMap(({ resource }) => resource ?? [])
}

export const listAmong = (resources: readonly FhirResource[]): List | undefined =>
  resources.find((resource): resource is List => resource.resourceType === 'List')

/** A resource that is written over the FHIR API; `make` is told who the patient is. */
export const written = (name: string, at: number, make: (patient: string) => FhirResource): DemoMessage => ({
  name,
  at,
  send: async (hub) => {
    const resource = make(listAmong(await shownResources(hub))?.subject?.reference ?? '')
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

/** What a dispenser tells of the sachet of a slot: until when it was to be opened, or when it was. */
function sachet(story: Story, { day, slot, roll }: DoseOf, told: string, until: string) {
  const due = story.moment(day, SLOTS[slot])
  const end = story.moment(day, SLOTS[slot].replace(':00', until))
  return {
    serial: story.serial,
    eventId: story.id(`${told} ${day} ${slot}`),
    doseId: `${day}-${slot}`,
    scheduledAt: due,
    occurredAt: end,
    dose: { window: { start: due, end }, sachetId: `${roll}-${day}-${slot}`, rollId: roll },
  }
}

const after = (story: Story, { day, slot }: DoseOf, minutes: number): number =>
  story.instant(day, SLOTS[slot]) + minutes * MINUTE_MS

/** The sachet of a slot, opened some minutes after it was given. */
export const sachetTaken = (story: Story, dose: DoseOf): DemoMessage =>
  deviceEvent('dose.taken', after(story, dose, 7), doseTaken(sachet(story, dose, 'taken', ':06')))

export const sachetNotGiven = (story: Story, dose: DoseOf): DemoMessage =>
  deviceEvent(
    'dose.not-dispensed',
    after(story, dose, 60),
    doseNotDispensed(sachet(story, dose, 'missed', ':59')),
  )
