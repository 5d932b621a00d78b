/** Which version of each fact the list was made from. */
import { remembered } from '../remember.js'
import type { FactOrigin, FactSet } from './fact.js'

const versionsBefore = remembered<ReadonlyMap<string, number>>()

/** Version of a fact, by ref. Made when a finding asks, of the many intakes last: most derivations find little, among thousands of facts. */
export function versionsOf(facts: FactSet): (ref: string) => number {
  const { intakes, ...others } = facts
  const maps: ReadonlyMap<string, number>[] = []
  const kinds = [...Object.values(others), intakes].filter((kind) => kind.length > 0)
  return (ref) => {
    for (let index = 0; index < kinds.length; index++) {
      maps[index] ??= versionMap(kinds[index] ?? [])
      const version = maps[index]?.get(ref)
      if (version !== undefined) return version
    }
    return 1
  }
}

function versionMap(kind: readonly FactOrigin[]): ReadonlyMap<string, number> {
  const make = () => new Map(kind.map(({ ref, version }) => [ref, version]))
  const [first] = kind
  return first === undefined ? make() : versionsBefore(first, kind, make)
}
