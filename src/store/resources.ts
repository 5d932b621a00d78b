/** Resources by id and version. */
import type { FhirResource } from 'fhir/r4.js'
import { messageId, type PersonId, personId } from '../core/ids.js'
import type { Layer, ResourceType, StoredResource } from '../core/stored.js'
import type { Store } from './contract.js'
import type { Database } from './query.js'
import { toInstant } from './rows.js'
import type { FoundResource, HistoryEntry } from './views.js'

export interface StoredRow {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly natural_key: string
  readonly sort_order: string
  readonly layer: string
  readonly body: string
  readonly source_key: string
  readonly message_id: string | null
  readonly last_updated: Date
}

export function toStored(row: StoredRow): StoredResource {
  return {
    // type, layer and body are only ever written from a StoredResource
    type: row.type as ResourceType,
    layer: row.layer as Layer,
    resource: JSON.parse(row.body) as FhirResource,
    id: row.id,
    version: row.version,
    key: row.natural_key,
    order: row.sort_order,
    sourceKey: row.source_key,
    messageId: row.message_id === null ? undefined : messageId(row.message_id),
    lastUpdated: toInstant(row.last_updated),
  }
}

export const loadShared =
  (db: Database): Store['loadShared'] =>
  async (keys) => {
    if (keys.length === 0) return []
    const { rows } = await db.query<StoredRow>(
      `/*load-shared*/ select r.* from unnest($1::text[], $2::text[]) u(type, key)
       join resource r on r.person_id = '' and r.type = u.type and r.natural_key = u.key and not r.deleted`,
      [keys.map(({ type }) => type), keys.map(({ key }) => key)],
    )
    return rows.map(toStored)
  }

export const loadSharedById =
  (db: Database): Store['loadSharedById'] =>
  async (type, id) => {
    const { rows } = await db.query<StoredRow>(
      `/*load-shared-by-id*/ select * from resource where person_id = '' and type = $1 and id = $2 and not deleted`,
      [type, id],
    )
    return rows[0] && toStored(rows[0])
  }

export interface FoundRow {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly body: string
  readonly last_updated: Date
  readonly deleted: boolean
  readonly person_id: string
}

export const toFound = (row: FoundRow): FoundResource => ({
  type: row.type,
  id: row.id,
  version: row.version,
  text: row.body,
  lastUpdated: toInstant(row.last_updated),
  deleted: row.deleted,
  personId: ownerOf(row.person_id),
})

const ownerOf = (person: string): PersonId | '' => (person === '' ? '' : personId(person))

export const FOUND_COLUMNS = 'type, id, version, body, last_updated, deleted, person_id'

export const readResource =
  (db: Database): Store['read'] =>
  async (type, id) => {
    const { rows } = await db.query<FoundRow>(
      `/*read*/ select ${FOUND_COLUMNS} from resource where id = $2 and type = $1`,
      [type, id],
    )
    return rows[0] && toFound(rows[0])
  }

interface HistoryRow extends FoundRow {
  readonly method: HistoryEntry['method']
}

const toHistory = (row: HistoryRow): HistoryEntry => ({ ...toFound(row), method: row.method })

/** The current version from resource, older ones from resource_history; both stand under the same patient. */
const HISTORY = `with current as (
    select ${FOUND_COLUMNS}, method from resource where id = $2 and type = $1
  ), every as (
    select * from current
    union all
    select h.type, h.id, h.version, h.body, h.last_updated, h.deleted, h.person_id, h.method
      from current c join resource_history h on h.person_id = c.person_id and h.type = c.type and h.id = c.id
  )`

export const readVersion =
  (db: Database): Store['vread'] =>
  async (type, id, version) => {
    const { rows } = await db.query<HistoryRow>(
      `/*vread*/ ${HISTORY} select * from every where version = $3`,
      [type, id, version],
    )
    return rows[0] && toHistory(rows[0])
  }

export const readHistory =
  (db: Database): Store['history'] =>
  async (type, id, count, before) => {
    const { rows } = await db.query<HistoryRow>(
      `/*history*/ ${HISTORY} select * from every
       where $3::bigint is null or version < $3 order by version desc limit $4`,
      [type, id, before ?? null, count],
    )
    return rows.map(toHistory)
  }
