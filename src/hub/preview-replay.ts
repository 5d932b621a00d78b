/** What running one dead letter again would do, worked out as it would be and not committed. */
import type { HubErrorCode } from '../core/errors.js'
import { codeOf, ERRORS, HubError } from '../core/errors.js'
import { type MessageId, personId, personLane, personOfLane } from '../core/ids.js'
import type { Unmapped } from '../core/message.js'
import type { StoredResource } from '../core/stored.js'
import type { Effect, ResourceWrite } from '../store/effect.js'
import type { Claim, Failure } from '../store/inbox.js'
import type { DeadRow } from '../store/replay-contract.js'
import { type ProcessDeps, processRows } from './process-message.js'
import { failureOf } from './settle-failure.js'

export interface PreviewDeps extends ProcessDeps {
  readonly store: ProcessDeps['store'] & {
    readonly deadRow: (id: MessageId) => Promise<DeadRow | undefined>
  }
}

export type Preview =
  | {
      readonly outcome: 'done' | 'superseded'
      readonly changes: readonly Change[]
      readonly amendments: number
      readonly unmapped: readonly Unmapped[]
      /** Number of the list version that it would make; absent when the list stays. */
      readonly listVersion?: number
    }
  | { readonly outcome: 'failed'; readonly reason: Failure & { readonly class: string } }

/** Names of elements only: what stands in them is for those who may read the resource. */
export interface Change {
  readonly action: 'create' | 'update' | 'delete'
  readonly type: string
  /** Of an update or delete; a created resource gets its id when it is made. */
  readonly id?: string
  readonly layer: StoredResource['layer']
  readonly elements: readonly string[]
}

/** A dead row is handed over once at most: the lane that it goes to is the person's. */
const LANES_MAX = 2

/** Undefined when the row is not dead. */
export async function previewReplay(deps: PreviewDeps, id: MessageId): Promise<Preview | undefined> {
  const dead = await deps.store.deadRow(id)
  if (dead === undefined) return undefined
  try {
    if (dead.conflict) throw new HubError('IDENTITY_CONFLICT', 'identifiers of two persons')
    return await preview(deps, dead)
  } catch (error) {
    // Our own trouble is the caller's too; what the message fails with is the answer.
    if (isTrouble(codeOf(error))) throw error
    const reason = failureOf(error)
    return { outcome: 'failed', reason: { ...reason, class: ERRORS[reason.code].fate } }
  }
}

const isTrouble = (code: HubErrorCode): boolean =>
  ERRORS[code].fate === 'retry' || ERRORS[code].fate === 'look-up'

async function preview(deps: PreviewDeps, dead: DeadRow): Promise<Preview> {
  const found: { effect?: Effect; lane: Claim['lane'] } = { lane: placeOf(deps, dead) }
  const trial = withoutEffects(deps, found)
  for (let tries = 0; tries < LANES_MAX && found.effect === undefined; tries += 1)
    await processRows(trial, claimOn(found.lane, dead), [dead.row])
  const { effect } = found
  if (effect === undefined) throw new HubError('UNEXPECTED', 'a replay was handed over without end')
  const before = await resourcesOf(deps, found.lane)
  const row = effect.message.kind === 'claimed' ? effect.message.rows[0] : undefined
  return {
    outcome: row?.state ?? 'done',
    changes: effect.writes.map((write) => changeOf(write, before)),
    amendments: effect.amendments.length,
    unmapped: row?.unmapped ?? [],
    ...(effect.list === undefined ? {} : { listVersion: effect.list.version }),
  }
}

/** A person who is unknown yet would be made. */
function placeOf(deps: PreviewDeps, { lane, row }: DeadRow): Claim['lane'] {
  const { by } = row.envelope.subject
  const makes = personOfLane(lane) === undefined && (by === 'person' || by === 'merge')
  return makes ? personLane(personId(deps.newId())) : lane
}

function withoutEffects(deps: PreviewDeps, found: { effect?: Effect; lane: Claim['lane'] }): ProcessDeps {
  const nothing = () => undefined
  return {
    ...deps,
    store: {
      ...deps.store,
      commit: async (_claim, effect) => {
        found.effect = effect
      },
      handOver: async (_claim, _id, to) => {
        found.lane = to
      },
      ensurePerson: async (identifiers, create) => (await deps.store.findPersons(identifiers))[0] ?? create,
    },
    superseded: nothing,
    cache: { get: nothing, put: nothing, drop: nothing },
    shared: { load: deps.shared.load, remember: nothing, forget: nothing },
  }
}

const claimOn = (lane: Claim['lane'], { row, second }: DeadRow): Claim => ({
  lane,
  owner: 'preview',
  epoch: -1,
  second: second === undefined ? undefined : { lane: second, epoch: -1 },
  rows: [row],
  effectSeq: -1,
  more: false,
  timeDue: false,
})

async function resourcesOf(deps: PreviewDeps, lane: Claim['lane']) {
  const person = personOfLane(lane)
  return person === undefined
    ? new Map<string, StoredResource>()
    : (await deps.store.loadPerson(person)).resources
}

const ACTIONS = { POST: 'create', PUT: 'update', DELETE: 'delete' } as const

function changeOf({ stored, method }: ResourceWrite, before: ReadonlyMap<string, StoredResource>): Change {
  const former = before.get(`${stored.type}/${stored.id}`)?.resource
  return {
    action: ACTIONS[method],
    type: stored.type,
    ...(method === 'POST' ? {} : { id: stored.id }),
    layer: stored.layer,
    elements: changedElements({ ...former }, { ...stored.resource }),
  }
}

/** Top-level elements that differ. */
function changedElements(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
) {
  const own = new Set(['resourceType', 'id', 'meta'])
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !own.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .sort()
}
