/**
 * The list as of an instant (medication-list.md 10): the version that held then, as it was known then; or, known later,
 * what the engine makes of the facts. For fixed instants the answer never changes, whatever comes in afterwards.
 */
import { HubError } from '../core/errors.js'
import { type LaneKey, type PersonId, personLane } from '../core/ids.js'
import type { Clock } from '../core/ports.js'
import { isYearInRange, rangeOfDateTime, YEAR_RULE } from '../core/zone.js'
import { completenessOf, type Whole } from '../medication-list/completeness.js'
import { completenessExtensions } from '../medication-list/list-resource.js'
import type { AsOfStore } from '../store/as-of-contract.js'
import type { Store } from '../store/contract.js'
import type { DeriveContext } from './derive-list.js'
import { emptyBundle } from './empty-list.js'
import { isKnown, type ListAnswer, notModified, versionTag } from './list-answer.js'
import { bundleText, openBundle } from './list-bundle.js'
import { type OwnedBy, ownedAt } from './owned-at.js'
import { type ReconstructDeps, reconstruct } from './reconstruct-list.js'

export interface AsOfDeps extends ReconstructDeps {
  readonly store: { readonly asOf: AsOfStore } & Pick<Store, 'listVersion' | 'catalogue'>
  readonly workLane: (lane: LaneKey) => Promise<boolean>
  readonly clock: Clock
  readonly hash: (text: string) => string
  readonly wait: (ms: number) => Promise<void>
  readonly derive: DeriveContext
  /** Base of absolute links, without a trailing slash. */
  readonly publicUrl: string
}

/** ISO instants as the reader gave them; both absent: the list as it is now. */
export interface AskedAsOf {
  readonly at?: string | undefined
  readonly knownAt?: string | undefined
}

/** T and K, ISO UTC with milliseconds. */
export interface AsOf {
  readonly at: string
  readonly known: string
}

/**
 * @param now milliseconds since the epoch
 * @throws HubError QUERY_INVALID naming the parameter: an instant ahead, or knowledge older than what is asked about
 */
export function asOf(asked: AskedAsOf, now: number): AsOf {
  const at = asked.at === undefined ? now : instantOf(asked.at, 'at', now)
  const known = asked.knownAt === undefined ? at : instantOf(asked.knownAt, 'knownAt', now)
  if (known < at)
    throw invalid('knownAt', 'lies before at: what was true is asked only as known then or later')
  return { at: new Date(at).toISOString(), known: new Date(known).toISOString() }
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

function instantOf(text: string, name: string, now: number): number {
  const instant = INSTANT.test(text) ? rangeOfDateTime(text, 'UTC')?.from : undefined
  if (instant === undefined) throw invalid(name, 'an instant with its offset is expected')
  if (!isYearInRange(text)) throw invalid(name, YEAR_RULE)
  if (instant > now) throw invalid(name, 'lies ahead: nothing is known of it yet')
  return instant
}

const invalid = (at: string, rule: string): HubError => new HubError('QUERY_INVALID', rule, { at })

/**
 * @param ifNoneMatch whole ETags, or `*`
 * @returns undefined when the person is unknown
 * @throws HubError QUERY_INVALID, TOO_COSTLY, LANE_BUSY
 */
export async function readListAsOf(
  deps: AsOfDeps,
  person: PersonId,
  asked: AskedAsOf,
  ifNoneMatch: readonly string[],
): Promise<ListAnswer | undefined> {
  const { at, known } = asOf(asked, deps.clock())
  const holder = await settle(deps, person, known)
  if (holder === undefined) return undefined
  const owned = ownedAt(person, holder, await deps.store.asOf.owners(holder), known)
  const [sources, open] = await Promise.all([
    deps.store.asOf.knownSources(owned.owner, known),
    deps.store.asOf.openRows(owned.owner, known),
  ])
  const whole = completenessOf({
    sources: sources.map((source) => ({ ...source, waiting: 0 })),
    waiting: open,
    dead: 0,
    at: known,
  })
  return at === known
    ? versionThen(deps, owned, at, whole, ifNoneMatch)
    : reconstructed(deps, owned, { at, known }, whole, ifNoneMatch)
}

const SETTLE_TRIES = 5
const SETTLE_PAUSE_MS = 20

/**
 * Nothing will be dated at or before `known` any more, and what time alone changed by then is a version of its own.
 * @returns who has the person's facts now
 */
export async function settle(
  { store, workLane, wait }: Pick<AsOfDeps, 'store' | 'workLane' | 'wait'>,
  person: PersonId,
  known: string,
): Promise<PersonId | undefined> {
  for (let tries = 1; ; tries++) {
    const told = await store.asOf.tell(person, known)
    if (told === undefined) return undefined
    const { holder, nextChangeAt } = told
    if (nextChangeAt === undefined || nextChangeAt > known) return holder
    if (tries >= SETTLE_TRIES)
      throw new HubError('LANE_BUSY', 'what time changed in this list is still being worked off')
    await workLane(personLane(holder))
    if (tries > 1) await wait(SETTLE_PAUSE_MS * tries)
  }
}

async function versionThen(
  deps: AsOfDeps,
  { owner }: OwnedBy,
  at: string,
  whole: Whole,
  ifNoneMatch: readonly string[],
): Promise<ListAnswer> {
  const version = await deps.store.asOf.inForce(owner, at)
  const extensions = completenessExtensions(whole)
  const etag = versionTag(version?.version ?? 0, whole, extensions, deps.hash)
  if (isKnown(etag, ifNoneMatch)) return notModified(etag)
  if (version === undefined) return { etag, body: emptyBundle(owner, whole, at), notModified: false }
  const texts = (await deps.store.listVersion(owner, version.version)) ?? []
  const bundle = openBundle({ texts, timestamp: version.createdAt, publicUrl: deps.publicUrl })
  return { etag, body: bundleText(bundle, extensions), notModified: false }
}

async function reconstructed(
  deps: AsOfDeps,
  owned: OwnedBy,
  instants: AsOf,
  whole: Whole,
  ifNoneMatch: readonly string[],
): Promise<ListAnswer> {
  const catalogue = await deps.store.catalogue.current()
  if (catalogue !== undefined && catalogue.currentSince > instants.known)
    throw invalid(
      'knownAt',
      'lies before the drug catalogue in force: what was known of products then is gone',
    )
  const body = await reconstruct(deps, owned, instants, whole)
  const etag = `W/"reconstructed.${deps.hash(body).slice(0, 12)}"`
  return isKnown(etag, ifNoneMatch) ? notModified(etag) : { etag, body, notModified: false }
}
