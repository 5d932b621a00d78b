/** The texts that the shared list is served from, with what is needed to tell whether it is whole. */
import type { SourceState } from '../core/stored.js'
import type { Store } from './contract.js'
import type { Database } from './query.js'
import { toInstant, toInstantIfAny } from './rows.js'

interface ListRow {
  readonly version: number | null
  readonly texts: readonly string[] | null
  readonly created_at: Date | null
  readonly next_change_at: Date | null
  readonly sources: readonly (Omit<SourceState, 'failed' | 'lastHeard'> & {
    readonly failed: string | null
    readonly last_heard_ms: number
  })[]
  readonly waiting: number
  readonly dead: number
}

const CURRENT = `/*current-list*/
with own as (select coalesce((select merged_into from person where person_id = $1), $1) as person_id)
select v.version, v.created_at, list_texts_v1(o.person_id, v.entries) as texts, l.next_change_at,
    (select coalesce(jsonb_agg(jsonb_build_object('key', s.key, 'role', s.role, 'name', s.name, 'failed', s.failed,
        'last_heard_ms', extract(epoch from s.last_heard) * 1000) order by s.key), '[]')
      from source_state s where s.person_id = o.person_id) as sources,
    (select count(*) from message m where m.lane_key = l.lane_key and m.state = 'waiting')
      + (select count(*) from message m where m.second_lane = l.lane_key and m.state = 'waiting') as waiting,
    (select count(*) from message m where m.lane_key = l.lane_key and m.state = 'dead') as dead
  from own o
  join lane l on l.lane_key = 'p-' || o.person_id
  left join lateral (
    select version, entries, created_at from list_version
    where person_id = o.person_id order by version desc limit 1) v on true`

export const currentList =
  (db: Database): Store['currentList'] =>
  async (person) => {
    const { rows } = await db.query<ListRow>(CURRENT, [person])
    const row = rows[0]
    if (row === undefined) return undefined
    return {
      version: row.version ?? 0,
      texts: row.texts ?? [],
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
    const { rows } = await db.query<{ texts: readonly string[] }>(
      `/*list-version*/ select list_texts_v1(coalesce(p.merged_into, v.person_id), v.entries) as texts
       from list_version v join person p on p.person_id = v.person_id
       where v.version = $2
         and v.person_id in ($1, (select merged_into from person where person_id = $1))
       order by v.person_id = $1 desc limit 1`,
      [person, version],
    )
    return rows[0]?.texts
  }
