/** What a FHIR write is about: the resource that it meets. */
import { LAYER_SYSTEM } from '../core/canonical.js'
import { HubError } from '../core/errors.js'
import type { Clock } from '../core/ports.js'
import { token } from '../core/search-tokens.js'
import { SHARED } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { AbsentResource } from '../store/effect.js'
import type { FoundResource, SearchClause } from '../store/views.js'
import { LAYERED } from './content.js'
import type { WriteCondition, WriteRequest } from './write-request.js'

export interface TargetDeps {
  readonly store: Pick<Store, 'read' | 'search'>
  readonly clock: Clock
}

/** Patients that were merged away share their numbers with the survivor, so a condition may find several for one. */
const CONDITION_MATCHES_MAX = 10
/** The clock of another process may be ahead of this one. */
const CLOCK_LEEWAY_MS = 60_000

/**
 * The resource that the request is about, if it exists.
 * @throws HubError METHOD_NOT_ALLOWED (update-as-create), GONE, MULTIPLE_MATCHES, RESOURCE_STRUCTURE (other id in the body)
 */
export async function findTarget(
  deps: TargetDeps,
  request: WriteRequest,
): Promise<FoundResource | undefined> {
  if (request.id !== undefined) {
    const found = await deps.store.read(request.type, request.id)
    if (found === undefined)
      throw new HubError('METHOD_NOT_ALLOWED', 'an update cannot create: no resource has this id', {
        at: 'id',
      })
    if (found.deleted) throw new HubError('GONE', 'the resource was deleted', { at: 'id' })
    return found
  }
  if (request.condition === undefined) return undefined
  const found = await findByCondition(deps, request.type, request.condition)
  if (found.length > 1)
    throw new HubError('MULTIPLE_MATCHES', 'more than one resource meets the condition', { at: 'identifier' })
  if (request.method === 'update' && request.body.id !== undefined && request.body.id !== found[0]?.id)
    throw new HubError(
      'RESOURCE_STRUCTURE',
      'the id in the body is not that of the resource that meets the condition',
      {
        at: `${request.type}.id`,
      },
    )
  return found[0]
}

/** What the store must find absent when the write commits: nothing met the condition of this request. */
export function absentBy({ condition, type }: WriteRequest): AbsentResource | undefined {
  // Ids are the hub's to give, so that no other write can make a resource of that id.
  return condition?.kind === 'identifier' ? { type, token: tokenOf(condition) } : undefined
}

async function findByCondition(
  deps: TargetDeps,
  type: string,
  condition: WriteCondition,
): Promise<readonly FoundResource[]> {
  if (condition.kind === 'id') {
    const found = await deps.store.read(type, condition.id)
    return found === undefined || found.deleted ? [] : [found]
  }
  const found = await deps.store.search({
    type,
    clauses: [
      { kind: 'token', param: 'identifier', anyOf: [tokenOf(condition)] },
      // Lines repeat the identifiers of the facts that they are derived from, and no client writes them.
      ...(LAYERED.has(type) ? [FACTS] : []),
    ],
    count: CONDITION_MATCHES_MAX,
    after: undefined,
    asOf: new Date(deps.clock() + CLOCK_LEEWAY_MS).toISOString(),
  })
  return type === 'Patient' ? survivorsOf(deps, found) : found
}

const FACTS: SearchClause = { kind: 'token', param: '_tag', anyOf: [token('_tag', LAYER_SYSTEM, 'fact')] }

const tokenOf = ({ system, value }: { readonly system: string; readonly value: string }): string =>
  token('identifier', system, value)

/** A number of a Patient that was merged away is one of the survivor's. */
async function survivorsOf(
  deps: TargetDeps,
  patients: readonly FoundResource[],
): Promise<readonly FoundResource[]> {
  const survivors = new Map<string, FoundResource>()
  for (const patient of patients) {
    const survivor = isMergedAway(patient) ? await deps.store.read('Patient', patient.personId) : patient
    if (survivor !== undefined) survivors.set(survivor.id, survivor)
  }
  return [...survivors.values()]
}

/** A merge moves the prior person's Patient to the survivor. */
export const isMergedAway = (patient: FoundResource): boolean =>
  patient.personId !== SHARED && patient.personId !== patient.id
