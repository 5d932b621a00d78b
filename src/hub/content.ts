/** Turning the content of a resource into a stored version: meta, layer tag, amendments, equality. */
import type { FhirResource } from 'fhir/r4.js'
import { LAYER_SYSTEM } from '../core/canonical.js'
import type { MessageId } from '../core/ids.js'
import type { Layer, StoredAmendment, StoredResource } from '../core/stored.js'

type Loose = Record<string, unknown>

/** Types that carry the layer tag (medication-list.md 2). */
export const LAYERED: ReadonlySet<string> = new Set(['MedicationRequest', 'MedicationStatement', 'List'])

export interface VersionFacts {
  readonly id: string
  readonly key: string
  readonly order: string
  readonly layer: Layer
  readonly sourceKey: string
  readonly messageId: MessageId | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * The next version of a resource, or undefined when its content is what is stored already.
 * Versions count from 1; lastUpdated never goes backwards (fhir-api.md R-08).
 */
export function nextVersion(
  content: FhirResource,
  previous: StoredResource | undefined,
  facts: VersionFacts,
): StoredResource | undefined {
  const body = withLayer(content, facts.layer)
  if (previous !== undefined && sameContent(previous.resource, body)) return undefined
  const version = (previous?.version ?? 0) + 1
  const millis =
    previous === undefined ? facts.now : Math.max(facts.now, Date.parse(previous.lastUpdated) + 1)
  const lastUpdated = new Date(millis).toISOString()
  const { resourceType, id: _id, meta, ...rest } = body
  const resource = {
    resourceType,
    id: facts.id,
    meta: { ...meta, versionId: String(version), lastUpdated },
    ...rest,
  } as FhirResource // The same resource with the server's own meta in front.
  return {
    type: resource.resourceType,
    id: facts.id,
    version,
    key: facts.key,
    order: facts.order,
    layer: facts.layer,
    resource,
    sourceKey: facts.sourceKey,
    messageId: facts.messageId,
    lastUpdated,
  }
}

/** Equal but for what the server itself puts in meta. */
export function sameContent(a: FhirResource, b: FhirResource): boolean {
  return (
    sameObject(a as unknown as Loose, b as unknown as Loose, OF_THE_SERVER) &&
    sameObject((a.meta ?? {}) as Loose, (b.meta ?? {}) as Loose, OF_THE_SERVER_IN_META)
  )
}

const OF_THE_SERVER: ReadonlySet<string> = new Set(['id', 'meta'])
const OF_THE_SERVER_IN_META: ReadonlySet<string> = new Set(['versionId', 'lastUpdated', 'source'])
const NOTHING: ReadonlySet<string> = new Set()

function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => deepEqual(item, b[index]))
  }
  return sameObject(a as Loose, b as Loose, NOTHING) // Both are non-array objects here.
}

/** Elements without a value are as good as absent. */
function sameObject(left: Loose, right: Loose, but: ReadonlySet<string>): boolean {
  let more = 0
  for (const key in left) {
    if (left[key] === undefined || but.has(key)) continue
    if (!deepEqual(left[key], right[key])) return false
    more += 1
  }
  for (const key in right) if (right[key] !== undefined && !but.has(key)) more -= 1
  return more === 0
}

function withLayer(resource: FhirResource, layer: Layer): FhirResource {
  if (!LAYERED.has(resource.resourceType) || layer === 'hub') return resource
  const tags = (resource.meta?.tag ?? []).filter((tag) => tag.system !== LAYER_SYSTEM)
  return { ...resource, meta: { ...resource.meta, tag: [...tags, { system: LAYER_SYSTEM, code: layer }] } }
}

/**
 * The content with its amendments on top, in order of time.
 * @param notBefore amendments older than this order are what the content already answers (a later write by a client)
 */
export function amend<T extends FhirResource>(
  content: T,
  amendments: readonly StoredAmendment[],
  notBefore: string | undefined,
): T {
  let result: Loose = content as unknown as Loose
  for (const amendment of amendments) {
    if (notBefore !== undefined && amendment.at < notBefore) continue
    result = mergeParts(applySet(result, amendment.set), amendment.merge ?? {})
  }
  return result as unknown as T // Only elements of the same resource type are set.
}

function applySet(content: Loose, set: Readonly<Record<string, unknown>>): Loose {
  const result: Loose = { ...content }
  for (const [element, value] of Object.entries(set)) {
    if (value === null) delete result[element]
    else if (element === 'extension') result[element] = mergeExtensions(result[element], value)
    else result[element] = value
  }
  return result
}

function mergeParts(
  content: Loose,
  merge: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Loose {
  const result: Loose = { ...content }
  for (const [element, parts] of Object.entries(merge)) {
    const present = result[element]
    result[element] =
      typeof present === 'object' && present !== null ? { ...present, ...parts } : { ...parts }
  }
  return result
}

/** Entries of `added` replace those of the same url and keep the rest. */
function mergeExtensions(present: unknown, added: unknown): readonly unknown[] {
  const current = Array.isArray(present) ? (present as readonly { url: string }[]) : []
  const fresh = Array.isArray(added) ? (added as readonly { url: string }[]) : []
  const replaced = new Set(fresh.map((extension) => extension.url))
  return [...current.filter((extension) => !replaced.has(extension.url)), ...fresh]
}
