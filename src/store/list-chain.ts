/** The chain of hashes over a person's list versions (0029), walked from its beginning. */
import { type PersonId, personId } from '../core/ids.js'
import type { ChainStore, ListChain } from './list-chain-contract.js'
import type { Database } from './query.js'

const VERSIONS_AT_ONCE_MAX = 200

interface LinkRow {
  readonly version: number
  readonly chain: string | null
  readonly same_content: boolean | null
  readonly next_chain: string | null
}

/** Of each version: its content as its texts have it now, and its link as that of the version before gives it. */
const LINKS = `/*list-chain*/
select v.version, v.chain, (select encode(sha256(convert_to(coalesce(string_agg(
      u.name || ' ' || encode(sha256(convert_to(coalesce(
        (select r.body from resource r where r.person_id = coalesce(p.merged_into, p.person_id)
          and r.type = split_part(u.name, '/', 1) and r.id = split_part(u.name, '/', 2)
          and r.version = split_part(u.name, '/', 3)::bigint),
        (select h.body from resource_history h where h.person_id = coalesce(p.merged_into, p.person_id)
          and h.type = split_part(u.name, '/', 1) and h.id = split_part(u.name, '/', 2)
          and h.version = split_part(u.name, '/', 3)::bigint), ''), 'UTF8')), 'hex') || chr(10), '' order by u.n), ''),
      'UTF8')), 'hex')
    from unnest(v.entries) with ordinality u(name, n)) = v.content_hash as same_content,
  next_chain_v1(v.person_id, v.version, v.created_at, v.valid_from, v.content_hash) as next_chain
from list_version v join person p on p.person_id = v.person_id
where v.person_id = $1 and v.version > $2 order by v.version limit ${VERSIONS_AT_ONCE_MAX}`

export const openChains = (db: Database): ChainStore => ({
  listChain: listChain(db),
  personsAfter: personsAfter(db),
})

const listChain =
  (db: Database): ChainStore['listChain'] =>
  async (person) => {
    const { rows: persons } = await db.query('select 1 from person where person_id = $1', [person])
    if (persons.length === 0) return undefined
    // Asked first: a version that comes while the chain is read does not make it end too early.
    const newest = await newestList(db, person)
    const state = { versions: 0, unchained: 0, head: null as string | null }
    for (;;) {
      const { rows } = await db.query<LinkRow>(LINKS, [person, state.versions])
      for (const row of rows) {
        const fault = faultOf(row, state)
        if (fault !== undefined) return told(state, { version: state.versions + 1, fault })
        state.versions = row.version
        if (row.chain === null) state.unchained += 1
        state.head = row.chain
      }
      if (rows.length === 0) break
    }
    return told(
      state,
      newest > state.versions ? { version: state.versions + 1, fault: 'missing' } : undefined,
    )
  }

function faultOf(
  row: LinkRow,
  { versions, head }: { readonly versions: number; readonly head: string | null },
): NonNullable<ListChain['broken']>['fault'] | undefined {
  if (row.version !== versions + 1) return 'missing'
  // From the first link on every version has one.
  if (row.chain === null) return head === null ? undefined : 'unchained'
  if (row.same_content !== true) return 'content'
  return row.chain === row.next_chain ? undefined : 'chain'
}

const told = (
  { versions, unchained, head }: { versions: number; unchained: number; head: string | null },
  broken: ListChain['broken'],
): ListChain => ({ versions, unchained, head: head ?? undefined, broken })

/** Version of the working list as a resource: the chain cannot end before it. */
async function newestList(db: Database, person: PersonId): Promise<number> {
  const { rows } = await db.query<{ version: number }>(
    `select r.version from list_version v
       join resource r on r.person_id = v.person_id and r.type = 'List' and r.id = split_part(v.entries[1], '/', 2)
     where v.person_id = $1 and v.version = 1 and r.layer = 'line'`,
    [person],
  )
  return rows[0]?.version ?? 0
}

const personsAfter =
  (db: Database): ChainStore['personsAfter'] =>
  async (after, limit) => {
    const { rows } = await db.query<{ person_id: string }>(
      '/*persons-after*/ select person_id from person where person_id > $1 order by person_id limit $2',
      [after, limit],
    )
    return rows.map(({ person_id }) => personId(person_id))
  }
