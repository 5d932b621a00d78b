/** Where two mappings of nearly the same message differ, as FHIR paths. */
import type { Mapped } from '../../src/core/message.js'

/** Up to `most` paths; extensions by name: `MedicationRequest.extension(kind-of-use).valueCodeableConcept.coding[0].code`. */
export function differences(a: Mapped, b: Mapped, most: number): readonly string[] {
  const found = new Set<string>()
  const add = (path: string): boolean => {
    found.add(path)
    return found.size < most
  }
  const [left, right] = [partsOf(a), partsOf(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const [one, other] = [left[i], right[i]]
    const name = one?.name ?? other?.name ?? ''
    if (one?.name !== other?.name ? !add(name) : !walk(name, one?.content, other?.content, add)) break
  }
  return [...found]
}

interface Part {
  readonly name: string
  readonly content: unknown
}

/** Everything that the hub keeps of a message; what only orders it among others is left out. */
function partsOf(mapped: Mapped): readonly Part[] {
  return [
    ...(mapped.enclosed ?? []).flatMap(partsOf),
    ...mapped.resources.map(({ resource }) => ({ name: resource.resourceType, content: resource })),
    ...mapped.amendments.map(({ type, key, set, merge }) => ({
      name: type,
      content: { ...set, ...merge, '(amends)': key },
    })),
    { name: 'Provenance', content: mapped.authorship },
    { name: 'Patient.identifier', content: mapped.identifiers },
    {
      name: '(source)',
      content: { name: mapped.source.name, key: mapped.source.key, role: mapped.source.role },
    },
    { name: '(merge)', content: mapped.merge },
    { name: '(assignment)', content: mapped.assignment },
  ]
}

/** False when enough was found. */
function walk(path: string, a: unknown, b: unknown, add: (path: string) => boolean): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return walkArrays(path, a, b, add)
  if (isObject(a) && isObject(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
      if (!walk(`${path}.${name}`, a[name], b[name], add)) return false
    return true
  }
  return add(path)
}

function walkArrays(
  path: string,
  a: readonly unknown[],
  b: readonly unknown[],
  add: (path: string) => boolean,
): boolean {
  if (a.length !== b.length) return addMembers(path, a, b, add)
  for (const [index, one] of a.entries())
    if (!walk(nameOf(path, one, index), one, b[index], add)) return false
  return true
}

/** Of arrays of different length the members that one has and the other has not. */
function addMembers(
  path: string,
  a: readonly unknown[],
  b: readonly unknown[],
  add: (path: string) => boolean,
): boolean {
  const texts = new Set(b.map((one) => JSON.stringify(one)))
  const own = a.flatMap((one, index) => (texts.has(JSON.stringify(one)) ? [] : [nameOf(path, one, index)]))
  const names = own.length > 0 ? own : [path]
  return names.every(add)
}

const nameOf = (path: string, value: unknown, index: number): string => {
  const url = isObject(value) ? value['url'] : undefined
  return typeof url === 'string' ? `${path}(${url.split('/').at(-1)})` : `${path}[${index}]`
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
