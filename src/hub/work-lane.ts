/** Works a lane off: lease, head rows one after the other, each in its own transaction, then release. */
import { codeOf, ERRORS, HubError, type HubErrorCode, isHubError } from '../core/errors.js'
import { failpoint } from '../core/failpoint.js'
import { type LaneKey, personOfLane } from '../core/ids.js'
import type { Channel, SourceRole } from '../core/message.js'
import type { Log } from '../core/ports.js'
import type { SourceState } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { Claim, Failure, LaneRow } from '../store/inbox.js'
import { deriveList } from './derive-list.js'
import { openDraft } from './draft.js'
import { EFFECT_ROWS_MAX, type ProcessDeps, processRows } from './process-message.js'
import { openWorkspace } from './workspace.js'

export interface WorkDeps extends ProcessDeps {
  readonly store: ProcessDeps['store'] & Pick<Store, 'claim' | 'release' | 'heartbeat' | 'fail'>
  readonly owner: string
  readonly leaseMs: number
  readonly log: Log
  readonly random: () => number
  /** Calls `beat` every `ms` until the returned function is called. */
  readonly every: (ms: number, beat: () => void) => () => void
  readonly count: (event: 'done' | 'dead' | 'retry' | 'lease-lost', channel: string) => void
  /** Seconds from receipt to commit. */
  readonly observe: (channel: string, seconds: number) => void
}

/** Rows taken in one claim. */
export const LANE_ROWS_MAX = 50
/** A bug is tried this often (reliability.md 4). */
export const BUG_ATTEMPTS_MAX = 3
/** A device event may come before the assignment that it belongs to: tried this often before it is parked. */
export const UNASSIGNED_ATTEMPTS_MAX = 3
/** Conflicts over shared resources in one claim before the row waits its turn. */
export const CONFLICTS_MAX = 5
const BACKOFF_MS_MIN = 1_000
const BACKOFF_MS_MAX = 60_000

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

/** Works off the rows of a claim that is already held. */
export async function workClaim(deps: WorkDeps, claim: Claim): Promise<boolean> {
  let current = claim
  let left = claim.rows
  let together = EFFECT_ROWS_MAX
  let conflicts = 0
  while (left.length > 0) {
    const step = await workHead(deps, current, left.slice(0, together), conflicts < CONFLICTS_MAX)
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
  }
  if (claim.rows.length === 0 && claim.timeDue) await workTime(deps, current)
  return claim.more
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
    const result = await processRows(deps, claim, rows)
    switch (result.kind) {
      case 'spoiled':
        return { kind: 'spoiled' }
      case 'handed-over':
        await workLane(deps, result.to)
        return { kind: 'worked', rows: 1, effects: 0 }
      case 'committed':
        for (const row of result.rows) {
          deps.count('done', row.envelope.channel)
          deps.observe(row.envelope.channel, (deps.clock() - Date.parse(row.receivedAt)) / 1_000)
        }
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

async function settleFailure(
  deps: WorkDeps,
  claim: Claim,
  row: LaneRow,
  error: unknown,
): Promise<'passed' | 'stop'> {
  const code = codeOf(error)
  if (code === 'LEASE_LOST') {
    deps.count('lease-lost', row.envelope.channel)
    deps.log.warn('lost lease', { lane: claim.lane, message: row.id })
    return 'stop'
  }
  const failure: Failure = {
    code,
    text: isHubError(error) ? error.message : 'unexpected error',
    ...(isHubError(error) && error.at !== undefined ? { at: error.at } : {}),
  }
  const retry = retries(code, row.attempts)
  deps.count(retry ? 'retry' : 'dead', row.envelope.channel)
  tellFailure(deps, row, code, retry, error)
  const source = failedSource(claim, row, code, retry)
  try {
    await deps.store.fail(
      claim,
      row.id,
      failure,
      retry ? { kind: 'retry', delayMs: backoffMs(row.attempts, deps.random) } : { kind: 'dead' },
      source,
    )
  } catch (failing) {
    // The row stays claimed and comes back when the lease runs out.
    deps.log.warn('outcome not stored', { message: row.id, code: codeOf(failing) })
    return 'stop'
  }
  return retry ? 'stop' : 'passed'
}

function tellFailure(deps: WorkDeps, row: LaneRow, code: HubErrorCode, retry: boolean, error: unknown): void {
  const fields = { message: row.id, channel: row.envelope.channel, kind: row.envelope.kind, code, retry }
  if (code === 'UNEXPECTED') deps.log.error('unexpected error', fields, causeOf(error))
  else deps.log.warn(retry ? 'message to be tried again' : 'message parked', fields)
}

/** What a wrapper was made of tells more than the wrapper. */
const causeOf = (error: unknown): unknown => (isHubError(error) ? (error.cause ?? error) : error)

function retries(code: ReturnType<typeof codeOf>, attempts: number): boolean {
  if (code === 'DEVICE_UNASSIGNED' || code === 'DEVICE_UNKNOWN') return attempts + 1 < UNASSIGNED_ATTEMPTS_MAX
  const { fate } = ERRORS[code]
  switch (fate) {
    case 'retry':
    case 'look-up':
    case 'park-channel':
      return true
    case 'bug':
      return attempts + 1 < BUG_ATTEMPTS_MAX
    case 'dead-letter':
      return false
  }
}

/** 1 s doubled up to 60 s, full jitter. */
export function backoffMs(attempts: number, random: () => number): number {
  const ceiling = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(attempts, 10))
  return Math.round(ceiling * (0.5 + random() / 2))
}

const ROLES: Readonly<Record<Channel, SourceRole>> = {
  hl7v2: 'hospital',
  eresept: 'prescriber',
  devices: 'device',
  fhir: 'client',
}

/** A dead message lowers what the list may claim to know of its source, until the next one of that source is applied. */
function failedSource(claim: Claim, row: LaneRow, code: string, retry: boolean): SourceState | undefined {
  if (retry || personOfLane(claim.lane) === undefined) return undefined
  const { channel, sender, subject } = row.envelope
  // The key that the mapping of this channel gives the source when it can read the message.
  const device = subject.by === 'device' ? subject.identifiers[0] : undefined
  const key = device === undefined ? `${channel}|${sender}` : `device|${device.system}|${device.value}`
  return { key, role: ROLES[channel], name: sender, lastHeard: row.receivedAt, failed: code }
}

/** Time alone changed the list: derive and commit without a message. */
async function workTime(deps: WorkDeps, claim: Claim): Promise<void> {
  const person = personOfLane(claim.lane)
  if (person === undefined) return
  const workspace =
    deps.cache.get(person, claim.effectSeq) ?? openWorkspace(await deps.store.loadPerson(person))
  const now = deps.clock()
  const draft = openDraft(workspace, new Map(), undefined, now)
  const derived = deriveList(draft, deps.derive)
  try {
    await deps.store.commit(claim, {
      message: { kind: 'none' },
      personId: person,
      writes: derived.writes,
      amendments: [],
      identities: [],
      sources: [],
      list: derived.list,
      nextChangeAt: derived.nextChangeAt,
      merge: undefined,
      assignment: undefined,
      devices: [],
      at: new Date(now).toISOString(),
    })
    workspace.effectSeq += 1
    deps.cache.put(workspace)
  } catch (error) {
    deps.cache.drop(person)
    throw error instanceof HubError
      ? error
      : new HubError('UNEXPECTED', 'time could not be worked off', { cause: error })
  }
}
