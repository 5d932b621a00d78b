/** Parts of an effect as the functions of the database take them. */
import type { SourceState, StoredAmendment } from '../core/stored.js'
import type { Effect, ResourceWrite, SearchIndex } from './effect.js'
import { storable } from './rows.js'

/** The JSON text that is stored, and served. */
export const textOf = ({ stored }: ResourceWrite): string => storable(JSON.stringify(stored.resource))

export const amendmentJson = (amendment: StoredAmendment) => ({
  type: amendment.type,
  key: amendment.key,
  name: amendment.name,
  at: amendment.at,
  changes: JSON.stringify(amendment),
  message_id: amendment.messageId,
  source_key: amendment.sourceKey,
})

export const sourceJson = ({ key, role, name, lastHeard, failed }: SourceState) => ({
  key,
  role,
  name,
  last_heard: lastHeard,
  failed: failed ?? null,
})

/** Tokens of all types stand in one index. */
export const indexed = (type: string, token: string): string => `${type}?${token}`

/** One row of the change log for each message, or one for time alone; what no message claims goes with the last. */
export function changesOf({ message, writes }: Effect) {
  const made = writes.map(({ stored }) => ({
    by: stored.messageId,
    name: `${stored.type}/${stored.id}/_history/${stored.version}`,
  }))
  if (message.kind !== 'claimed')
    return [
      {
        messageId: message.kind === 'new' ? message.message.id : null,
        resources: made.map(({ name }) => name),
      },
    ]
  const ids = new Set<string>(message.rows.map(({ id }) => id))
  const last = message.rows.at(-1)?.id
  return message.rows.map(({ id }) => ({
    messageId: id,
    resources: made
      .filter(({ by }) => by === id || (id === last && (by === undefined || !ids.has(by))))
      .map(({ name }) => name),
  }))
}

export function writeJson(
  write: ResourceWrite,
  body: number,
  prior: string | undefined,
  survivor: string | undefined,
) {
  const { stored, index } = write
  const owner = write.personId === prior && survivor !== undefined ? survivor : write.personId
  return {
    person_id: owner,
    type: stored.type,
    id: stored.id,
    version: stored.version,
    base: write.previousVersion,
    natural_key: stored.key,
    sort_order: stored.order,
    layer: stored.layer,
    body,
    source_key: stored.sourceKey,
    message_id: stored.messageId ?? null,
    last_updated: stored.lastUpdated,
    deleted: write.method === 'DELETE',
    method: write.method,
    tokens: index.tokens.map((token) => indexed(stored.type, token)),
    dates: datesJson(index.dates),
  }
}

/** Milliseconds; a bound that is no instant is open. */
function datesJson(dates: SearchIndex['dates']) {
  return Object.fromEntries(
    Object.entries(dates).map(([param, [from, to]]) => [param, [msOr(from, -FAR_MS), msOr(to, FAR_MS)]]),
  )
}

/** The farthest instant that a Date can hold. */
const FAR_MS = 8.64e15

function msOr(text: string, open: number): number {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? open : ms
}
