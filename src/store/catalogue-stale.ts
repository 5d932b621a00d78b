/** Persons whom a new version of the drug catalogue concerns: looked up once, then their lanes fall due bit by bit. */
import { deleteVersion } from './catalogue.js'
import type { CatalogueStore } from './catalogue-contract.js'
import type { Database, Query } from './query.js'

/** Types whose facts name a product, each by the search parameter `code`. */
const NAMING_TYPES = [
  'MedicationRequest',
  'MedicationStatement',
  'MedicationDispense',
  'MedicationAdministration',
]
const CODES_AT_ONCE_MAX = 200

export const compareCatalogue =
  (db: Database): CatalogueStore['compare'] =>
  (afterMs) =>
    db.transaction(async (query) => {
      const { rows } = await query<{ no: number; concerns_all: boolean }>(
        `select no, concerns_all from catalogue
         where state = 'current' and compared_at is null
           and current_since <= clock_timestamp() - $1 * interval '1 millisecond'
         for update skip locked`,
        [afterMs],
      )
      const version = rows[0]
      if (version === undefined) return false
      const codes = version.concerns_all
        ? await allCodes(query, version.no)
        : await changedCodes(query, version.no)
      for (let at = 0; at < codes.length; at += CODES_AT_ONCE_MAX)
        await noteWhoNames(query, codes.slice(at, at + CODES_AT_ONCE_MAX))
      const former = await query<{ no: number }>(`select no from catalogue where state = 'former'`)
      for (const { no } of former.rows) await deleteVersion(query, no)
      await query('update catalogue set compared_at = clock_timestamp() where no = $1', [version.no])
      return true
    })

async function allCodes(query: Query, no: number): Promise<string[]> {
  const { rows } = await query<{ code: string }>(
    'select distinct unnest(codes) as code from catalogue_product where catalogue_no = $1',
    [no],
  )
  return rows.map(({ code }) => code)
}

/** Codes of products, and of interactions with the products that they name, that are not as in a former version. */
async function changedCodes(query: Query, no: number): Promise<string[]> {
  const { rows } = await query<{ code: string }>(
    `with pair as (select no as a, $1::bigint as b from catalogue where state = 'former'
         union all select $1::bigint, no from catalogue where state = 'former'),
       interacting as (
         select distinct unnest(i.refs) as name from pair
         join catalogue_item i on i.catalogue_no = pair.a and i.kind = 'interaction'
         left join catalogue_item o on o.catalogue_no = pair.b and o.kind = i.kind and o.id = i.id
         where o.content is distinct from i.content),
       names as (select array(select name from interacting) as changed)
     select distinct unnest(p.codes) as code from pair
       join catalogue_product p on p.catalogue_no = pair.a
       left join catalogue_product o on o.catalogue_no = pair.b and o.id = p.id
       where o.content is distinct from p.content or o.codes is distinct from p.codes
     union select distinct unnest(p.codes) from names, catalogue_product p
       where p.catalogue_no = $1 and p.names && names.changed
     union select name from interacting`,
    [no],
  )
  return rows.map(({ code }) => code)
}

async function noteWhoNames(query: Query, codes: readonly string[]): Promise<void> {
  const tokens = NAMING_TYPES.flatMap((type) => codes.map((code) => `${type}?code=*|${code}`))
  await query(
    `/*catalogue-note-stale*/ insert into catalogue_stale
     select distinct person_id from resource
     where tokens && $1::text[] and not deleted and layer = 'fact' and person_id <> ''
     on conflict do nothing`,
    [tokens],
  )
}

/** By time: the lane derives as it does when a day turns. Rows that wait in it come first, and do the same. */
export const ringStale =
  (db: Database): CatalogueStore['ringStale'] =>
  async (limit) => {
    const { rows } = await db.query<{ taken: number }>(
      `/*catalogue-ring-stale*/ with taken as (
         delete from catalogue_stale where person_id in (
           select person_id from catalogue_stale order by person_id limit $1 for update skip locked)
         returning person_id),
       rung as (
         update lane set next_change_at = least(next_change_at, statement_timestamp()),
           due_at = least(due_at, statement_timestamp())
         where lane_key in (select 'p-' || person_id from taken))
       select count(*) as taken from taken`,
      [limit],
    )
    return rows[0]?.taken ?? 0
  }
