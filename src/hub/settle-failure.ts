/** What becomes of a row whose processing failed: its class decides (reliability.md 4). */
import { codeOf, ERRORS, type HubErrorCode, isHubError } from '../core/errors.js'
import { personOfLane } from '../core/ids.js'
import type { Channel, SourceRole } from '../core/message.js'
import { stackFingerprint } from '../core/stack-fingerprint.js'
import type { SourceState } from '../core/stored.js'
import type { AfterFailure, Claim, Failure, LaneRow } from '../store/inbox.js'
import type { WorkDeps } from './work-lane.js'

/** A bug is tried this often (reliability.md 4). */
export const BUG_ATTEMPTS_MAX = 3
/** A device event may come before the assignment that it belongs to: tried this often before it is parked. */
export const UNASSIGNED_ATTEMPTS_MAX = 3
const BACKOFF_MS_MIN = 1_000
const BACKOFF_MS_MAX = 60_000

/** `passed`: the row has its end, the lane goes on; `stop`: the row waits, or the lane is no longer ours. */
export async function settleFailure(
  deps: WorkDeps,
  claim: Claim,
  row: LaneRow,
  error: unknown,
): Promise<'passed' | 'stop'> {
  const code = codeOf(error)
  const { channel } = row.envelope
  if (code === 'LEASE_LOST') {
    deps.count('lease-lost', channel)
    deps.log.warn('lost lease', { lane: claim.lane, message: row.id })
    return 'stop'
  }
  if (ERRORS[code].fate === 'look-up' && (await isApplied(deps, row))) {
    deps.log.info('effect found committed', { message: row.id })
    return 'stop'
  }
  const next = nextOf(code, row.attempts, deps.random)
  deps.count(next.kind, channel)
  tellFailure(deps, row, code, next, error)
  try {
    await deps.store.fail(claim, row.id, failureOf(error), next, failedSource(claim, row, code, next))
    if (next.kind === 'park') deps.parking.note(channel)
  } catch (failing) {
    // The row stays claimed and comes back when the lease runs out.
    deps.log.warn('outcome not stored', { message: row.id, code: codeOf(failing) })
    return 'stop'
  }
  return next.kind === 'dead' ? 'passed' : 'stop'
}

/** A row of a parked channel waits with the others. */
export async function putAside(deps: WorkDeps, claim: Claim, row: LaneRow): Promise<void> {
  await deps.store.fail(claim, row.id, undefined, { kind: 'park' })
}

/** Whether an effect whose outcome was lost is there after all: it is never made twice, and never taken for failed. */
async function isApplied(deps: WorkDeps, row: LaneRow): Promise<boolean> {
  try {
    const state = (await deps.store.answerOf(row.id))?.state
    return state === 'done' || state === 'superseded'
  } catch {
    // Still away: the row is looked at again when its lease has run out.
    return false
  }
}

/** Of a bug nothing but where it happened: its text may quote what it failed on. */
export function failureOf(error: unknown): Failure {
  const code = codeOf(error)
  const stack = ERRORS[code].fate === 'bug' ? stackFingerprint(causeOf(error)) : undefined
  return {
    code,
    text: isHubError(error) ? error.message : 'unexpected error',
    ...(isHubError(error) && error.at !== undefined ? { at: error.at } : {}),
    ...(stack === undefined ? {} : { stack }),
  }
}

function tellFailure(
  deps: WorkDeps,
  row: LaneRow,
  code: HubErrorCode,
  { kind: next }: AfterFailure,
  error: unknown,
): void {
  const { channel, kind } = row.envelope
  const fields = { message: row.id, channel, kind, code, next }
  if (ERRORS[code].fate === 'bug') deps.log.error('unexpected error', fields, causeOf(error))
  else if (next === 'park') deps.log.error('channel parked', fields)
  else deps.log.warn(next === 'retry' ? 'message to be tried again' : 'message parked', fields)
}

/** What a wrapper was made of tells more than the wrapper. */
const causeOf = (error: unknown): unknown => (isHubError(error) ? (error.cause ?? error) : error)

function nextOf(code: HubErrorCode, attempts: number, random: () => number): AfterFailure {
  const retry = { kind: 'retry', delayMs: backoffMs(attempts, random) } as const
  const upTo = (attemptsMax: number) => (attempts + 1 < attemptsMax ? retry : ({ kind: 'dead' } as const))
  if (code === 'DEVICE_UNASSIGNED' || code === 'DEVICE_UNKNOWN') return upTo(UNASSIGNED_ATTEMPTS_MAX)
  const { fate } = ERRORS[code]
  switch (fate) {
    case 'retry':
    case 'look-up':
      return retry
    case 'park-channel':
      return { kind: 'park' }
    case 'bug':
      return upTo(BUG_ATTEMPTS_MAX)
    case 'dead-letter':
      return { kind: 'dead' }
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
  sfm: 'source-list',
  devices: 'device',
  fhir: 'client',
}

/** A dead message lowers what the list may claim to know of its source, until the next one of that source is applied. */
function failedSource(claim: Claim, row: LaneRow, code: string, next: AfterFailure): SourceState | undefined {
  if (next.kind !== 'dead' || personOfLane(claim.lane) === undefined) return undefined
  const { channel, sender, subject } = row.envelope
  // The key that the mapping of this channel gives the source when it can read the message.
  const device = subject.by === 'device' ? subject.identifiers[0] : undefined
  const key = device === undefined ? `${channel}|${sender}` : `device|${device.system}|${device.value}`
  return { key, role: ROLES[channel], name: sender, lastHeard: row.receivedAt, failed: code }
}
