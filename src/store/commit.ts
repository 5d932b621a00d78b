/** The effect of one message, committed in one statement. */
import { HubError, isHubError } from '../core/errors.js'
import { failpoint } from '../core/failpoint.js'
import type { Store } from './contract.js'
import type { Effect } from './effect.js'
import { amendmentJson, changesOf, indexed, sourceJson, textOf, writeJson } from './effect-json.js'
import type { Claim, NewMessage } from './inbox.js'
import { type EndedClaims, noteEnded } from './lanes.js'
import { messageJson } from './message-json.js'
import type { Database } from './query.js'
import { toJson } from './rows.js'
import { sha256Hex } from './sha256-hex.js'
import { AT_ANSWER, AT_CONNECT } from './store-error.js'

/** Look-ups after a lost answer, and the pause before each in milliseconds. */
const LOOK_UP_PAUSES_MS = [50, 250, 1_000, 2_000]

/**
 * When the answer to the statement is lost, the row is looked up under its lane's lock: a commit that happened is a
 * success, one that did not is STORE_UNAVAILABLE, and what cannot be found out is STORE_OUTCOME_UNKNOWN.
 */
export const commitEffect =
  (db: Database, ended: EndedClaims, commitLost: CommitLost): Store['commit'] =>
  async (claim, effect) => {
    try {
      const bodies = bodiesOf(effect)
      failpoint('before-effect-commit')
      const { rows } = await db.query<{ idle: boolean }>(commitSql(bodies.length), [
        toJson(effectJson(claim, effect)),
        ...bodies,
      ])
      if (claim !== undefined && rows[0]?.idle) noteEnded(ended, claim)
      failpoint('after-effect-commit')
    } catch (error) {
      if (!isAnswerLost(error)) throw error
      const { message } = effect
      // Work by time alone is derived again from what is stored, whether it was committed or not.
      if (message.kind === 'none') throw error
      const id = message.kind === 'claimed' ? message.rows[0]?.id : message.message.id
      if (!(await lookUp(db, { lane: claim?.lane ?? homeOf(effect), id }, error, commitLost))) throw error
    }
  }

/** The statement was sent, and may have been done. */
export const isAnswerLost = (error: unknown): error is HubError =>
  isHubError(error) && error.code === 'STORE_UNAVAILABLE' && error.at !== AT_CONNECT && error.at !== AT_ANSWER

/** Told of each commit whose answer was lost, when it was looked up. */
export type CommitLost = (resolution: 'applied' | 'not-applied' | 'unknown') => void

/** One row of a transaction, and the lane that the transaction locked. */
interface Trace {
  readonly lane: string | null
  readonly id: string | undefined
}

/** @throws HubError STORE_OUTCOME_UNKNOWN */
export async function lookUp(
  db: Database,
  trace: Trace,
  lost: HubError,
  commitLost: CommitLost,
): Promise<boolean> {
  try {
    const applied = await happened(db, trace, lost)
    commitLost(applied ? 'applied' : 'not-applied')
    return applied
  } catch (error) {
    commitLost('unknown')
    throw error
  }
}

/** Each body is a parameter of its own: a text that is never quoted, nor read as JSON on the way. */
function commitSql(bodies: number): string {
  const places = Array.from({ length: bodies }, (_, index) => `$${index + 2}`)
  return `/*commit-${bodies}*/ select commit_v2($1::jsonb, array[${places.join(',')}]::text[]) as idle`
}

const bodiesOf = ({ writes }: Effect): readonly string[] => writes.map(textOf)

async function happened(db: Database, { lane, id }: Trace, lost: HubError): Promise<boolean> {
  for (const pauseMs of LOOK_UP_PAUSES_MS) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    try {
      return await db.transaction(async (query) => {
        // Waits for a statement that may still run: the row cannot change its state behind this look.
        await query('select 1 from lane where lane_key = $1 for update', [lane])
        const { rows } = await query<{ state: string }>('select state from message where id = $1', [id])
        return rows[0] !== undefined && rows[0].state !== 'waiting'
      })
    } catch (error) {
      if (!isHubError(error) || error.code !== 'STORE_UNAVAILABLE') throw error
    }
  }
  throw new HubError('STORE_OUTCOME_UNKNOWN', 'the database went away while an effect was committed', {
    at: 'store.commit',
    cause: lost,
  })
}

const homeOf = (effect: Effect): string | null =>
  effect.personId !== undefined
    ? `p-${effect.personId}`
    : effect.message.kind === 'new'
      ? senderLane(effect.message.message)
      : null

const senderLane = ({ envelope }: NewMessage): string =>
  `s-${sha256Hex(`${envelope.channel}|${envelope.sender}`)}`

function effectJson(claim: Claim | undefined, effect: Effect) {
  return {
    claim:
      claim === undefined
        ? null
        : { lane: claim.lane, owner: claim.owner, epoch: claim.epoch, second: claim.second ?? null },
    personId: effect.personId ?? null,
    ...messagePart(effect.message),
    changes: changesOf(effect),
    writes: effect.writes.map((write, index) =>
      writeJson(write, index + 1, effect.merge?.prior, effect.personId),
    ),
    amendments: effect.amendments.map(amendmentJson),
    identities: effect.identities,
    sources: effect.sources.map(sourceJson),
    list: effect.list ?? null,
    nextChangeAt: effect.nextChangeAt ?? null,
    merge: effect.merge ?? null,
    devices: effect.devices.map(({ deviceId, identities }) => ({ device: deviceId, identities })),
    assignment: effect.assignment ?? null,
    at: effect.at,
    absent:
      effect.absent === undefined
        ? null
        : { type: effect.absent.type, token: indexed(effect.absent.type, effect.absent.token) },
    makesPerson: effect.makesPerson ?? false,
  }
}

function messagePart(message: Effect['message']) {
  switch (message.kind) {
    case 'claimed':
      return {
        kind: 'claimed',
        rows: message.rows.map((row) => ({ ...row, answer: row.answer ?? null })),
      }
    case 'new':
      return {
        kind: 'new',
        message: messageJson(message.message),
        unmapped: message.unmapped,
        senderLane: senderLane(message.message),
      }
    case 'none':
      return { kind: 'none' }
  }
}
