/**
 * What was true at T by what was known at K: the engine over the facts as they were known at K, each as it stood at T,
 * going on from the list version before the one that held at T, so that lines keep their ids. Nothing is stored.
 */
import type { Bundle, DomainResource, Extension, FhirResource, List, ListEntry, Reference } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../core/canonical.js'
import { HubError } from '../core/errors.js'
import type { StoredResource } from '../core/stored.js'
import { INTAKE_DAYS } from '../core/working-set.js'
import type { Whole } from '../medication-list/completeness.js'
import { factsInForce, ownTime } from '../medication-list/facts/fact-time.js'
import { fingerprintOf } from '../medication-list/lines/flags.js'
import { completenessExtensions } from '../medication-list/list-resource.js'
import type { AsOfStore, KnownVersion } from '../store/as-of-contract.js'
import type { Store } from '../store/contract.js'
import { type DeriveContext, deriveList } from './derive-list.js'
import { openDraft } from './draft.js'
import { shownBy } from './list-bundle.js'
import { FACT_TYPES, storedList } from './list-input.js'
import type { OwnedBy } from './owned-at.js'
import type { AsOf } from './read-as-of.js'
import { emptyWorkspace, putResource, type Workspace } from './workspace.js'

export interface ReconstructDeps {
  readonly store: { readonly asOf: AsOfStore } & Pick<Store, 'listVersion'>
  readonly derive: DeriveContext
  readonly publicUrl: string
}

/** Versions of facts, and of what was derived, that one call may read. */
export const HISTORY_ROWS_MAX = 20_000
/** What is told day by day is heard of when it happened, or later; a clock may be a little ahead. */
const AHEAD_DAYS = 2
const DAY_MS = 86_400_000

/**
 * @returns the Bundle as JSON text
 * @throws HubError TOO_COSTLY when there is more history than one call may read
 */
export async function reconstruct(
  { store, derive, publicUrl }: ReconstructDeps,
  owned: OwnedBy,
  { at, known }: AsOf,
  whole: Whole,
): Promise<string> {
  const instant = Date.parse(at)
  const version = await store.asOf.inForce(owned.owner, at)
  const latest = version ?? (await store.asOf.inForce(owned.owner, known))
  const dailyFrom = instant - INTAKE_DAYS * DAY_MS
  const [facts, lines] = await Promise.all([
    store.asOf.knownFacts(owned.holder, {
      known,
      at,
      types: [...FACT_TYPES],
      dailySince: new Date(dailyFrom - AHEAD_DAYS * DAY_MS).toISOString(),
      rowsMax: HISTORY_ROWS_MAX,
    }),
    store.asOf.knownLines(owned.holder, { former: version?.formerAt, known, rowsMax: HISTORY_ROWS_MAX }),
  ])
  if (facts === undefined || lines === undefined)
    throw new HubError('TOO_COSTLY', 'this person has more history than one answer may be made of')
  const { zone } = derive.config
  const own = facts.filter(
    (fact) => belongs(fact, owned) && (!isDaily(fact.resource) || ownTime(fact, zone) >= dailyFrom),
  )
  const workspace = workspaceOf(owned, whole, [
    ...factsInForce(own, instant, zone),
    ...lines.filter((line) => belongs(line, owned)),
  ])
  const shownThen = version === undefined ? undefined : await listThen(store, owned, version.version)
  const fresh = shownThen === undefined ? [] : addFreshEntries(workspace, shownThen)
  const context: DeriveContext = {
    derive: derive.derive,
    products: derive.products,
    config: derive.config,
    // The List is the only resource that would get a new id.
    newId: () => latest?.listId ?? owned.owner,
    validate: () => [],
  }
  const { result } = deriveList(openDraft(workspace, new Map(), undefined, instant), context)
  const list = storedList(workspace)
  if (list === undefined) throw new HubError('UNEXPECTED', 'the engine left no list behind')
  const resources = shownBy(workspace, list, result).map((stored) =>
    stored === list ? asList(list.resource, fresh, { at, known }, whole) : asShown(stored),
  )
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: at,
    entry: resources.map((resource) => ({
      fullUrl: `${publicUrl}/fhir/${resource.resourceType}/${resource.id}`,
      resource,
    })),
  }
  return JSON.stringify(bundle)
}

/** What devices tell each day. */
const isDaily = (resource: FhirResource): boolean =>
  resource.resourceType === 'MedicationAdministration' ||
  (resource.resourceType === 'MedicationDispense' &&
    (resource.performer ?? []).some(({ actor }) => partyType(actor) === 'Device'))

const partyType = ({ type, reference }: Reference): string | undefined => type ?? reference?.split('/').at(-2)

/** Before a merger each person's facts name that person. */
const belongs = ({ resource }: KnownVersion, { persons }: OwnedBy): boolean => {
  if (persons === undefined) return true
  const text = JSON.stringify(resource)
  return [...persons].some((person) => text.includes(`"Patient/${person}"`))
}

function workspaceOf({ owner }: OwnedBy, { sources }: Whole, resources: readonly KnownVersion[]): Workspace {
  const workspace = emptyWorkspace(owner)
  for (const { condition: _condition, waiting: _waiting, ...source } of sources)
    workspace.sources.set(source.key, source)
  for (const { deleted: _deleted, ...stored } of resources)
    putResource(workspace, { ...stored, order: orderOf(stored) })
  return workspace
}

async function listThen(
  store: Pick<Store, 'listVersion'>,
  { owner }: OwnedBy,
  version: number,
): Promise<List | undefined> {
  const [text] = (await store.listVersion(owner, version)) ?? []
  // The first text of a version is its List.
  return text === undefined ? undefined : (JSON.parse(text) as List)
}

/**
 * Lines that the version in force was the first to show count as shown before, so that one which had ended by what is
 * known now is told with its end.
 * @returns those entries
 */
function addFreshEntries(workspace: Workspace, shownThen: List): readonly ListEntry[] {
  const stored = storedList(workspace)
  const former = stored?.resource.resourceType === 'List' ? (stored.resource.entry ?? []) : []
  const before = new Set(former.map(lineOf))
  const fresh = (shownThen.entry ?? []).filter((entry) => !before.has(lineOf(entry)))
  const resource: List = {
    ...shownThen,
    entry: [...former, ...fresh.map((entry) => ({ ...entry, flag: NEW_FLAG }))],
  }
  const id = stored?.id ?? shownThen.id ?? workspace.personId
  putResource(workspace, {
    ...{ type: 'List', version: 1, key: `id|${id}`, order: '', sourceKey: 'hub', messageId: undefined },
    ...stored,
    id,
    layer: 'line',
    lastUpdated: stored?.lastUpdated ?? shownThen.date ?? '',
    resource,
  })
  return fresh
}

const lineOf = ({ item }: ListEntry): string | undefined => item.reference?.split('/')[1]
const NEW_FLAG = { coding: [{ system: codeSystemUrl('medlist-entry-flag'), code: 'new' }] }

/** Lines are compared by their fingerprint, which stands in the order of the newest version only. */
const orderOf = ({ layer, order, resource }: StoredResource): string =>
  layer === 'line' && resource.resourceType === 'MedicationStatement' ? fingerprintOf(resource) : order

/** What is derived here is no stored version, and must not look like one. */
function asShown({ layer, resource }: StoredResource): FhirResource {
  if (layer !== 'line') return resource
  const { versionId: _versionId, lastUpdated: _lastUpdated, ...meta } = resource.meta ?? {}
  return { ...resource, meta }
}

function asList(
  resource: FhirResource,
  fresh: readonly ListEntry[],
  { at, known }: AsOf,
  whole: Whole,
): List {
  // The stored list of a workspace is a List.
  const list = resource as List
  // Its entries name no versions, so that it is no HubList.
  const { id, meta: _meta, ...said } = list
  const first = new Map(fresh.map((entry) => [lineOf(entry), entry]))
  return {
    ...said,
    ...(id === undefined ? {} : { id }),
    extension: [...others(list), ...completenessExtensions(whole), reconstructedExtension(at, known)],
    ...(list.entry === undefined
      ? {}
      : { entry: list.entry.map((entry) => asEntry(entry, first.get(lineOf(entry)))) }),
  }
}

const GOES_ON = new Set(['unchanged', 'changed'])

function asEntry(entry: ListEntry, fresh: ListEntry | undefined): ListEntry {
  const item = { ...entry.item, reference: entry.item.reference?.split('/_history/')[0] ?? '' }
  return fresh !== undefined && GOES_ON.has(entry.flag?.coding?.[0]?.code ?? '')
    ? { flag: NEW_FLAG, ...(fresh.date === undefined ? {} : { date: fresh.date }), item }
    : { ...entry, item }
}

/** Made anew, or no basis for decisions on this list. */
const NOT_KEPT = new Set(['source-state', 'completeness', 'source-fingerprint'].map(extensionUrl))

const others = ({ extension }: DomainResource): Extension[] =>
  (extension ?? []).filter(({ url }) => !NOT_KEPT.has(url))

const reconstructedExtension = (at: string, known: string): Extension => ({
  url: extensionUrl('reconstructed'),
  extension: [
    { url: 'at', valueInstant: at },
    { url: 'knownAt', valueInstant: known },
  ],
})
