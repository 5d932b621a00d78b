/** Ordinations of which the person's own lane has not been told what became of them. */
import type { Receipt } from '../core/delivery.js'
import { type PersonId, personId } from '../core/ids.js'
import type { Database } from './query.js'
import { toInstant } from './rows.js'

export interface OrdinationNews {
  /** Id of the delivery, and of the message that it sends. */
  readonly id: string
  readonly personId: PersonId
  readonly destination: string
  /** `due`: it is to be sent; nothing has been heard of it. */
  readonly outcome: 'due' | Receipt['outcome']
  /** ISO instant of the change that made it: the list as it was then is what it carries. */
  readonly stated: string
  /** ISO instant of the receipt. */
  readonly receivedAt: string | undefined
}

export interface OrdinationNewsStore {
  /** Oldest first. */
  readonly untoldOrdinations: (limit: number) => Promise<readonly OrdinationNews[]>
  readonly markTold: (news: OrdinationNews) => Promise<void>
}

/** Most receipts come within seconds: an ordination is told as one without a receipt only when it lacks it for so long. */
const SILENCE_MS = 300_000

interface NewsRow {
  readonly id: string
  readonly person_id: string
  readonly destination: string
  readonly receipt: Receipt | null
  readonly at: Date
}

export const openOrdinationNews = (db: Database): OrdinationNewsStore => ({
  untoldOrdinations: async (limit) => {
    const { rows } = await db.query<NewsRow>(
      `/*untold-ordinations*/ select d.id, d.person_id, d.destination, d.receipt, coalesce(c.at, d.created_at) as at
       from delivery d left join change c
         on c.person_id = d.person_id and c.lane_key = d.lane_key and c.number = d.change_number
       where d.item like 'M25.1/%' and d.state <> 'skipped' and d.person_id <> ''
         and d.told is distinct from coalesce(d.receipt ->> 'outcome', 'due')
         and (d.receipt is not null or d.created_at < clock_timestamp() - $2::float8 * interval '1 millisecond')
       order by d.created_at limit $1`,
      [limit, SILENCE_MS],
    )
    return rows.map((row) => ({
      id: row.id,
      personId: personId(row.person_id),
      destination: row.destination,
      outcome: row.receipt?.outcome ?? 'due',
      stated: toInstant(row.at),
      receivedAt: row.receipt?.at,
    }))
  },
  markTold: async ({ id, outcome }) => {
    await db.query('/*mark-told*/ update delivery set told = $2 where id = $1', [id, outcome])
  },
})
