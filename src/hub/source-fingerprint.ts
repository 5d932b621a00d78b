/**
 * Names the facts that a version of the list was made of, each by its version: who decides on the list gives it back, so
 * that a fact that moved meanwhile is noticed (medication-list.md 9).
 */
import type { List, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../core/canonical.js'
import { sha256Hex } from '../core/deterministic-id.js'
import type { StoredResource } from '../core/stored.js'
import { remembered } from '../medication-list/remember.js'

/** Hex digits kept. */
const DIGITS = 32

type Find = (ref: string) => StoredResource | undefined

/** The facts behind lines, each once. */
export function factsShown(lines: readonly MedicationStatement[], find: Find): readonly StoredResource[] {
  return [...new Set(lines.flatMap((line) => factsOf(line, find)))]
}

const refsBefore = remembered<readonly string[]>()

function factsOf(line: MedicationStatement, find: Find): readonly StoredResource[] {
  const refs = refsBefore(line, [], () =>
    [...(line.basedOn ?? []), ...(line.derivedFrom ?? [])]
      .flatMap(({ reference }) => reference ?? [])
      // An intake that is told anew is told by its line; older ones are not at hand each time.
      .filter((ref) => !ref.startsWith('MedicationAdministration/')),
  )
  return refs.flatMap((ref) => find(ref) ?? [])
}

const digestBefore = remembered<string>()

/** Made again only when one of the line's facts is another object. */
function digestOf(line: MedicationStatement, find: Find): string {
  const facts = factsOf(line, find)
  return digestBefore(line, facts, () =>
    sha256Hex(
      facts
        .map(({ type, id, version }) => `${type}/${id}/${version}`)
        .sort()
        .join(),
    ),
  )
}

/**
 * `<hash>.<since when it is this one>`; the second part only serves to name what moved afterwards.
 * @param lines statements of the list's lines
 * @param find stored resource by `<type>/<id>`
 * @param former of the list's version before, which goes on while the facts are the same
 */
export function fingerprintOf(
  lines: readonly MedicationStatement[],
  find: Find,
  now: number,
  former: string | undefined,
): string {
  const digests = lines.map((line) => digestOf(line, find)).sort()
  const hash = sha256Hex(digests.join()).slice(0, DIGITS)
  return former?.startsWith(`${hash}.`) === true ? former : `${hash}.${now.toString(36)}`
}

/** Refs of the facts that moved since a fingerprint was given; all where it is none of ours. */
export function movedSince(fingerprint: string, facts: readonly StoredResource[]): readonly string[] {
  const since = Number.parseInt(fingerprint.split('.')[1] ?? '', 36)
  const moved = facts.filter(({ lastUpdated }) => !(Date.parse(lastUpdated) <= since))
  return (moved.length > 0 ? moved : facts).map(({ type, id }) => `${type}/${id}`)
}

/** As it stands in a List. */
export const listFingerprint = (list: List | undefined): string | undefined =>
  list?.extension?.find(({ url }) => url === extensionUrl('source-fingerprint'))?.valueString
