/**
 * The head rows of several lanes to their effects, committed in one transaction. A lane that is anything but plain (it
 * fails, belongs elsewhere, changes a register) steps aside and is worked alone; so do all when the commit is refused.
 */
import { codeOf } from '../core/errors.js'
import type { LaneKey } from '../core/ids.js'
import type { Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'
import type { Claim, LaneRow } from '../store/inbox.js'
import { type BuiltEffect, buildEffect, type SharedResources } from './commit-works.js'
import type { Parking } from './parked-channels.js'
import { goesAlone, openPerson, type ProcessDeps, prepareQuietly, type Work } from './process-message.js'
import type { Workspace } from './workspace.js'

export interface GroupDeps extends ProcessDeps {
  readonly log: Log
  readonly parking: Pick<Parking, 'isParked'>
  readonly store: ProcessDeps['store'] & Pick<Store, 'commitGroup'>
}

export interface ProcessedGroup {
  readonly rows: readonly LaneRow[]
  /** Lanes of the committed effects in which more is due. */
  readonly more: ReadonlySet<LaneKey>
  /** Nothing of these is stored, their leases are held still. */
  readonly aside: readonly Claim[]
}

/** @param claims of plain lanes, with at most EFFECT_ROWS_MAX rows each */
export async function processGroup(deps: GroupDeps, claims: readonly Claim[]): Promise<ProcessedGroup> {
  const opened = await Promise.all(claims.map((claim) => openLane(deps, claim)))
  const built: { readonly claim: Claim; readonly effect: BuiltEffect }[] = []
  let shared: SharedResources = new Map()
  for (const [index, claim] of claims.entries()) {
    const lane = opened[index]
    const own: SharedResources = new Map(shared)
    const effect = lane === undefined ? undefined : await buildQuietly(deps, lane, own)
    if (effect === undefined) continue
    built.push({ claim, effect })
    shared = own
  }
  const more = built.length === 0 ? new Set<LaneKey>() : await commitQuietly(deps, built)
  if (more === undefined) {
    for (const lane of opened) if (lane !== undefined) deps.cache.drop(lane.workspace.personId)
    deps.shared.forget()
    return { rows: [], more: new Set(), aside: claims }
  }
  for (const { effect } of built) effect.settle()
  const done = new Set(built.map(({ claim }) => claim))
  return {
    rows: [...done].flatMap(({ rows }) => rows),
    more,
    aside: claims.filter((claim) => !done.has(claim)),
  }
}

interface OpenLane {
  readonly works: readonly Work[]
  readonly workspace: Workspace
}

/** Undefined where the lane is to be worked alone. */
async function openLane(deps: GroupDeps, claim: Claim): Promise<OpenLane | undefined> {
  const works: Work[] = []
  for (const row of claim.rows) {
    if (deps.parking.isParked(row.envelope.channel)) return undefined
    const prepared = await prepareQuietly(deps, claim, row)
    if (prepared === undefined || prepared.person === undefined || goesAlone(prepared.work)) return undefined
    if (prepared.person !== (works[0]?.place.person ?? prepared.person)) return undefined
    works.push(prepared.work)
  }
  const person = works[0]?.place.person
  if (person === undefined) return undefined
  try {
    return { works, workspace: await openPerson(deps, person, claim) }
  } catch {
    // Told when the lane is worked alone.
    return undefined
  }
}

async function buildQuietly(
  deps: ProcessDeps,
  { works, workspace }: OpenLane,
  shared: SharedResources,
): Promise<BuiltEffect | undefined> {
  try {
    const built = await buildEffect(deps, workspace, works, shared)
    // Devices are registered under the locks of the single commit.
    if (built !== undefined && built.effect.devices.length === 0) return built
  } catch {
    // Told when the lane is worked alone.
  }
  deps.cache.drop(workspace.personId)
  return undefined
}

/** Undefined when nothing was committed, or when it is not known: a lane worked alone then finds its lease gone. */
async function commitQuietly(
  deps: GroupDeps,
  built: readonly { readonly claim: Claim; readonly effect: BuiltEffect }[],
): Promise<ReadonlySet<LaneKey> | undefined> {
  try {
    return await deps.store.commitGroup(built.map(({ claim, effect }) => ({ claim, effect: effect.effect })))
  } catch (error) {
    // What each lane has to do with it is told when they are worked alone.
    deps.log.warn('group not committed, its lanes are worked alone', {
      lanes: built.length,
      code: codeOf(error),
    })
    return undefined
  }
}
