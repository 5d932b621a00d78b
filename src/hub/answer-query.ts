/**
 * Queries of a channel (M9.x) answered in the request from what is stored (reliability.md 3, rule 1): who is asked
 * about, their stored state, the bytes that the answer passes on, the answer. Nothing is changed by it.
 */
import { HubError } from '../core/errors.js'
import { type LaneKey, type PersonId, personId, personLane } from '../core/ids.js'
import type { Envelope, Reply } from '../core/message.js'
import type { Clock, Log, NewId } from '../core/ports.js'
import type { Ask, Known, OriginalRef, QueryContext, QueryProtocol } from '../core/query.js'
import { anySystemToken, token } from '../core/search-tokens.js'
import { completenessOf } from '../medication-list/completeness.js'
import type { Store } from '../store/contract.js'

export interface QueryDeps {
  readonly store: Pick<
    Store,
    'currentList' | 'findPersons' | 'loadPerson' | 'rawByIdentity' | 'rawMessage' | 'search'
  >
  readonly workLane: (lane: LaneKey) => Promise<boolean>
  readonly clock: Clock
  readonly newId: NewId
  readonly log: Log
  readonly zone: string
}

/** Persons that one answer may be about: beyond them it would not fit into a message. */
const PERSONS_MAX = 1_000
/** Messages whose bytes one answer may need. */
const ORIGINALS_MAX = 400

/** @throws HubError TOO_COSTLY, STORE_UNAVAILABLE */
export async function answerQuery(
  deps: QueryDeps,
  protocol: QueryProtocol,
  envelope: Envelope,
  raw: Uint8Array,
): Promise<Reply> {
  const context: QueryContext = {
    newId: deps.newId(),
    now: new Date(deps.clock()).toISOString(),
    zone: deps.zone,
  }
  const found: Known[] = []
  for (const person of await personsOf(deps, protocol.ask(raw, envelope, context))) {
    await catchUp(deps, person)
    found.push(await knownOf(deps, person))
  }
  const wanted = protocol.originals(raw, envelope, found, context)
  return protocol.answer(raw, envelope, found, await originalsOf(deps, envelope, wanted), context)
}

async function personsOf(deps: QueryDeps, ask: Ask): Promise<readonly PersonId[]> {
  switch (ask.by) {
    case 'nobody':
      return []
    case 'person':
      return deps.store.findPersons(ask.identifiers)
    case 'resource': {
      const tokens = ask.identifiers.map(({ system, value }) =>
        system === '*' ? anySystemToken('identifier', value) : token('identifier', system, value),
      )
      const owners = new Set<PersonId>()
      for (const type of ask.types)
        for (const owner of await owning(deps, type, 'identifier', tokens)) owners.add(owner)
      // A number that several have says nothing about any of them.
      return owners.size === 1 ? [...owners] : []
    }
    case 'member': {
      const tokens = ask.identifiers.map(({ system, value }) =>
        token('participant:identifier', system, value),
      )
      return changedSince(deps, [...(await owning(deps, 'CareTeam', 'participant', tokens))], ask)
    }
  }
}

async function owning(
  deps: QueryDeps,
  type: string,
  param: string,
  anyOf: readonly string[],
): Promise<ReadonlySet<PersonId>> {
  if (anyOf.length === 0) return new Set()
  const clauses = [{ kind: 'token', param, anyOf }] as const
  const rows = await deps.store.search({ type, clauses, count: PERSONS_MAX, after: undefined })
  if (rows.length === PERSONS_MAX)
    throw new HubError('TOO_COSTLY', 'the answer would be about more persons than fit into a message')
  return new Set(rows.flatMap(({ personId: owner }) => (owner === '' ? [] : [owner])))
}

/** Only those are looked at whole: a pharmacy has many patients, and few change in a day. */
async function changedSince(
  deps: QueryDeps,
  persons: readonly PersonId[],
  { since, types }: Extract<Ask, { by: 'member' }>,
): Promise<readonly PersonId[]> {
  if (persons.length === 0) return []
  const changed = new Set<string>()
  const clauses = [
    { kind: 'person', anyOf: persons },
    { kind: 'lastUpdated', anyOf: [{ prefix: 'ge', from: since, to: since }] },
  ] as const
  for (const type of types) {
    const rows = await deps.store.search({ type, clauses, count: PERSONS_MAX, after: undefined })
    if (rows.length === PERSONS_MAX)
      throw new HubError('TOO_COSTLY', 'more has changed since then than one answer can tell')
    for (const { personId: owner } of rows) changed.add(owner)
  }
  return persons.filter((person) => changed.has(person))
}

/** What the sender itself sent a moment ago is to be in its answer. */
async function catchUp(deps: QueryDeps, person: PersonId): Promise<void> {
  const list = await deps.store.currentList(person)
  const timeDue = list?.nextChangeAt !== undefined && Date.parse(list.nextChangeAt) <= deps.clock()
  if (list === undefined || (list.waiting === 0 && !timeDue)) return
  try {
    await deps.workLane(personLane(person))
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    deps.log.warn('lane could not be worked off before a query', { code: error.code })
  }
}

async function knownOf(deps: QueryDeps, person: PersonId): Promise<Known> {
  const state = await deps.store.loadPerson(person)
  const { mergedInto } = state
  if (mergedInto !== undefined && mergedInto !== person) return knownOf(deps, personId(mergedInto))
  return {
    identities: state.identities,
    resources: [...state.resources.values()],
    complete: await isComplete(deps, person),
  }
}

async function isComplete(deps: QueryDeps, person: PersonId): Promise<boolean> {
  const list = await deps.store.currentList(person)
  if (list === undefined) return false
  const { completeness } = completenessOf({
    sources: list.sources.map((source) => ({ ...source, waiting: 0 })),
    waiting: list.waiting,
    dead: list.dead,
    at: new Date(deps.clock()).toISOString(),
  })
  return completeness === 'complete'
}

async function originalsOf(
  deps: QueryDeps,
  envelope: Envelope,
  wanted: readonly OriginalRef[],
): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  const found = new Map<string, readonly Uint8Array[]>()
  for (const { key, messageId, row, sender } of wanted) {
    if (found.has(key)) continue
    if (found.size === ORIGINALS_MAX)
      throw new HubError('TOO_COSTLY', 'the answer would pass on more messages than fit into one')
    const own =
      sender === undefined || messageId === undefined
        ? undefined
        : await deps.store.rawByIdentity(envelope.channel, sender, messageId)
    const other =
      own === undefined && row !== undefined ? (await deps.store.rawMessage(row))?.body : undefined
    found.set(
      key,
      [own, other].filter((bytes) => bytes !== undefined),
    )
  }
  return found
}
