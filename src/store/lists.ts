/** The texts that the shared list is served from, with what is needed to tell whether it is whole. */
import { personId } from '../core/ids.js'
import type { SourceState } from '../core/stored.js'
import type { Store } from './contract.js'
import type { Database } from './query.js'
import { toInstant, toInstantIfAny } from './rows.js'

interface ListRow {
  readonly owner: string
  readonly version: number | null
  readonly texts: string | null
  readonly created_at: Date | null
  readonly next_change_at: Date | null
  readonly sources: readonly (Omit<SourceState, 'failed' | 'lastHeard'> & {
    readonly failed: string | null
    readonly last_heard_ms: number
  })[]
  readonly waiting: number
  readonly dead: number
}

/**
 * Texts of the List and of what it shows, each the version that `entries` names; parted by U+0001, which no JSON text
 * holds, since the driver takes an array of texts apart letter by letter. Part of a prepared statement and no function
 * of the database, which would plan it anew at each call.
 */
const textsOf = (person: string, entries: string): string => `(
  select string_agg(coalesce(
      (select r.body from resource r
        where r.person_id = ${person} and r.type = e.type and r.id = e.id and r.version = e.version),
      (select h.body from resource_history h
        where h.person_id = ${person} and h.type = e.type and h.id = e.id and h.version = e.version)), chr(1) order by e.n)
  from (select n, split_part(t, '/', 1) as type, split_part(t, '/', 2) as id, split_part(t, '/', 3)::bigint as version
    from unnest(${entries}) with ordinality u(t, n)) e)`

const CURRENT = `/*current-list*/
with own as (select coalesce((select merged_into from person where person_id = $1), $1) as person_id)
select v.version, v.created_at, o.person_id as owner,
    case when o.person_id || '/' || v.version <> $2 then ${textsOf('o.person_id', 'v.entries')} end as texts, l.next_change_at,
    (select coalesce(jsonb_agg(jsonb_build_object('key', s.key, 'role', s.role, 'name', s.name, 'failed', s.failed,
        'last_heard_ms', extract(epoch from s.last_heard) * 1000) order by s.key), '[]')
      from source_state s where s.person_id = o.person_id) as sources,
    (select count(*) from message m where m.lane_key = l.lane_key and m.state = 'waiting')
      + (select count(*) from message m where m.second_lane = l.lane_key and m.state = 'waiting') as waiting,
    (select count(*) from message m where m.lane_key = l.lane_key and m.state = 'dead')
      + (select count(*) from message m where m.second_lane = l.lane_key and m.state = 'dead') as dead
  from own o
  join lane l on l.lane_key = 'p-' || o.person_id
  left join lateral (
    select version, entries, created_at from list_version
    where person_id = o.person_id order by version desc limit 1) v on true`

export const currentList =
  (db: Database): Store['currentList'] =>
  async (person, known) => {
    const { rows } = await db.query<ListRow>(CURRENT, [person, known ?? ''])
    const row = rows[0]
    if (row === undefined) return undefined
    return {
      owner: personId(row.owner),
      version: row.version ?? 0,
      texts: partsOf(row.texts),
      createdAt: row.created_at === null ? '' : toInstant(row.created_at),
      nextChangeAt: toInstantIfAny(row.next_change_at),
      sources: row.sources.map(({ key, role, name, failed, last_heard_ms }) => ({
        key,
        role,
        name,
        lastHeard: new Date(last_heard_ms).toISOString(),
        ...(failed === null ? {} : { failed }),
      })),
      waiting: row.waiting,
      dead: row.dead,
    }
  }

/** A version that the person had before being merged away is found under the old id; else the survivor's. */
export const listVersion =
  (db: Database): Store['listVersion'] =>
  async (person, version) => {
    const { rows } = await db.query<{ texts: string | null }>(
      `/*list-version*/ select ${textsOf('coalesce(p.merged_into, v.person_id)', 'v.entries')} as texts
       from list_version v join person p on p.person_id = v.person_id
       where v.version = $2
         and v.person_id in ($1, (select merged_into from person where person_id = $1))
       order by v.person_id = $1 desc limit 1`,
      [person, version],
    )
    return rows[0] && partsOf(rows[0].texts)
  }

const partsOf = (texts: string | null): readonly string[] => texts?.split('\u0001') ?? []
