/** The invariants of reliability.md 1, checked over what senders know and what the hub has. Each breach is one line. */
import { createHash } from 'node:crypto'
import type { HubState, MessageRow } from './hub-state.js'
import { type HubForm, hubForm } from './normal-form.js'
import { diedOfFaults, referenceState } from './reference.js'

/** What a sender remembers of an answer that says "I have it". */
export interface Acknowledged {
  readonly channel: string
  readonly id: string
  readonly body: string
}

export interface Evidence {
  readonly state: HubState
  readonly acknowledged: readonly Acknowledged[]
  /** Rows that died of faults (`CRASHES_WORKER`, three unexpected errors) at most. */
  readonly faultDeathsMax?: number
}

/** I-1 to I-4, I-6 and I-7. Deliveries (I-5), markers (I-8) and the drain (I-9) have functions of their own. */
export async function breachesOf(evidence: Evidence): Promise<string[]> {
  const { state } = evidence
  const reference = await referenceState(state.messages)
  return [
    ...lostAcknowledgements(evidence),
    ...openEnds(evidence),
    ...effectsOncePerMessage(state),
    ...effectsOutOfOrder(state),
    ...outcomesUnlike(state, reference),
    ...statesUnlike(hubForm(state), hubForm(reference)),
  ]
}

/** I-1: what was acknowledged is in the inbox, byte for byte. */
function lostAcknowledgements({ state, acknowledged }: Evidence): string[] {
  const stored = new Map(state.messages.map((row) => [identityOf(row), row.content_hash]))
  return acknowledged.flatMap(({ channel, id, body }) => {
    const hash = stored.get(`${channel} ${id}`)
    if (hash === undefined) return [`I-1: ${channel} ${id} was acknowledged and is not there`]
    return hash === sha256(body) ? [] : [`I-1: ${channel} ${id} was acknowledged and other bytes are there`]
  })
}

/** I-2: every row came to one of its ends, and nobody holds a lane. */
function openEnds({ state, faultDeathsMax = 0 }: Evidence): string[] {
  const ends = new Set(['done', 'superseded', 'refused', 'dead'])
  const open = state.messages.filter(({ state: end }) => !ends.has(end))
  const deaths = state.messages.filter(diedOfFaults)
  return [
    ...open.map((row) => `I-2: ${nameOf(row)} is ${row.state}`),
    ...state.heldLanes.map((lane) => `I-2: lane ${lane} is held or due and nothing waits in it`),
    ...(deaths.length > faultDeathsMax
      ? deaths.map((row) => `I-2: ${nameOf(row)} died of a fault that was not its own (${row.reason_code})`)
      : []),
  ]
}

/** I-3: one effect for each row that was applied, none for others; versions without gaps or doubles. */
function effectsOncePerMessage({ messages, changes, resources }: HubState): string[] {
  const effects = new Map<string, number>()
  for (const { message_id } of changes)
    if (message_id !== null) effects.set(message_id, (effects.get(message_id) ?? 0) + 1)
  const parents = new Set(messages.map(({ parent_id }) => parent_id))
  const wrong = messages.flatMap((row) => {
    const applied = (row.state === 'done' || row.state === 'superseded') && !parents.has(row.id)
    const count = effects.get(row.id) ?? 0
    return count === (applied ? 1 : 0) ? [] : [`I-3: ${nameOf(row)} is ${row.state} with ${count} effects`]
  })
  const gaps = resources.flatMap(({ type, id, version, former }) =>
    [...former, version].every((number, index) => number === index + 1)
      ? []
      : [`I-3: ${type}/${id} has versions ${[...former, version].join(', ')}`],
  )
  return [...wrong, ...gaps]
}

/** I-4: within a lane, effects follow the order of arrival. */
function effectsOutOfOrder({ messages, changes }: HubState): string[] {
  const arrivals = new Map(messages.map((row) => [row.id, row]))
  const newest = new Map<string, MessageRow>()
  return changes.flatMap(({ lane_key, message_id }) => {
    const row = message_id === null ? undefined : arrivals.get(message_id)
    if (row === undefined) return []
    const before = newest.get(lane_key)
    newest.set(lane_key, row)
    return before === undefined || before.arrival < row.arrival
      ? []
      : [`I-4: in lane ${lane_key} ${nameOf(row)} was applied after ${nameOf(before)}`]
  })
}

/** Each row ended as it does when nothing goes wrong. */
function outcomesUnlike(state: HubState, reference: HubState): string[] {
  const expected = new Map(reference.messages.map((row) => [partOf(row), row]))
  return state.messages.flatMap((row) => {
    const like = expected.get(partOf(row))
    if (like === undefined || row.parent_id !== null) return []
    if (like.state !== row.state || like.reason_code !== row.reason_code)
      return [
        `I-6: ${nameOf(row)} is ${row.state} ${row.reason_code ?? ''}, in the reference ${like.state} ${like.reason_code ?? ''}`,
      ]
    return like.answered === row.answered ? [] : [`I-6: the answer to ${nameOf(row)} is still owed`]
  })
}

function statesUnlike(hub: HubForm, reference: HubForm): string[] {
  const breaches: string[] = []
  for (const person of new Set([...hub.keys(), ...reference.keys()])) {
    const has = hub.get(person)
    const should = reference.get(person)
    if (has === undefined || should === undefined) {
      breaches.push(`I-6: ${person} is ${has === undefined ? 'missing' : 'not in the reference'}`)
      continue
    }
    for (const part of ['facts', 'shown', 'sources'] as const)
      for (const line of differences(has[part], should[part]))
        breaches.push(`I-6: ${person}, ${part}: ${line}`)
    breaches.push(...prefixBreaches(person, has.versions, should.versions))
  }
  return breaches
}

/** I-7: the versions that readers saw are among those of the reference, in its order, and end like it. */
function prefixBreaches(person: string, seen: readonly string[], prefixes: readonly string[]): string[] {
  let at = 0
  for (const [index, version] of seen.entries()) {
    // Flags and closed lines make versions of their own that look alike here.
    const found = prefixes.indexOf(version, at)
    if (found < 0) return [`I-7: ${person}: version ${index + 1} of the list is the state after no prefix`]
    at = found
  }
  return seen.at(-1) === prefixes.at(-1) ? [] : [`I-7: ${person}: the newest list is not the last state`]
}

function differences(has: readonly string[], should: readonly string[]): string[] {
  const left = [...should]
  const extra = has.filter((text) => {
    const at = left.indexOf(text)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return [...extra.map((text) => `has ${text}`), ...left.map((text) => `lacks ${text}`)]
}

const identityOf = ({ channel, message_id }: MessageRow): string => `${channel} ${message_id}`
const partOf = (row: MessageRow): string =>
  JSON.stringify([row.channel, row.sender, row.message_id, row.part])
const nameOf = (row: MessageRow): string => `${row.channel} ${row.kind} ${row.message_id}`
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
