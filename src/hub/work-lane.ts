/** Works lanes off: leases, head rows in order, plain lanes of a group in one transaction, then release. */
import { codeOf } from '../core/errors.js'
import { failpoint } from '../core/failpoint.js'
import type { LaneKey } from '../core/ids.js'
import type { Log } from '../core/ports.js'
import type { Tracer } from '../core/tracer.js'
import type { Store } from '../store/contract.js'
import type { Claim, LaneRow } from '../store/inbox.js'
import type { Parking } from './parked-channels.js'
import { type GroupDeps, processGroup } from './process-group.js'
import { EFFECT_ROWS_MAX, processRows } from './process-message.js'
import { putAside, settleFailure } from './settle-failure.js'
import { workTime } from './work-time.js'

export interface WorkDeps extends GroupDeps {
  readonly store: GroupDeps['store'] &
    Pick<Store, 'claim' | 'claimGroup' | 'release' | 'heartbeat' | 'fail' | 'answerOf'>
  readonly owner: string
  readonly leaseMs: number
  readonly log: Log
  readonly tracer: Tracer
  readonly random: () => number
  readonly parking: Pick<Parking, 'isParked' | 'holds' | 'note'>
  /** Calls `beat` every `ms` until the returned function is called. */
  readonly every: (ms: number, beat: () => void) => () => void
  readonly count: (
    event: 'done' | 'dead' | 'retry' | 'park' | 'lease-lost' | 'by-time',
    channel: string,
  ) => void
  /** Seconds from receipt to commit. */
  readonly observe: (channel: string, seconds: number) => void
}

/** Rows taken in one claim. */
export const LANE_ROWS_MAX = 50
/** A lane is given back after this long though rows remain, so that others have their turn (reliability.md 5.2). */
export const LANE_MS_MAX = 5_000
/** Conflicts over shared resources in one claim before the row waits its turn. */
export const CONFLICTS_MAX = 5

/**
 * Lanes that wait beside each other. A lane that cannot be worked is logged and harms no other.
 * @returns those in which due rows remain
 * @throws HubError when none could be claimed: STORE_UNAVAILABLE
 */
export async function workLanes(deps: WorkDeps, lanes: readonly LaneKey[]): Promise<ReadonlySet<LaneKey>> {
  if (lanes.length === 0) return new Set()
  failpoint('before-claim')
  const claims = await deps.store.claimGroup(lanes, deps.owner, {
    leaseMs: deps.leaseMs,
    rowsMax: EFFECT_ROWS_MAX,
  })
  const held = new Set(claims.map(({ lane }) => lane))
  const more = new Set<LaneKey>()
  const alone = (lane: LaneKey, work: () => Promise<boolean>) =>
    work().then(
      (remains) => remains && more.add(lane),
      (error: unknown) => deps.log.error('lane work failed', { lane, code: codeOf(error) }, error),
    )
  await Promise.all([
    workHeld(deps, claims, more, alone),
    ...lanes.filter((lane) => !held.has(lane)).map((lane) => alone(lane, () => workLane(deps, lane))),
  ])
  return more
}

async function workHeld(
  deps: WorkDeps,
  claims: readonly Claim[],
  more: Set<LaneKey>,
  alone: (lane: LaneKey, work: () => Promise<boolean>) => Promise<unknown>,
): Promise<void> {
  if (claims.length === 0) return
  const beating = claims.map((claim) => keepLease(deps, claim))
  try {
    failpoint('after-claim')
    const rows = claims.flatMap((claim) => claim.rows)
    const done = await deps.tracer.trace(
      'lanes',
      { attributes: { lanes: claims.length, rows: rows.length }, links: tracesOf(rows) },
      () => processGroup(deps, claims),
    )
    tellDone(deps, done.rows)
    for (const lane of done.more) more.add(lane)
    // Looked at once more afterwards: a group is claimed without the rows behind those that it takes.
    await Promise.all(
      done.aside.map((claim) => alone(claim.lane, async () => (await workClaim(deps, claim)) || true)),
    )
  } finally {
    for (const stopBeating of beating) stopBeating()
    await Promise.all(claims.map((claim) => releaseQuietly(deps, claim)))
  }
}

/** A lease that is not given back runs out; the other lanes of the group have nothing to do with it. */
async function releaseQuietly(deps: WorkDeps, claim: Claim): Promise<void> {
  try {
    await deps.store.release(claim)
  } catch (error) {
    deps.log.warn('lease not given back', { lane: claim.lane, code: codeOf(error) })
  }
}

/** Of the intakes that the rows came by. */
const tracesOf = (rows: readonly LaneRow[]) => rows.map(({ envelope }) => envelope.trace)

function tellDone(deps: WorkDeps, rows: readonly LaneRow[]): void {
  for (const { envelope, receivedAt } of rows) {
    deps.count('done', envelope.channel)
    deps.observe(envelope.channel, (deps.clock() - Date.parse(receivedAt)) / 1_000)
  }
}

/** True when due rows remain in the lane. */
export async function workLane(deps: WorkDeps, lane: LaneKey): Promise<boolean> {
  failpoint('before-claim')
  const claim = await deps.store.claim(lane, deps.owner, { leaseMs: deps.leaseMs, rowsMax: LANE_ROWS_MAX })
  if (claim === undefined) return false
  const stopBeating = keepLease(deps, claim)
  try {
    failpoint('after-claim')
    return await workClaim(deps, claim)
  } finally {
    stopBeating()
    await deps.store.release(claim)
  }
}

/** Renews the lease at a third of its length until called off. */
export function keepLease(
  deps: Pick<WorkDeps, 'every' | 'store' | 'leaseMs' | 'log'>,
  claim: Claim,
): () => void {
  return deps.every(Math.floor(deps.leaseMs / 3), () => {
    deps.store.heartbeat(claim, deps.leaseMs).catch((error: unknown) => {
      deps.log.warn('heartbeat failed', { lane: claim.lane, code: codeOf(error) })
    })
  })
}

/** Works off the rows of a claim that is already held. True when due rows remain in the lane. */
export async function workClaim(deps: WorkDeps, claim: Claim): Promise<boolean> {
  const until = deps.clock() + LANE_MS_MAX
  // A merge ends its leases with its effect.
  let current = claim.timeDue && claim.second === undefined ? await workTime(deps, claim) : claim
  let left = claim.rows
  let together = EFFECT_ROWS_MAX
  let conflicts = 0
  while (left.length > 0) {
    const rows = upToParked(deps, left.slice(0, together))
    const step = await workHead(deps, current, rows, conflicts < CONFLICTS_MAX)
    if (step.kind === 'stop') return false
    if (step.kind === 'spoiled') {
      together = 1
      continue
    }
    if (step.kind === 'conflict') {
      conflicts += 1
      continue
    }
    current = { ...current, effectSeq: current.effectSeq + step.effects }
    left = left.slice(step.rows)
    if (left.length > 0 && deps.clock() >= until) return true
  }
  return claim.more
}

/** Rows that may go together with the first: those of a parked channel wait for their own turn. */
function upToParked(deps: WorkDeps, rows: readonly LaneRow[]): readonly LaneRow[] {
  const parked = rows.findIndex((row, index) => index > 0 && deps.parking.isParked(row.envelope.channel))
  return parked < 0 ? rows : rows.slice(0, parked)
}

type Step =
  | { readonly kind: 'worked'; readonly rows: number; readonly effects: number }
  | { readonly kind: 'spoiled' }
  /** Another lane wrote a shared resource first (two patients of one new prescriber): tried again at once. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'stop' }

async function workHead(
  deps: WorkDeps,
  claim: Claim,
  rows: readonly LaneRow[],
  mayConflict: boolean,
): Promise<Step> {
  const head = rows[0]
  if (head === undefined) return { kind: 'stop' }
  try {
    if (
      deps.parking.isParked(head.envelope.channel) &&
      (await deps.parking.holds(head.envelope.channel, head.id))
    ) {
      await putAside(deps, claim, head)
      return { kind: 'stop' }
    }
    const { channel, kind } = head.envelope
    const result = await deps.tracer.trace(
      'lane',
      { attributes: { channel, kind, message: head.id, rows: rows.length }, links: tracesOf(rows) },
      () => processRows(deps, claim, rows),
    )
    switch (result.kind) {
      case 'spoiled':
        return { kind: 'spoiled' }
      case 'handed-over':
        await workLane(deps, result.to)
        return { kind: 'worked', rows: 1, effects: 0 }
      case 'committed':
        tellDone(deps, result.rows)
        // A merge ends the lease of both lanes.
        if (head.secondLane !== undefined) return { kind: 'stop' }
        return { kind: 'worked', rows: result.rows.length, effects: result.rows.length }
    }
  } catch (error) {
    if (mayConflict && codeOf(error) === 'CONCURRENT_CHANGE') return { kind: 'conflict' }
    const settled = await settleFailure(deps, claim, head, error)
    return settled === 'stop' ? { kind: 'stop' } : { kind: 'worked', rows: 1, effects: 0 }
  }
}
