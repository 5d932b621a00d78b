/**
 * What time alone changed, before anything else is applied: derived at each instant at which it changed, so that every
 * list version holds from the instant that it says (medication-list.md 5: no event needs to have run).
 */
import { HubError } from '../core/errors.js'
import { personOfLane } from '../core/ids.js'
import type { Store } from '../store/contract.js'
import type { Claim } from '../store/inbox.js'
import { type DeriveContext, deriveList } from './derive-list.js'
import { openDraft } from './draft.js'
import type { PersonCache } from './person-cache.js'
import { openWorking, type WorkingDeps } from './working-set.js'
import type { Workspace } from './workspace.js'

export interface TimeDeps extends WorkingDeps {
  readonly store: WorkingDeps['store'] & Pick<Store, 'commit'>
  readonly cache: PersonCache
  readonly derive: DeriveContext
  readonly count: (event: 'by-time', channel: string) => void
}

/** Instants worked off one by one; after a longer standstill the rest is told as of now. */
const TURNS_MAX = 50

/**
 * @returns the claim as it is after the effects
 * @throws HubError LEASE_LOST, CONCURRENT_CHANGE, STORE_UNAVAILABLE
 */
export async function workTime(deps: TimeDeps, claim: Claim): Promise<Claim> {
  const person = personOfLane(claim.lane)
  if (person === undefined) return claim
  const workspace = await openWorking(deps, person, claim.effectSeq)
  try {
    let turns = 0
    do await turn(deps, claim, workspace, ++turns < TURNS_MAX)
    while (dueAt(workspace) <= deps.clock())
  } catch (error) {
    deps.cache.drop(person)
    throw error instanceof HubError
      ? error
      : new HubError('UNEXPECTED', 'time could not be worked off', { cause: error })
  }
  deps.cache.put(workspace)
  return { ...claim, effectSeq: workspace.effectSeq }
}

const dueAt = ({ nextChangeAt }: Workspace): number =>
  nextChangeAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(nextChangeAt)

async function turn(deps: TimeDeps, claim: Claim, workspace: Workspace, stepwise: boolean): Promise<void> {
  const now = deps.clock()
  const at = stepwise ? Math.min(dueAt(workspace), now) : now
  const draft = openDraft(workspace, new Map(), undefined, now)
  const derived = deriveList(draft, deps.derive, at)
  await deps.store.commit(claim, {
    message: { kind: 'none' },
    personId: workspace.personId,
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
  deps.count('by-time', 'list')
}
