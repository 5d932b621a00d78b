/** `$medication-list`: the newest version as it is stored, with the completeness part true for this moment. */
import { HubError } from '../core/errors.js'
import { type LaneKey, type PersonId, personLane } from '../core/ids.js'
import type { Clock, Log } from '../core/ports.js'
import { completenessOf } from '../medication-list/completeness.js'
import type { ListConfig } from '../medication-list/contract.js'
import { completenessExtensions } from '../medication-list/list-resource.js'
import type { Store } from '../store/contract.js'
import type { CurrentList } from '../store/views.js'
import { emptyBundle } from './empty-list.js'
import { isKnown, type ListAnswer, notModified, versionTag } from './list-answer.js'
import { bundleText, openBundle } from './list-bundle.js'
import type { HeldBundle, ListCache } from './list-cache.js'

export interface ReadListDeps {
  readonly store: Pick<Store, 'currentList'>
  readonly workLane: (lane: LaneKey) => Promise<boolean>
  readonly clock: Clock
  readonly log: Log
  readonly config: ListConfig
  readonly hash: (text: string) => string
  /** Base of absolute links, without a trailing slash. */
  readonly publicUrl: string
  readonly cache: ListCache
}

/**
 * @param ifNoneMatch whole ETags, or `*`
 * @returns undefined when the person is unknown
 */
export async function readMedicationList(
  deps: ReadListDeps,
  person: PersonId,
  ifNoneMatch: readonly string[],
): Promise<ListAnswer | undefined> {
  const held = deps.cache.get(person)
  const list = await currentList(deps, person, held?.name)
  if (list === undefined) return undefined
  const at = new Date(deps.clock()).toISOString()
  const sources = list.sources.map((source) => ({ ...source, waiting: 0 }))
  const whole = completenessOf({ sources, waiting: list.waiting, dead: list.dead, at })
  const extensions = completenessExtensions(whole)
  const etag = versionTag(list.version, whole, extensions, deps.hash)
  if (isKnown(etag, ifNoneMatch)) return notModified(etag)
  const body =
    list.version === 0
      ? emptyBundle(person, whole, at)
      : bundleText(bundleOf(deps, person, list, held), extensions)
  return { etag, body, notModified: false }
}

function bundleOf(deps: ReadListDeps, person: PersonId, list: CurrentList, held: HeldBundle | undefined) {
  const name = nameOf(list)
  if (held?.name === name) return held.bundle
  const { texts, createdAt: timestamp } = list
  const bundle = openBundle({ texts, timestamp, publicUrl: deps.publicUrl })
  deps.cache.put(person, { name, bundle })
  return bundle
}

const nameOf = ({ owner, version }: CurrentList): string => `${owner}/${version}`

/** A read at or after the instant at which time alone changes the list lets the lane derive first. */
async function currentList(
  deps: ReadListDeps,
  person: PersonId,
  known: string | undefined,
): Promise<CurrentList | undefined> {
  const list = await deps.store.currentList(person, known)
  if (list?.nextChangeAt === undefined || Date.parse(list.nextChangeAt) > deps.clock()) return list
  try {
    await deps.workLane(personLane(person))
  } catch (error) {
    // The stored list is still the newest there is; its age shows in the answer.
    if (!(error instanceof HubError)) throw error
    deps.log.warn('list could not be derived before a read', { code: error.code })
  }
  return deps.store.currentList(person, known)
}
