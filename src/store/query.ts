/** The small query interface that the SQL of this folder is written against, over `pg` and PGlite. */

/** The small query interface over `pg` and PGlite; `$1` placeholders, rows as objects. */
export type Query = <Row>(
  sql: string,
  values?: readonly unknown[],
) => Promise<{ readonly rows: Row[]; readonly affected: number }>

export interface Database {
  readonly query: Query
  /** BEGIN … COMMIT; rolled back when `work` throws. A lost COMMIT answer throws STORE_UNAVAILABLE. */
  readonly transaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
  readonly kind: 'postgresql' | 'embedded'
  /** Connections open and idle, requests that wait for one; absent where there is no pool. */
  readonly pool?: () => { readonly open: number; readonly idle: number; readonly waiting: number }
}
