/** Everything that a hub has in its database, read at rest, for the oracle to judge. */

import { personId } from '../../src/core/ids.js'
import type { Channel } from '../../src/core/message.js'
import { listVersion } from '../../src/store/lists.js'
import type { Database, Query } from '../../src/store/query.js'

export interface MessageRow {
  readonly id: string
  readonly channel: Channel
  readonly sender: string
  readonly message_id: string
  readonly part: number
  readonly kind: string
  readonly lane_key: string
  readonly arrival: number
  readonly state: string
  readonly reason_code: string | null
  readonly content_type: string
  readonly content_hash: string
  /** Null for rows that are not looked at closely. */
  readonly body: Uint8Array | null
  readonly parent_id: string | null
  readonly answered: boolean
  readonly received_at: Date
}

export interface ResourceRow {
  readonly person_id: string
  readonly type: string
  readonly id: string
  readonly version: number
  readonly natural_key: string
  readonly layer: string
  readonly body: string
  readonly deleted: boolean
  /** Numbers of all former versions, in order. */
  readonly former: readonly number[]
}

export interface ChangeRow {
  readonly person_id: string
  readonly lane_key: string
  readonly number: number
  readonly message_id: string | null
}

/** All messages and changes; persons and what belongs to them only as far as they are looked at closely. */
export interface HubState {
  /** In order of arrival. */
  readonly messages: readonly MessageRow[]
  readonly changes: readonly ChangeRow[]
  readonly resources: readonly ResourceRow[]
  readonly lists: readonly {
    readonly person_id: string
    readonly version: number
    /** Of the List and of what it shows. */
    readonly texts: readonly string[]
  }[]
  readonly persons: readonly { readonly person_id: string; readonly merged_into: string | null }[]
  readonly identities: readonly {
    readonly person_id: string
    readonly system: string
    readonly value: string
    readonly use: string
  }[]
  readonly sources: readonly {
    readonly person_id: string
    readonly key: string
    readonly failed: string | null
  }[]
  /** Lanes with a live lease, or due although nothing waits. */
  readonly heldLanes: readonly string[]
}

/** @param messagesMax persons are drawn by lot until they have so many messages; without it all are looked at */
export async function readHubState(database: Database, messagesMax?: number): Promise<HubState> {
  const { query } = database
  const all = async <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await query<Row>(sql, values)).rows
  const close = await personsToLookAt(query, messagesMax)
  const own = [close]
  return {
    messages: await all<MessageRow>(
      `select id, channel, sender, message_id, part, kind, lane_key, arrival, state, reason_code, content_type,
         content_hash, case when $2 or substr(lane_key, 3) = any ($1) then body end as body, parent_id,
         answer is not null as answered, received_at
       from message order by arrival`,
      [close, messagesMax === undefined],
    ),
    changes: await all<ChangeRow>(
      'select person_id, lane_key, number, message_id from change order by lane_key, number',
    ),
    resources: await all<ResourceRow>(
      `select r.person_id, r.type, r.id, r.version, r.natural_key, r.layer, r.body, r.deleted,
         array(select h.version::int from resource_history h where h.person_id = r.person_id and h.type = r.type
           and h.id = r.id order by h.version) as former
       from resource r where r.person_id = any ($1) or r.person_id = ''`,
      own,
    ),
    lists: await readLists(database, close),
    persons: await all('select person_id, merged_into from person where person_id = any ($1)', own),
    identities: await all(
      'select person_id, system, value, use from person_identity where person_id = any ($1)',
      own,
    ),
    sources: await all('select person_id, key, failed from source_state where person_id = any ($1)', own),
    heldLanes: (
      await all<{ lane_key: string }>(
        `select lane_key from lane l where lease_until > clock_timestamp()
           or due_at <= clock_timestamp() and not exists (select 1 from message m
             where m.state = 'waiting' and (m.lane_key = l.lane_key or m.second_lane = l.lane_key))
             and coalesce(next_change_at > clock_timestamp(), true)`,
      )
    ).map(({ lane_key }) => lane_key),
  }
}

async function readLists(database: Database, persons: readonly string[]): Promise<HubState['lists']> {
  const { rows } = await database.query<{ person_id: string; version: number }>(
    `select person_id, version from list_version where person_id = any ($1) order by person_id, version`,
    [persons],
  )
  const read = listVersion(database)
  const lists = []
  for (const { person_id, version } of rows)
    lists.push({ person_id, version, texts: (await read(personId(person_id), version)) ?? [] })
  return lists
}

/** Whole groups of persons that were merged. */
async function personsToLookAt(query: Query, messagesMax?: number): Promise<readonly string[]> {
  const { rows } = await query<{ persons: string[]; messages: number }>(
    `select array_agg(p.person_id) as persons, sum(m.messages)::int as messages
     from person p cross join lateral (
       select count(*) as messages from message where lane_key = 'p-' || p.person_id) m
     group by coalesce(p.merged_into, p.person_id) order by random()`,
  )
  const chosen: string[] = []
  let messages = 0
  for (const group of rows) {
    if (messagesMax !== undefined && messages >= messagesMax) break
    messages += group.messages
    chosen.push(...group.persons)
  }
  return chosen
}
