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
  const resource = {
    resourceType: body.resourceType,
    id: facts.id,
    meta: { ...body.meta, versionId: String(version), lastUpdated },
    ...without(body, ['resourceType', 'id', 'meta']),
  } as FhirResource // The same resource with the server's own meta in front.
  return {
    type: resource.resourceType,
    id: facts.id,
    version,
    key: facts.key,
    order: facts.order,
    layer: facts.layer,
    text: JSON.stringify(resource),
    resource,
    sourceKey: facts.sourceKey,
    messageId: facts.messageId,
    lastUpdated,
  }
}

/** Equal but for what the server itself puts in meta. */
export function sameContent(a: FhirResource, b: FhirResource): boolean {
  return deepEqual(comparable(a), comparable(b))
}

function comparable(resource: FhirResource): Loose {
  const { id: _id, meta, ...rest } = resource as unknown as Loose & { meta?: Loose }
  const kept = meta === undefined ? {} : without(meta, ['versionId', 'lastUpdated', 'source'])
  return Object.keys(kept).length === 0 ? rest : { ...rest, meta: kept }
}

function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => deepEqual(item, b[index]))
  }
  const left = a as Loose // Both are non-array objects here.
  const right = b as Loose
  const keys = Object.keys(left).filter((key) => left[key] !== undefined)
  if (keys.length !== Object.keys(right).filter((key) => right[key] !== undefined).length) return false
  return keys.every((key) => deepEqual(left[key], right[key]))
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

function without(object: object, keys: readonly string[]): Loose {
  const copy: Loose = { ...object }
  for (const key of keys) delete copy[key]
  return copy
}
