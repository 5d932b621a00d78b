/**
 * What was known when (medication-list.md 10). Once `tell` was called for an instant nothing is dated at or before it any
 * more, so that every answer about what was known then stays the same.
 */
import type { FhirResource } from 'fhir/r4.js'
import { personId } from '../core/ids.js'
import type { Layer, ResourceType, SourceState, StoredResource } from '../core/stored.js'
import type { AsOfStore, InForce } from './as-of-contract.js'
import type { Database } from './query.js'
import { toInstant, toInstantIfAny } from './rows.js'

export const openAsOf = (db: Database): AsOfStore => ({
  tell: tell(db),
  owners: owners(db),
  inForce: inForce(db),
  knownSources: knownSources(db),
  openRows: openRows(db),
  knownFacts: knownFacts(db),
  knownLines: knownLines(db),
})

const tell =
  (db: Database): AsOfStore['tell'] =>
  async (person, known) => {
    const { rows } = await db.query<{ owner: string; next_change_at: Date | null }>(
      '/*tell*/ select * from tell_v1($1, $2)',
      [person, known],
    )
    const row = rows[0]
    return row && { holder: personId(row.owner), nextChangeAt: toInstantIfAny(row.next_change_at) }
  }

/** Who was merged, into whom first and since: as the Patient of the one who went says. */
const owners =
  (db: Database): AsOfStore['owners'] =>
  async (holder) => {
    const { rows } = await db.query<{ id: string; survivor: string; last_updated: Date }>(
      `/*merged-into*/ with gone as (select person_id from person where merged_into = $1),
       told as (
         select id, body, last_updated from resource
           where person_id = $1 and type = 'Patient' and id in (select person_id from gone)
         union all select id, body, last_updated from resource_history
           where person_id = $1 and type = 'Patient' and id in (select person_id from gone)),
       links as (
         select t.id, t.last_updated, split_part(l #>> '{other,reference}', '/', 2) as survivor
         from told t cross join jsonb_array_elements(coalesce(t.body::jsonb -> 'link', '[]')) l
         where l ->> 'type' = 'replaced-by')
       select id, survivor, min(last_updated) as last_updated from links group by id, survivor order by 3, 1`,
      [holder],
    )
    return rows.map(({ id, survivor, last_updated }) => ({
      prior: personId(id),
      survivor: personId(survivor),
      at: toInstant(last_updated),
    }))
  }

interface InForceRow {
  readonly version: number
  readonly created_at: Date
  readonly valid_from: Date
  readonly before_at: Date | null
  readonly entries: readonly string[]
}

const inForce =
  (db: Database): AsOfStore['inForce'] =>
  async (owner, at) => {
    const { rows } = await db.query<InForceRow>(
      `/*list-in-force*/ select v.version, v.created_at, v.valid_from, v.entries,
         (select b.created_at from list_version b where b.person_id = $1 and b.version = v.version - 1) as before_at
       from list_version v where v.person_id = $1 and v.valid_from <= $2 order by v.version desc limit 1`,
      [owner, at],
    )
    return rows[0] && toInForce(rows[0])
  }

const toInForce = (row: InForceRow): InForce => ({
  version: row.version,
  createdAt: toInstant(row.created_at),
  validFrom: toInstant(row.valid_from),
  listId: row.entries[0]?.split('/')[1] ?? '',
  formerAt: toInstantIfAny(row.before_at),
})

interface SourceRow {
  readonly key: string
  readonly role: string
  readonly name: string
  readonly last_heard: Date
  readonly failed: string | null
}

/** The keys are walked one by one: of each source there are as many rows as it sent messages. */
const knownSources =
  (db: Database): AsOfStore['knownSources'] =>
  async (owner, known) => {
    const { rows } = await db.query<SourceRow>(
      `/*known-sources*/ with recursive keys as (
         (select key from source_history where person_id = $1 order by key limit 1)
         union all
         select (select n.key from source_history n where n.person_id = $1 and n.key > k.key order by n.key limit 1)
           from keys k where k.key is not null)
       select s.key, s.role, s.name, s.last_heard, s.failed from keys k
       join lateral (select * from source_history h where h.person_id = $1 and h.key = k.key and h.at <= $2
         order by h.at desc limit 1) s on true
       where k.key is not null order by s.key`,
      [owner, known],
    )
    return rows.map(
      ({ key, role, name, last_heard, failed }): SourceState => ({
        key,
        // Written from a SourceState only.
        role: role as SourceState['role'],
        name,
        lastHeard: toInstant(last_heard),
        ...(failed === null ? {} : { failed }),
      }),
    )
  }

/**
 * A row counts once it has waited for longer than working one off takes. What is being received or worked off at the
 * instant itself would else be told now one way, now the other.
 */
const OPEN_ROWS = `/*open-rows*/ with own as (
    select m.id, coalesce(m.entered_at, m.received_at) as since, true as still from message m
      where m.lane_key = $1 and m.state = 'waiting'
    union select m.id, coalesce(m.entered_at, m.received_at), true from message m
      where m.second_lane = $1 and m.state = 'waiting'
    union select m.id, coalesce(m.entered_at, m.received_at), true from message m
      where m.lane_key = $1 and m.state = 'dead'
    union select m.id, coalesce(m.entered_at, m.received_at), true from message m
      where m.second_lane = $1 and m.state = 'dead'
    union select m.id, coalesce(m.entered_at, m.received_at), c.at > $2 from message m
      join change c on c.message_id = m.id
      where m.lane_key = $1 and m.state in ('done', 'superseded') and m.done_at - m.received_at > interval '5 seconds'
    union select m.id, coalesce(m.entered_at, m.received_at), c.at > $2 from message m
      join change c on c.message_id = m.id
      where m.second_lane = $1 and m.state in ('done', 'superseded')
        and m.done_at - m.received_at > interval '5 seconds'
    union select s.message_id, s.from_at, s.to_at > $2 from message_stay s where s.lane_key = $1)
  select count(distinct id) as n from own where still and since <= $2::timestamptz - interval '5 seconds'`

const openRows =
  (db: Database): AsOfStore['openRows'] =>
  async (owner, known) => {
    const { rows } = await db.query<{ n: number }>(OPEN_ROWS, [`p-${owner}`, known])
    return rows[0]?.n ?? 0
  }

interface VersionRow {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly layer: string
  readonly source_key: string
  readonly body: string
  readonly last_updated: Date
  readonly deleted: boolean
}

const COLUMNS = 'type, id, version, layer, source_key, body, last_updated, deleted'
/** Of what comes each day, for years, only what the engine looks back to; see the working set (0028). */
const knownFacts =
  (db: Database): AsOfStore['knownFacts'] =>
  async (holder, { known, at, types, dailySince, rowsMax }) => {
    const { rows } = await db.query<VersionRow>(
      `/*known-facts*/ select ${COLUMNS} from resource
         where person_id = $1 and type = any ($2) and layer = 'fact' and last_updated <= $3
           and type not in ('List', 'MedicationAdministration', 'MedicationDispense', 'Provenance')
       union all select ${COLUMNS} from resource
         where person_id = $1 and type = 'Provenance' and type = any ($2) and layer = 'fact' and not deleted
           and last_updated <= $3
       union all select ${COLUMNS} from resource
         where person_id = $1 and type = any ($2) and layer = 'fact' and last_updated <= $3
           and type in ('List', 'MedicationAdministration', 'MedicationDispense') and not deleted
           and leaves_working_set_v1(type, dates, tokens) > $4::float8
       union all select ${COLUMNS} from resource_history
         where person_id = $1 and type = any ($2) and layer = 'fact' and last_updated <= $3
           and type not in ('MedicationAdministration', 'MedicationDispense')
       union all select ${COLUMNS} from resource_history
         where person_id = $1 and type = 'MedicationAdministration' and layer = 'fact'
           and last_updated between $5 and $3
       union all select ${COLUMNS} from resource_history h
         where person_id = $1 and type = 'MedicationDispense' and layer = 'fact' and last_updated <= $3
           and (last_updated >= $5 or exists (select from resource r where r.person_id = $1 and r.type = h.type
             and r.id = h.id and leaves_working_set_v1(r.type, r.dates, r.tokens) = 'infinity'))
       limit $6`,
      [holder, types, known, Date.parse(at), dailySince, rowsMax + 1],
    )
    return rows.length > rowsMax ? undefined : rows.map(toVersion)
  }

/** Of layer `line`. */
const DERIVED_TYPES = [
  'List',
  'MedicationStatement',
  'MedicationRequest',
  'DetectedIssue',
  'CareTeam',
  'Flag',
  'Task',
]

const knownLines =
  (db: Database): AsOfStore['knownLines'] =>
  async (holder, { former, known, rowsMax }) => {
    const { rows } = await db.query<VersionRow>(
      `/*known-lines*/ with every as (
         select ${COLUMNS} from resource
           where person_id = $1 and type = any ($5) and layer = 'line' and last_updated <= $3
         union all select ${COLUMNS} from resource_history
           where person_id = $1 and type = any ($5) and layer = 'line' and last_updated <= $3)
       (select distinct on (type, id) ${COLUMNS} from every where last_updated <= $2::timestamptz
         order by type, id, version desc)
       union all select ${COLUMNS} from every
         where type in ('MedicationStatement', 'CareTeam') and version = 1
           and coalesce(last_updated > $2::timestamptz, true)
       limit $4`,
      [holder, former ?? null, known, rowsMax + 1, DERIVED_TYPES],
    )
    return rows.length > rowsMax ? undefined : rows.map(toVersion)
  }

/** Columns are written from a StoredResource only; natural key and order are not kept for former versions. */
const toVersion = (row: VersionRow): StoredResource & { readonly deleted: boolean } => ({
  type: row.type as ResourceType,
  id: row.id,
  version: row.version,
  key: `id|${row.id}`,
  order: '',
  layer: row.layer as Layer,
  resource: JSON.parse(row.body) as FhirResource,
  sourceKey: row.source_key,
  messageId: undefined,
  lastUpdated: toInstant(row.last_updated),
  deleted: row.deleted,
})
