/** What an operator may do to deliveries, written down with who did it; and what receivers say later. */
import type { MessageReceipt } from '../core/message.js'
import { writeAction } from './parking.js'
import type { Database } from './query.js'

export interface DeliveryOperations {
  /** `false`: it has ended or is being sent; or it waits behind another. `undefined`: no such delivery. */
  readonly retryDelivery: (id: string, who: string) => Promise<boolean | undefined>
  readonly skipDelivery: (id: string, who: string, reason: string) => Promise<boolean | undefined>
  /** Out of `off` or `error`, and the breaker closed. False when there is none of this id. */
  readonly resumeDestination: (id: string, who: string) => Promise<boolean>
  /** Keeps what the receiver said of a message with an id of its own; the first word stands. False when there is no such message. */
  readonly noteReceipt: (receipt: MessageReceipt) => Promise<boolean>
}

export const openDeliveryOperations = (db: Database): DeliveryOperations => ({
  retryDelivery: (id, who) => act(db, 'retry_delivery_v1($1)', [id], who, 'retry-delivery'),
  skipDelivery: (id, who, reason) =>
    act(db, 'skip_delivery_v1($1, $2)', [id, reason], who, 'skip-delivery', { reason }),
  resumeDestination: async (id, who) =>
    (await act(db, 'resume_destination_v1($1)', [id], who, 'resume-destination')) ?? false,
  noteReceipt: async ({ messageId, ...receipt }) => {
    const { affected } = await db.query(
      `update delivery set receipt = coalesce(receipt, $2::jsonb) where message_id = $1`,
      [messageId, JSON.stringify(receipt)],
    )
    return affected > 0
  },
})

async function act(
  db: Database,
  call: string,
  values: readonly [target: string, ...string[]],
  who: string,
  action: string,
  detail?: unknown,
): Promise<boolean | undefined> {
  return db.transaction(async (query) => {
    const { rows } = await query<{ done: boolean | null }>(`select ${call} as done`, values)
    const done = rows[0]?.done ?? undefined
    if (done === true) await writeAction(query, who, action, values[0], detail)
    return done
  })
}
