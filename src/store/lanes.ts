/** Leases: claim, heartbeat, release, and which lanes are due. */
import { laneKey, messageId } from '../core/ids.js'
import type { Envelope } from '../core/message.js'
import type { Store } from './contract.js'
import type { Claim, LaneRow } from './inbox.js'
import type { Database } from './query.js'
import { onlyRow } from './rows.js'

/**
 * Claims whose lease an outcome has ended already, so that `release` needs no statement of its own. Claims are copied
 * by their holders, hence by name.
 */
export type EndedClaims = Set<string>

/** A holder that never releases must not let the set grow. */
const ENDED_CLAIMS_MAX = 10_000

export const claimName = (claim: Claim): string => `${claim.lane}|${claim.epoch}|${claim.owner}`

export function noteEnded(ended: EndedClaims, claim: Claim): void {
  if (ended.size >= ENDED_CLAIMS_MAX) ended.clear()
  ended.add(claimName(claim))
}

interface ClaimRow {
  readonly epoch: number
  readonly second_lane: string | null
  readonly second_epoch: number | null
  readonly effect_seq: number
  readonly more: boolean
  readonly time_due: boolean
  readonly id: string | null
  readonly seq: number
  readonly envelope: Envelope
  readonly body: Uint8Array
  readonly received_at: Date
  readonly attempts: number
  readonly answer_owed: boolean
}

export const claimLane =
  (db: Database): Store['claim'] =>
  async (lane, owner, options) => {
    const { rows } = await db.query<ClaimRow>('/*claim*/ select * from claim_v1($1, $2, $3, $4, $5)', [
      lane,
      owner,
      options.leaseMs,
      options.rowsMax,
      options.evenIfIdle ?? false,
    ])
    const head = rows[0]
    if (head === undefined) return undefined
    const second =
      head.second_lane === null || head.second_epoch === null
        ? undefined
        : { lane: laneKey(head.second_lane), epoch: head.second_epoch }
    return {
      lane,
      owner,
      epoch: head.epoch,
      second,
      rows: head.id === null ? [] : rows.map((row) => toLaneRow(row, second?.lane)),
      effectSeq: head.effect_seq,
      more: head.more,
      timeDue: head.time_due,
    }
  }

type GroupRow = Omit<ClaimRow, 'id' | 'second_lane' | 'second_epoch' | 'more' | 'time_due'> & {
  readonly lane: string
  readonly id: string
}

export const claimGroup =
  (db: Database): Store['claimGroup'] =>
  async (lanes, owner, { leaseMs, rowsMax }) => {
    const { rows } = await db.query<GroupRow>(
      '/*claim-group*/ select * from claim_group_v1($1::text[], $2, $3, $4)',
      [lanes, owner, leaseMs, rowsMax],
    )
    const claims = new Map<string, Claim & { rows: LaneRow[] }>()
    for (const row of rows) {
      const claim = claims.get(row.lane) ?? {
        lane: laneKey(row.lane),
        owner,
        epoch: row.epoch,
        second: undefined,
        rows: [],
        effectSeq: row.effect_seq,
        more: false,
        timeDue: false,
      }
      claim.rows.push(toLaneRow(row, undefined))
      claims.set(row.lane, claim)
    }
    return [...claims.values()]
  }

const toLaneRow = (
  row: Omit<GroupRow, 'lane' | 'epoch' | 'effect_seq'> | ClaimRow,
  secondLane: LaneRow['secondLane'],
): LaneRow => ({
  id: messageId(row.id ?? ''),
  seq: row.seq,
  envelope: row.envelope,
  body: row.body,
  receivedAt: row.received_at.toISOString(),
  attempts: row.attempts,
  answerOwed: row.answer_owed,
  secondLane,
})

/** False when the lease was taken over. True without asking once an outcome has ended it: there is nothing to keep. */
export const heartbeatLane =
  (db: Database, ended: EndedClaims): Store['heartbeat'] =>
  async (claim, leaseMs) => {
    if (ended.has(claimName(claim))) return true
    const { rows } = await db.query<{ kept: boolean }>(
      '/*heartbeat*/ select heartbeat_v1($1, $2::text[], $3::bigint[], $4) as kept',
      [claim.owner, lanesOf(claim), epochsOf(claim), leaseMs],
    )
    return rows[0]?.kept ?? false
  }

export const releaseLane =
  (db: Database, ended: EndedClaims): Store['release'] =>
  async (claim) => {
    if (ended.delete(claimName(claim))) return
    await db.query('/*release*/ select release_v1($1, $2::text[], $3::bigint[])', [
      claim.owner,
      lanesOf(claim),
      epochsOf(claim),
    ])
  }

/** Time that went back less is the clock being kept right. */
const STEP_MS_MIN = 1_000

/** Also looks whether the database's clock was set back: at the first call, whatever happened before this process began. */
export const dueLanes = (db: Database): Store['dueLanes'] => {
  const newest = { ms: Number.POSITIVE_INFINITY }
  return async (limit) => {
    const { rows } = await db.query<{ lanes: readonly string[]; now: number }>(
      `/*due-lanes*/ select array(select due_lanes_v1($1)) as lanes,
         (extract(epoch from statement_timestamp()) * 1000)::float8 as now`,
      [limit],
    )
    const { lanes, now } = onlyRow(rows)
    if (now < newest.ms - STEP_MS_MIN) await db.query('/*clock-went-back*/ select clock_went_back_v1()')
    newest.ms = now
    return lanes.map(laneKey)
  }
}

const lanesOf = (claim: Claim) => [claim.lane, ...(claim.second ? [claim.second.lane] : [])]
const epochsOf = (claim: Claim) => [claim.epoch, ...(claim.second ? [claim.second.epoch] : [])]
