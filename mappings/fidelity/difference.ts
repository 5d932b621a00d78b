/** Where two mappings of nearly the same message differ, as FHIR paths. */
import type { Mapped } from '../../src/core/message.js'

/** Up to `most` paths; extensions by name: `MedicationRequest.extension(kind-of-use).valueCodeableConcept.coding[0].code`. */
export function differences(a: Mapped, b: Mapped, most: number): readonly string[] {
  const found = new Set<string>()
  const add = (path: string): boolean => {
    found.add(path)
    return found.size < most
  }
  for (const { name, one, other } of paired(partsOf(a), partsOf(b)))
    if (!(one === undefined || other === undefined ? add(name) : walk(name, one, other, add))) break
  return [...found]
}

interface Part {
  readonly name: string
  /** What tells it from others of the same name. */
  readonly key: string
  readonly content: unknown
}

/** Everything that the hub keeps of a message; what only orders it among others is left out. */
function partsOf(mapped: Mapped): readonly Part[] {
  const { name, key, role } = mapped.source
  return [
    ...(mapped.enclosed ?? []).flatMap(partsOf),
    ...mapped.resources.map((one) => ({
      name: one.resource.resourceType,
      key: one.key,
      content: one.resource,
    })),
    ...mapped.amendments.map((one) => ({
      name: one.type,
      key: `${one.key} ${one.name}`,
      content: { ...one.set, ...one.merge, '(amends)': one.key },
    })),
    { name: 'Provenance', key: '', content: mapped.authorship },
    { name: 'Patient.identifier', key: '', content: mapped.identifiers },
    { name: '(source)', key: '', content: { name, key, role } },
    { name: '(merge)', key: '', content: mapped.merge ?? {} },
    { name: '(assignment)', key: '', content: mapped.assignment ?? {} },
  ]
}

interface Pair {
  readonly name: string
  readonly one: unknown
  readonly other: unknown
}

/** The same resources of both, then those left over one by one: their key is what differs. */
function paired(a: readonly Part[], b: readonly Part[]): readonly Pair[] {
  const left = [...b]
  const take = (test: (part: Part) => boolean): Part | undefined => {
    const at = left.findIndex(test)
    return at < 0 ? undefined : left.splice(at, 1)[0]
  }
  const numbered = numberedNames(a)
  const first = a.map((part) => take(({ name, key }) => name === part.name && key === part.key))
  const pairs = a.map((part, index): Pair => {
    const other = first[index] ?? take(({ name }) => name === part.name)
    return { name: numbered[index] ?? part.name, one: part.content, other: other?.content }
  })
  return [...pairs, ...left.map(({ name, content }) => ({ name, one: undefined, other: content }))]
}

/** `MedicationStatement[2]` where there are several. */
function numberedNames(parts: readonly Part[]): readonly string[] {
  const counts = new Map<string, number>()
  return parts.map(({ name }) => {
    const number = (counts.get(name) ?? 0) + 1
    counts.set(name, number)
    return parts.filter((part) => part.name === name).length > 1 ? `${name}[${number}]` : name
  })
}

/** False when enough was found. */
function walk(path: string, a: unknown, b: unknown, add: (path: string) => boolean): boolean {
  if (a === b) return true
  // An array that only one of them has: its members are what differs.
  if (Array.isArray(a) && b === undefined) return addMembers(path, a, [], add)
  if (Array.isArray(b) && a === undefined) return addMembers(path, b, [], add)
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
  const only = (list: readonly unknown[], other: readonly unknown[]): readonly string[] => {
    const texts = new Set(other.map((one) => JSON.stringify(one)))
    return list.flatMap((one, index) => (texts.has(JSON.stringify(one)) ? [] : [nameOf(path, one, index)]))
  }
  const names = [...only(a, b), ...only(b, a)]
  return (names.length > 0 ? names : [path]).every(add)
}

const nameOf = (path: string, value: unknown, index: number): string => {
  const url = isObject(value) ? value['url'] : undefined
  return typeof url === 'string' ? `${path}(${url.split('/').at(-1)})` : `${path}[${index}]`
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
