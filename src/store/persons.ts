/** Persons by identifier, and the whole state of one person. */
import { HubError } from '../core/errors.js'
import { messageId, type PersonId, personId } from '../core/ids.js'
import type { PersonState, SourceState, StoredAmendment, StoredResource } from '../core/stored.js'
import type { Store } from './contract.js'
import type { Database } from './query.js'
import { type StoredRow, toStored } from './resources.js'
import { onlyRow, systemsOf, toJson, valuesOf } from './rows.js'

export const findPersons =
  (db: Database): Store['findPersons'] =>
  async (identifiers) => {
    const { rows } = await db.query<{ person_id: string }>(
      `/*find-persons*/ select distinct i.person_id from unnest($1::text[], $2::text[]) u(system, value)
       join person_identity i on i.system = u.system and i.value = u.value order by 1`,
      [systemsOf(identifiers), valuesOf(identifiers)],
    )
    return rows.map((row) => personId(row.person_id))
  }

/** @throws HubError IDENTITY_CONFLICT when the identifiers are those of two persons */
export const ensurePerson =
  (db: Database): Store['ensurePerson'] =>
  async (identifiers, create) => {
    const { rows } = await db.query<{ person: string }>(
      '/*ensure-person*/ select ensure_person_v1($1::jsonb, $2) as person',
      [toJson(identifiers), create],
    )
    return personId(onlyRow(rows).person)
  }

/** Loaded only where they are facts (what persons did to the list): they are only ever added, more than all else. */
const RECORDS = ['AuditEvent', 'Provenance'] as const
/** Types of which a part leaves the working set, as the index of migration 0028 names them. */
const LEAVING = ['List', 'MedicationAdministration', 'MedicationDispense'] as const

/** Columns of a part that is a resource. */
const RESOURCE_PART = `'resource', type, id, natural_key, sort_order, layer, body,
    source_key || chr(10) || coalesce(message_id, ''), version, null::bigint, last_updated`
const LEAVING_TYPES = `type in (${LEAVING.map((type) => `'${type}'`).join(', ')})`
const LEAVES = 'leaves_working_set_v1(type, dates, tokens)'

/** Between the types that are loaded otherwise: the index on the person's types is read around them. */
const GAPS = (() => {
  const bounds = ['', ...[...RECORDS, ...LEAVING].sort(), '~']
  return bounds
    .slice(1)
    .map((to, index) => `('${bounds[index]}', '${to}')`)
    .join(', ')
})()

/** One statement, so that all parts are of one moment. `part` says what the other columns mean. */
const personState = (name: string, partial: string, resources: string): string => `/*${name}*/
select 'person' as part, p.merged_into as a, null as b, case when ${partial} then 'partial' else 'whole' end as c, null as d,
    null as e, null as f, null as g, coalesce(l.effect_seq, 0) as n,
    (select v.version from list_version v where v.person_id = p.person_id order by v.version desc limit 1) as m,
    l.next_change_at as t
  from person p left join lane l on l.lane_key = 'p-' || p.person_id where p.person_id = $1
union all
select 'identity', system, value, use, null, null, null, null, null, null, null
  from person_identity where person_id = $1
union all
select 'source', key, role, name, failed, null, null, null, null, null, last_heard
  from source_state where person_id = $1
union all
select 'amendment', changes, message_id, source_key, null, null, null, null, null, null, null
  from amendment where person_id = $1
union all
${resources}`

/** Read by the index of migration 0031. */
const ACTS = `union all
select ${RESOURCE_PART} from resource
  where person_id = $1 and type = 'Provenance' and layer = 'fact' and not deleted`

const WHOLE = personState(
  'load-person',
  'false',
  `select ${RESOURCE_PART} from resource where person_id = $1 and not deleted
    and type not in (${RECORDS.map((type) => `'${type}'`).join(', ')})
${ACTS}`,
)

const WORKING = personState(
  'load-working',
  `exists (select from resource where person_id = $1 and ${LEAVING_TYPES} and not deleted and ${LEAVES} <= $2)`,
  `select ${RESOURCE_PART} from (values ${GAPS}) gap(above, below)
    join resource on person_id = $1 and type > above and type < below and not deleted
union all
select ${RESOURCE_PART} from resource
  where person_id = $1 and ${LEAVING_TYPES} and not deleted and ${LEAVES} > $2
${ACTS}`,
)

interface PartRow {
  readonly part: 'person' | 'identity' | 'source' | 'amendment' | 'resource'
  readonly a: string
  readonly b: string
  readonly c: string
  readonly d: string | null
  readonly e: string
  readonly f: string
  readonly g: string
  readonly n: number
  readonly m: number | null
  readonly t: Date | null
}

/**
 * Everything that applying a message needs; empty for an unknown person. Records (Provenance that is no fact, AuditEvent) are left
 * out, and with `at` what lies outside of the working set then.
 */
export const loadPerson =
  (db: Database): Store['loadPerson'] =>
  async (person, at) => {
    const { rows } = await (at === undefined
      ? db.query<PartRow>(WHOLE, [person])
      : db.query<PartRow>(WORKING, [person, Date.parse(at)]))
    return assemble(person, rows)
  }

export const loadNamed =
  (db: Database): Store['loadNamed'] =>
  async (person, named) => {
    if (named.length === 0) return []
    const { rows } = await db.query<StoredRow>(
      `/*load-named*/ select r.* from unnest($2::text[], $3::text[]) u(type, key)
         join resource r on r.person_id = $1 and r.type = u.type and r.natural_key = u.key and not r.deleted
       union
       select r.* from unnest($2::text[], $3::text[]) u(type, key)
         join resource r on r.person_id = $1 and r.type = u.type and r.id = u.key and not r.deleted`,
      [person, named.map(({ type }) => type), named.map(({ key }) => key)],
    )
    return rows.map(toStored)
  }

function assemble(person: PersonId, rows: readonly PartRow[]): PersonState {
  const identities: PersonState['identities'][number][] = []
  const sources: SourceState[] = []
  const amendments: StoredAmendment[] = []
  const resources = new Map<string, StoredResource>()
  let self: PartRow | undefined
  for (const row of rows) {
    switch (row.part) {
      case 'person':
        self = row
        break
      case 'identity':
        identities.push({ system: row.a, value: row.b, use: row.c === 'old' ? 'old' : 'official' })
        break
      case 'source':
        sources.push(toSource(row))
        break
      case 'amendment':
        // written by commit from a StoredAmendment
        amendments.push(JSON.parse(row.a) as StoredAmendment)
        break
      case 'resource':
        resources.set(`${row.a}/${row.b}`, partToStored(row))
        break
    }
  }
  return {
    personId: person,
    mergedInto: self?.a ? personId(self.a) : undefined,
    effectSeq: self?.n ?? 0,
    identities,
    resources,
    partial: self?.c === 'partial',
    amendments,
    sources,
    listVersion: self?.m ?? 0,
    nextChangeAt: self?.t?.toISOString(),
  }
}

function toSource(row: PartRow): SourceState {
  // column check of source_state: a role is written from a SourceState only
  const role = row.b as SourceState['role']
  const state = { key: row.a, role, name: row.c, lastHeard: instantOf(row) }
  return row.d === null ? state : { ...state, failed: row.d }
}

function partToStored(row: PartRow): StoredResource {
  const end = row.g.lastIndexOf('\n')
  const cause = row.g.slice(end + 1)
  return toStored({
    type: row.a,
    id: row.b,
    version: row.n,
    natural_key: row.c,
    sort_order: row.d ?? '',
    layer: row.e,
    body: row.f,
    source_key: row.g.slice(0, end),
    message_id: cause === '' ? null : messageId(cause),
    last_updated: row.t ?? new Date(0),
  })
}

function instantOf(row: PartRow): string {
  if (row.t === null) throw new HubError('UNEXPECTED', 'a stored time is missing', { at: row.part })
  return row.t.toISOString()
}
