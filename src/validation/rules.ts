/** What the generated validators call at run time; the words are those of keywords.ts. */
import { hubExtensionHolds } from './hub-extensions.js'
import { INVARIANTS } from './invariants.js'
import { isNode, listOf, type Node, nodeOf, own } from './json.js'

/** FHIR elements have a value or children; an id alone is none (ele-1). */
function hasContent(node: Node): boolean {
  for (const name in node) if (name !== 'id') return true
  return false
}

/** How many of the alternatives of a choice are there; a value and its `_` twin are one. */
function choiceTaken(node: Node, prefix: string, properties: readonly string[]): number {
  let taken = 0
  let first = ''
  for (const name in node) {
    const bare = name.charCodeAt(0) === UNDERSCORE ? name.slice(1) : name
    if (!bare.startsWith(prefix) || bare === first || !properties.includes(bare)) continue
    if (taken === 0) first = bare
    taken++
  }
  return taken
}

const UNDERSCORE = '_'.charCodeAt(0)

/** In a list of primitives each place has a value or an extension; `null` stands only for the one of the two that lacks. */
function nullsPaired(values: unknown, extensions: unknown): boolean {
  if (extensions === undefined) return !listOf(values).includes(null)
  const given = listOf(values)
  const extended = listOf(extensions)
  for (let index = 0; index < Math.max(given.length, extended.length); index++)
    if ((given[index] ?? null) === null && (extended[index] ?? null) === null) return false
  return true
}

/** A required binding of a CodeableConcept: one coding at least is of the value set. */
const codingIn = (concept: unknown, codes: readonly string[]): boolean =>
  listOf(own(nodeOf(concept), 'coding')).some((coding) => {
    const node = nodeOf(coding)
    return codes.includes(`${String(own(node, 'system'))}|${String(own(node, 'code'))}`)
  })

const LITERAL =
  /^(?:https?:\/\/[^?#]*\/)?([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** `type` may also be the URL of a profile of others, which tells nothing by itself. */
const PLAIN_TYPE = /^(?:http:\/\/hl7\.org\/fhir\/StructureDefinition\/)?([A-Z][A-Za-z]+)$/

/** Whether a reference, as far as it says where to, leads to one of these types. */
function targetAllowed(reference: unknown, types: readonly string[]): boolean {
  if (!isNode(reference)) return true
  const type = own(reference, 'type')
  const stated = typeof type === 'string' ? PLAIN_TYPE.exec(type)?.[1] : undefined
  if (stated !== undefined && !types.includes(stated)) return false
  const literal = own(reference, 'reference')
  const named = typeof literal === 'string' ? LITERAL.exec(literal)?.[1] : undefined
  return named === undefined || types.includes(named)
}

/** A modifier extension that the hub does not know may turn the meaning round: never ignored (fhir-api.md W-18). */
const modifiersKnown = (extensions: unknown, known: readonly string[]): boolean =>
  listOf(extensions).every((extension) => known.includes(String(own(nodeOf(extension), 'url'))))

/** `pattern[x]` and `fixed[x]` of a profile: what the pattern has, the element has too. */
function matchesPattern(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern))
    return pattern.every((wanted) => listOf(value).some((item) => matchesPattern(item, wanted)))
  if (isNode(pattern))
    return (
      isNode(value) && Object.keys(pattern).every((name) => matchesPattern(own(value, name), pattern[name]))
    )
  return value === pattern
}

export const rules = {
  hasContent,
  choiceTaken,
  nullsPaired,
  codingIn,
  targetAllowed,
  modifiersKnown,
  matchesPattern,
  hubExtensionHolds,
  invariants: INVARIANTS,
}
