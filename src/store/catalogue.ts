/** The drug catalogue: versions filled in pieces, one of them in force. */
import type { CatalogueEntry, CatalogueProduct, CatalogueStore } from './catalogue-contract.js'
import type { Database, Query } from './query.js'
import { onlyRow, storable, toInstant, toJson } from './rows.js'

/** A load that is this long without a sign of life was given up. */
const GIVEN_UP_AFTER = '15 minutes'
/** Counting more would cost more than the number is worth. */
const STALE_COUNTED_MAX = 10_000

interface CurrentRow {
  readonly no: number
  readonly fetched_at: Date
  readonly current_since: Date
  readonly content_hash: string
  readonly counts: Readonly<Record<string, number>>
  readonly compared: boolean
  readonly stale: number
}

const current =
  (db: Database): CatalogueStore['current'] =>
  async () => {
    const { rows } = await db.query<CurrentRow>(
      `/*catalogue-current*/ select no, fetched_at, current_since, content_hash, counts,
         compared_at is not null as compared, (select count(*) from (select 1 from catalogue_stale limit ${STALE_COUNTED_MAX}) counted) as stale
       from catalogue where state = 'current'`,
    )
    const row = rows[0]
    return row === undefined
      ? undefined
      : {
          no: row.no,
          fetchedAt: toInstant(row.fetched_at),
          currentSince: toInstant(row.current_since),
          hash: row.content_hash,
          counts: row.counts,
          compared: row.compared,
          stale: row.stale,
        }
  }

const begin =
  (db: Database): CatalogueStore['begin'] =>
  async () => {
    const { rows } = await db.query<{ no: number }>(
      `select no from catalogue where state = 'loading' and touched_at < clock_timestamp() - $1::interval`,
      [GIVEN_UP_AFTER],
    )
    for (const { no } of rows) await drop(db, no)
    const made = await db.query<{ no: number }>(
      `insert into catalogue (state) values ('loading') returning no`,
    )
    return onlyRow(made.rows).no
  }

async function drop(db: Database, no: number): Promise<void> {
  await db.transaction((query) => deleteVersion(query, no))
}

export async function deleteVersion(query: Query, no: number): Promise<void> {
  await query('delete from catalogue_item where catalogue_no = $1', [no])
  await query('delete from catalogue_product where catalogue_no = $1', [no])
  await query('delete from catalogue where no = $1', [no])
}

const addEntries =
  (db: Database): CatalogueStore['addEntries'] =>
  async (no, entries) => {
    await db.query(
      `/*catalogue-add-entries*/ with touched as (
         update catalogue set touched_at = clock_timestamp() where no = $1 and state = 'loading' returning no)
       insert into catalogue_item (catalogue_no, kind, id, refs, content)
       select touched.no, e.kind, e.id, array(select jsonb_array_elements_text(e.refs)), e.content
       from touched, jsonb_to_recordset($2::jsonb) e(kind text, id text, refs jsonb, content text)
       on conflict (catalogue_no, kind, id) do update set refs = excluded.refs, content = excluded.content`,
      [no, toJson([...new Map(entries.map((entry) => [`${entry.kind} ${entry.id}`, entry])).values()])],
    )
  }

const addProducts =
  (db: Database): CatalogueStore['addProducts'] =>
  async (no, products) => {
    await db.query(
      `/*catalogue-add-products*/ with touched as (
         update catalogue set touched_at = clock_timestamp() where no = $1 and state = 'loading' returning no)
       insert into catalogue_product (catalogue_no, id, codes, names, content)
       select touched.no, p.id, array(select jsonb_array_elements_text(p.codes)),
         array(select jsonb_array_elements_text(p.names)), p.content
       from touched, jsonb_to_recordset($2::jsonb) p(id text, codes jsonb, names jsonb, content text)
       on conflict (catalogue_no, id) do update
         set codes = excluded.codes, names = excluded.names, content = excluded.content`,
      [no, toJson(products)],
    )
  }

const entries =
  (db: Database): CatalogueStore['entries'] =>
  async (no, kind, after, limit) => {
    const { rows } = await db.query<CatalogueEntry>(
      `/*catalogue-entries*/ select kind, id, refs, content from catalogue_item
       where catalogue_no = $1 and kind = $2 and id > $3 order by id limit $4`,
      [no, kind, after, limit],
    )
    return rows
  }

const entriesById =
  (db: Database): CatalogueStore['entriesById'] =>
  async (no, kind, ids) => {
    const { rows } = await db.query<CatalogueEntry>(
      `/*catalogue-entries-by-id*/ select kind, id, refs, content from catalogue_item
       where catalogue_no = $1 and kind = $2 and id = any ($3::text[]) order by id`,
      [no, kind, ids.map(storable)],
    )
    return rows
  }

const packagesOf =
  (db: Database): CatalogueStore['packagesOf'] =>
  async (no, brands) => {
    const { rows } = await db.query<CatalogueEntry>(
      `/*catalogue-packages*/ select kind, id, refs, content from catalogue_item
       where catalogue_no = $1 and kind = 'package' and refs[1] = any ($2::text[]) order by id`,
      [no, brands.map(storable)],
    )
    return rows
  }

const products =
  (db: Database): CatalogueStore['products'] =>
  async (no, after, limit) => {
    const { rows } = await db.query<CatalogueProduct>(
      `/*catalogue-products*/ select id, codes, names, content from catalogue_product
       where catalogue_no = $1 and id > $2 order by id limit $3`,
      [no, after, limit],
    )
    return rows
  }

const productsById =
  (db: Database): CatalogueStore['productsById'] =>
  async (no, ids) => {
    const { rows } = await db.query<CatalogueProduct>(
      `/*catalogue-products-by-id*/ select id, codes, names, content from catalogue_product
       where catalogue_no = $1 and id = any ($2::text[])`,
      [no, ids.map(storable)],
    )
    return rows
  }

/** One that takes over from a version which was never compared stands in for that version too. */
const activate =
  (db: Database): CatalogueStore['activate'] =>
  (catalogue) =>
    db.transaction(async (query) => {
      // Two loads that end together take their turn.
      await query('lock table catalogue in share row exclusive mode')
      const { rows } = await query<{ no: number; newer: boolean; same: boolean; open: boolean }>(
        `select no, fetched_at > $1::timestamptz as newer, content_hash = $2 as same,
           concerns_all and compared_at is null as open from catalogue where state = 'current'`,
        [catalogue.fetchedAt, catalogue.hash],
      )
      const before = rows[0]
      if (before?.same) return 'same'
      if (before?.newer && !catalogue.force) return 'older'
      await query(`update catalogue set state = 'former' where state = 'current'`)
      await query(
        `update catalogue set state = 'current', fetched_at = $2, content_hash = $3, counts = $4,
           current_since = clock_timestamp(), concerns_all = $5 where no = $1`,
        [
          catalogue.no,
          catalogue.fetchedAt,
          catalogue.hash,
          toJson(catalogue.counts),
          before === undefined || before.open,
        ],
      )
      return 'activated'
    })

/** The store's part for the drug catalogue; see catalogue-stale.ts for what follows a new version. */
export const catalogueOf = (db: Database): Omit<CatalogueStore, 'compare' | 'ringStale'> => ({
  current: current(db),
  begin: begin(db),
  addEntries: addEntries(db),
  addProducts: addProducts(db),
  entries: entries(db),
  entriesById: entriesById(db),
  packagesOf: packagesOf(db),
  products: products(db),
  productsById: productsById(db),
  activate: activate(db),
  abandon: (no) => drop(db, no),
})
