/** Fan-out: from changes to numbered deliveries (reliability.md 6.2). */
import type { Change } from '../core/delivery.js'
import { HubError } from '../core/errors.js'
import { type LaneKey, laneKey, messageId, personId } from '../core/ids.js'
import type { FanOutStore, WantedDelivery } from '../core/outbox.js'
import type { Database } from './query.js'
import { onlyRow, toInstant, toJson } from './rows.js'
import { sha256Hex } from './sha256-hex.js'

export interface ChangeRow {
  readonly lane_key: string
  readonly number: number
  readonly person_id: string
  readonly message_id: string | null
  readonly resources: readonly string[]
  readonly list_version: number | null
  readonly at: Date
}

export const toChange = (row: ChangeRow): Change => ({
  lane: laneKey(row.lane_key),
  number: row.number,
  personId: row.person_id === '' ? '' : personId(row.person_id),
  messageId: row.message_id === null ? undefined : messageId(row.message_id),
  resources: row.resources,
  listVersion: row.list_version ?? undefined,
  at: toInstant(row.at),
})

export const openFanOutStore = (db: Database): FanOutStore => ({
  register: (destinations) => register(db, destinations),
  openChanges: (after, limit) => openChanges(db, after, limit),
  fanOut: (set, changes, wanted) => fanOut(db, set, changes, wanted),
  passChanges: async (set, limit) => {
    const { rows } = await db.query<{ passed: number }>(
      '/*pass-changes*/ select pass_changes_v1($1, $2) as passed',
      [set, limit],
    )
    return onlyRow(rows).passed
  },
})

async function register(db: Database, destinations: Parameters<FanOutStore['register']>[0]): Promise<string> {
  const sorted = destinations.map(({ id, kind }) => [id, kind] as const).sort(([a], [b]) => (a < b ? -1 : 1))
  const name = sha256Hex(JSON.stringify(sorted))
  await db.transaction(async (query) => {
    await query(
      `insert into destination (id, kind) select * from unnest($1::text[], $2::text[])
       on conflict (id) do update set kind = excluded.kind where destination.kind <> excluded.kind`,
      [sorted.map(([id]) => id), sorted.map(([, kind]) => kind)],
    )
    await query(
      `insert into destination_set (name) values ($1)
       on conflict (only_row) do update set name = excluded.name where destination_set.name <> excluded.name`,
      [name],
    )
  })
  return name
}

async function openChanges(
  db: Database,
  after: LaneKey | undefined,
  limit: number,
): Promise<readonly Change[]> {
  const { rows } = await db.query<ChangeRow>('/*open-changes*/ select * from open_changes_v1($1, $2)', [
    after ?? '',
    limit,
  ])
  return rows.map(toChange)
}

async function fanOut(
  db: Database,
  set: string,
  changes: readonly Change[],
  wanted: readonly WantedDelivery[],
): Promise<readonly string[]> {
  const { rows } = await db.query<{ destination: string }>(
    '/*fan-out*/ select fan_out_v2($1, $2::jsonb, $3::jsonb) as destination',
    [
      set,
      toJson(changes.map(({ personId: person, lane, number }) => ({ person, lane, number }))),
      toJson(byDestination(changes, wanted)),
    ],
  )
  return rows.map(({ destination }) => destination)
}

/** A change is named by its place among the changes, from 1. */
function byDestination(changes: readonly Change[], wanted: readonly WantedDelivery[]) {
  const nameOf = ({ lane, number }: Change) => `${number} ${lane}`
  const places = new Map(changes.map((change, index) => [nameOf(change), index + 1]))
  const groups = new Map<string, object[]>()
  for (const { change, destination, id, item, fault } of wanted) {
    const place = places.get(nameOf(change))
    if (place === undefined) throw new HubError('UNEXPECTED', 'a delivery of a change that is not fanned out')
    const group = groups.get(destination) ?? []
    groups.set(destination, group)
    group.push({ id, change: place, item, fault: fault ?? null })
  }
  return [...groups].map(([destination, deliveries]) => ({ destination, deliveries }))
}
