/**
 * A hub's state without what may differ between two runs over the same messages: ids, and times of the hub's own clock.
 * Resources are named by their natural keys, persons by their identifiers.
 */
import type { HubState, ResourceRow } from './hub-state.js'

export interface PersonForm {
  /** Resources of the layer `fact`, with their versions. */
  readonly facts: readonly string[]
  /** What readers see now: open lines and discrepancies. */
  readonly shown: readonly string[]
  /** What readers saw at each version of the list, in order. */
  readonly versions: readonly string[]
  readonly sources: readonly string[]
}

/** By the person's identifiers; what was merged away stands under its survivor's. */
export type HubForm = ReadonlyMap<string, PersonForm>

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
/** Of the hub's clock; messages state their times with an offset. */
const HUB_INSTANT = /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g
/** A line that ended is shown once, on the version that learns of it, which need not be one of its own. */
const CLOSED = new Set(['stopped', 'completed', 'entered-in-error', 'final', 'cancelled', 'mitigated'])

export function hubForm(state: HubState): HubForm {
  const names = namesOf(state)
  const keys = personKeys(state)
  const forms = new Map<string, PersonForm>()
  for (const [person, key] of keys) {
    const own = state.resources.filter(({ person_id, deleted }) => person_id === person && !deleted)
    forms.set(key, {
      facts: own
        .filter(({ layer }) => layer === 'fact')
        .map((row) => `${row.type} v${row.version} ${plain(JSON.parse(row.body), names, (items) => items)}`)
        .sort(),
      shown: shownOf(
        own.filter(({ layer }) => layer === 'line').map(({ body }) => itemOf(body)),
        names,
      ),
      versions: state.lists
        .filter(({ person_id }) => person_id === person)
        .map(({ texts }) => JSON.stringify(shownOf(texts.map(itemOf), names))),
      sources: state.sources
        .filter(({ person_id }) => person_id === person)
        .map(({ key: source, failed }) => `${source} ${failed ?? 'heard'}`)
        .sort(),
    })
  }
  return forms
}

interface Item {
  readonly resourceType: string
  readonly status?: string
}

// Resources of the hub's own making.
const itemOf = (text: string): Item => JSON.parse(text) as Item

/** Open lines and discrepancies. The List itself holds their order, flags and dates, which tell what is new to it. */
const shownOf = (items: readonly Item[], names: ReadonlyMap<string, string>): string[] =>
  items
    .filter(
      ({ resourceType, status }) =>
        (resourceType === 'MedicationStatement' || resourceType === 'DetectedIssue') &&
        !CLOSED.has(status ?? ''),
    )
    // Of what is alike the hub names first what has the lower id.
    .map((item) => plain(item, names, (items) => items.toSorted(byText)))
    .sort()

type Arrange = (items: readonly unknown[]) => readonly unknown[]

/** @param arrange what to do with the order of arrays, once their items are in normal form */
function plain(value: unknown, names: ReadonlyMap<string, string>, arrange: Arrange): string {
  const text = JSON.stringify(value)
    .replaceAll(HUB_INSTANT, '"…"')
    .replaceAll(UUID, (id) => names.get(id) ?? id)
  return JSON.stringify(sorted(JSON.parse(text), arrange))
}

/** Keys in order; without id and meta. */
function sorted(value: unknown, arrange: Arrange): unknown {
  if (Array.isArray(value)) return arrange(value.map((item: unknown) => sorted(item, arrange)))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'id' && key !== 'meta')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item, arrange)]),
  )
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

/** What to write for each id that the hub gave. */
function namesOf(state: HubState): Map<string, string> {
  const names = new Map<string, string>()
  for (const { id, channel, sender, message_id } of state.messages)
    names.set(id, `message ${channel} ${sender} ${message_id}`)
  for (const { person_id } of state.persons) names.set(person_id, 'person')
  for (const row of state.resources) names.set(row.id, nameOf(row))
  return names
}

/** Keys of what was merged, and of what has no natural identifier, end with ids. */
const nameOf = ({ layer, natural_key }: ResourceRow): string =>
  layer === 'line' || natural_key.startsWith('id|')
    ? '…'
    : (natural_key.split('|merged|')[0] ?? natural_key).replaceAll('urn:uuid:', '')

function personKeys({ persons, identities }: HubState): ReadonlyMap<string, string> {
  const own = (person: string): string =>
    identities
      .filter(({ person_id }) => person_id === person)
      .map(({ system, value }) => `${system}|${value}`)
      .sort()
      .join(' ')
  return new Map(
    persons.map(({ person_id, merged_into }) => [
      person_id,
      merged_into === null ? own(person_id) : `merged into ${own(merged_into)}`,
    ]),
  )
}
