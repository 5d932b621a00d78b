/** Deliveries in hand: claim, keep, settle, and what is due (reliability.md 6.3, 6.4). */
import type { DeliveryRules, Message } from '../core/delivery.js'
import type {
  DeliveryClaim,
  DeliveryClaimOptions,
  DeliverySettlement,
  DeliveryStore,
} from '../core/outbox.js'
import { toChange } from './outbox.js'
import type { Database } from './query.js'
import { onlyRow, toJson } from './rows.js'

interface ClaimRow {
  readonly number: number
  readonly id: string
  readonly person_id: string
  readonly lane_key: string
  readonly change_number: number
  readonly item: string
  readonly attempt: number
  readonly failures: number
  readonly message_id: string | null
  readonly body: Uint8Array | null
  readonly content_type: string | null
  readonly headers: Readonly<Record<string, string>> | null
  readonly inbox_id: string | null
  readonly resources: readonly string[]
  readonly list_version: number | null
  readonly at: Date
}

export const openDeliveryStore = (db: Database, rules: DeliveryRules): DeliveryStore => ({
  claimDeliveries: (destination, options) => claimDeliveries(db, rules, destination, options),
  keepMessage: (claim, message) => keepMessage(db, claim, message),
  settleDelivery: (claim, settlement) => settleDelivery(db, rules, claim, settlement),
  dueDestinations: async (ids) => {
    const { rows } = await db.query<{ id: string }>(
      '/*due-destinations*/ select due_destinations_v1($1::text[], $2, $3) as id',
      [ids, rules.inFlightMax, rules.breakerFailures],
    )
    return rows.map(({ id }) => id)
  },
  supersedeSnapshots: async (destination, prefix) => {
    const { rows } = await db.query<{ ended: number }>(
      '/*supersede-snapshots*/ select supersede_snapshots_v1($1, $2) as ended',
      [destination, prefix],
    )
    return onlyRow(rows).ended
  },
  blockRejected: async (destination) => {
    const { rows } = await db.query<{ blocked: number }>(
      '/*block-rejected*/ select block_rejected_v1($1) as blocked',
      [destination],
    )
    return onlyRow(rows).blocked
  },
  resendUnanswered: async (destination, { attemptsMax, resendAfterMs }) => {
    const { rows } = await db.query<{ resent: number }>(
      '/*resend-unanswered*/ select resend_unanswered_v1($1, $2, $3) as resent',
      [destination, resendAfterMs, attemptsMax],
    )
    return onlyRow(rows).resent
  },
  deleteEnded: async (olderThanMs, limit) => {
    const { affected } = await db.query(
      `/*delete-ended*/ delete from delivery where (destination, number) in (
         select destination, number from delivery
         where ended_at < clock_timestamp() - $1::float8 * interval '1 millisecond'
           and state in ('delivered', 'skipped', 'expired')
         order by ended_at limit $2)`,
      [olderThanMs, limit],
    )
    return affected
  },
})

async function claimDeliveries(
  db: Database,
  rules: DeliveryRules,
  destination: string,
  options: DeliveryClaimOptions,
): Promise<readonly DeliveryClaim[]> {
  const { rows } = await db.query<ClaimRow>(
    '/*claim-deliveries*/ select * from claim_deliveries_v2($1, $2, $3, $4, $5, $6, $7, $8)',
    [
      destination,
      options.owner,
      options.leaseMs,
      options.max,
      rules.inFlightMax,
      rules.breakerFailures,
      options.stopWhenLost,
      options.expiresAfterMs ?? null,
    ],
  )
  return rows.map((row) => toClaim(destination, row))
}

const toClaim = (destination: string, row: ClaimRow): DeliveryClaim => ({
  delivery: {
    id: row.id,
    destination,
    number: row.number,
    item: row.item,
    change: toChange({ ...row, number: row.change_number, message_id: row.inbox_id }),
  },
  attempt: row.attempt,
  failures: row.failures,
  kept:
    row.body === null || row.content_type === null
      ? undefined
      : {
          body: row.body,
          contentType: row.content_type,
          headers: row.headers ?? {},
          ...(row.message_id === null ? {} : { messageId: row.message_id }),
        },
})

async function keepMessage(db: Database, claim: DeliveryClaim, message: Message): Promise<boolean> {
  const { rows } = await db.query<{ kept: boolean }>(
    '/*keep-delivery*/ select keep_delivery_v1($1, $2, $3, $4, $5, $6, $7::jsonb) as kept',
    [
      claim.delivery.destination,
      claim.delivery.number,
      claim.attempt,
      message.messageId ?? null,
      message.body,
      message.contentType,
      toJson(message.headers ?? {}),
    ],
  )
  return onlyRow(rows).kept
}

async function settleDelivery(
  db: Database,
  rules: DeliveryRules,
  claim: DeliveryClaim,
  settlement: DeliverySettlement,
): Promise<boolean> {
  const { rows } = await db.query<{ settled: boolean }>(
    '/*settle-delivery*/ select settle_delivery_v2($1, $2, $3, $4::jsonb, $5::jsonb) as settled',
    [claim.delivery.destination, claim.delivery.number, claim.attempt, toJson(settlement), toJson(rules)],
  )
  return onlyRow(rows).settled
}
