/**
 * Names the facts that a version of the list was made of, each by its version: who decides on the list gives it back, so
 * that a fact that moved meanwhile is noticed (medication-list.md 9).
 */
import type { List, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../core/canonical.js'
import { sha256Hex } from '../core/deterministic-id.js'
import type { StoredResource } from '../core/stored.js'

/** Hex digits kept. */
const DIGITS = 32

/**
 * @param lines statements of the list's lines
 * @param find stored resource by `<type>/<id>`
 */
export function factsShown(
  lines: readonly MedicationStatement[],
  find: (ref: string) => StoredResource | undefined,
): readonly StoredResource[] {
  const refs = new Set(
    lines.flatMap(({ basedOn, derivedFrom }) =>
      [...(basedOn ?? []), ...(derivedFrom ?? [])].flatMap(({ reference }) => reference ?? []),
    ),
  )
  return [...refs].sort().flatMap((ref) => find(ref) ?? [])
}

/**
 * `<hash>.<since when it is this one>`; the second part only serves to name what moved afterwards.
 * @param former of the list's version before, which goes on while the facts are the same
 */
export function fingerprintOf(
  facts: readonly StoredResource[],
  now: number,
  former: string | undefined,
): string {
  const hash = sha256Hex(facts.map(({ type, id, version }) => `${type}/${id}/${version}`).join()).slice(
    0,
    DIGITS,
  )
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
