/** The outbox over a test's database: changes put in by hand, destinations that only record. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  type Attempt,
  type Change,
  DELIVERY_RULES,
  type DeliveryRules,
  type Destination,
  type Verdict,
} from '../../src/core/delivery.js'
import { type LaneKey, laneKey } from '../../src/core/ids.js'
import type { DeliveryClaim, DeliverySettlement, DeliveryStore, FanOutStore } from '../../src/core/outbox.js'
import { openDeliveryStore } from '../../src/store/deliveries.js'
import { type DeliveryOperations, openDeliveryOperations } from '../../src/store/delivery-operations.js'
import { type DeliveryViews, openDeliveryViews } from '../../src/store/delivery-views.js'
import { openFanOutStore } from '../../src/store/outbox.js'
import type { Database } from '../../src/store/query.js'

export type OutboxOfTest = FanOutStore & DeliveryStore & DeliveryViews & DeliveryOperations

export const QUICK_RULES: DeliveryRules = {
  ...DELIVERY_RULES,
  backoffMsMin: 1,
  backoffMsMax: 4,
  refusedMsMin: 1,
  refusedMsMax: 4,
}

export const outboxOf = (db: Database, rules: DeliveryRules = DELIVERY_RULES): OutboxOfTest => ({
  ...openFanOutStore(db),
  ...openDeliveryStore(db, rules),
  ...openDeliveryViews(db, rules),
  ...openDeliveryOperations(db),
})

export const lane = (name: string): LaneKey => laneKey(`p-${name}`)

/** Changes as effects leave them, all with a list version of the same number. */
export async function putChanges(
  db: Database,
  changes: readonly { readonly lane: string; readonly number: number }[],
): Promise<void> {
  await db.query(
    `insert into change (person_id, lane_key, number, resources, list_version, at)
     select substr(x.lane, 3), x.lane, x.number, '{}', x.number, now()
     from jsonb_to_recordset($1::jsonb) x(lane text, number bigint)`,
    [JSON.stringify(changes.map((change) => ({ lane: lane(change.lane), number: change.number })))],
  )
}

export interface Sent extends Attempt {
  readonly verdict: Verdict
}

/** A destination that takes everything unless told otherwise, and wants each change once. */
export function recorder(
  id: string,
  more: Partial<Destination> & {
    readonly answer?: (attempt: Attempt) => Verdict | Promise<Verdict>
  } = {},
): Destination & { readonly sent: Sent[] } {
  const sent: Sent[] = []
  return {
    id,
    kind: 'recorder',
    wants: () => ['it'],
    render: async ({ change }) => ({
      kind: 'message',
      body: Buffer.from(`${change.lane} ${change.number}`),
      contentType: 'text/plain',
    }),
    send: async (attempt) => {
      const verdict = (await more.answer?.(attempt)) ?? { kind: 'delivered', status: 200 }
      sent.push({ ...attempt, verdict })
      return verdict
    },
    sendMsMax: 2_000,
    ambiguous: 'retry',
    ...more,
    sent,
  }
}

/** All open changes to these destinations, each wanting each once. */
export async function fanOutTo(outbox: FanOutStore, destinations: readonly string[]): Promise<void> {
  const set = await outbox.register(destinations.map((id) => ({ id, kind: 'recorder' })))
  const changes = await outbox.openChanges(undefined, 1_000)
  await outbox.fanOut(set, changes, wantedOf(changes, destinations))
}

export const wantedOf = (changes: readonly Change[], destinations: readonly string[]) =>
  changes.flatMap((change) =>
    destinations.map((destination) => ({ id: randomUUID(), destination, change, item: 'it' })),
  )

export const claimAll = (
  outbox: DeliveryStore,
  destination: string,
  more: Partial<Parameters<DeliveryStore['claimDeliveries']>[1]> = {},
): Promise<readonly DeliveryClaim[]> =>
  outbox.claimDeliveries(destination, {
    owner: 'w',
    leaseMs: 10_000,
    max: 4,
    stopWhenLost: false,
    expiresAfterMs: undefined,
    ...more,
  })

export const numbersOf = (claims: readonly DeliveryClaim[]): readonly number[] =>
  claims.map(({ delivery }) => delivery.number)

/** Lets time pass for everything that the outbox knows, without waiting. */
export async function letPass(db: Database, ms: number): Promise<void> {
  const earlier = (columns: readonly string[]) =>
    columns.map((column) => `${column} = ${column} - $1::float8 * interval '1 millisecond'`).join(', ')
  await db.query(`update delivery set ${earlier(['due_at', 'refused_since', 'created_at', 'ended_at'])}`, [
    ms,
  ])
  await db.query(`update destination set ${earlier(['hold_until', 'failing_since'])}`, [ms])
}

export const HOUR_MS = 3_600_000
export const DELIVERED: DeliverySettlement = { kind: 'delivered', status: 200 }
export const retry = (
  more: Partial<Extract<DeliverySettlement, { kind: 'retry' }>> = {},
): DeliverySettlement => ({
  kind: 'retry',
  fault: 'not-connected',
  delayMs: 0,
  refused: false,
  counts: true,
  ...more,
})

/** Deliveries to the destination `journal`, and looks at them. */
export function journalOf(db: () => Database) {
  const made = async (
    changes: readonly (readonly [lane: string, number: number])[],
    rules?: Parameters<typeof outboxOf>[1],
  ): Promise<OutboxOfTest> => {
    const outbox = outboxOf(db(), rules)
    await putChanges(
      db(),
      changes.map(([lane, number]) => ({ lane, number })),
    )
    await fanOutTo(outbox, ['journal'])
    return outbox
  }
  const only = async (outbox: OutboxOfTest): Promise<DeliveryClaim> => {
    const [claim, ...others] = await claimAll(outbox, 'journal')
    assert.ok(claim !== undefined && others.length === 0)
    return claim
  }
  const view = async (outbox: OutboxOfTest, number: number) =>
    (await outbox.deliveries({ limit: 100 })).find((one) => one.number === number)
  const pass = (ms: number) => letPass(db(), ms)
  const journal = async (outbox: OutboxOfTest) => (await outbox.destinations())[0]
  return { made, only, view, pass, journal }
}
