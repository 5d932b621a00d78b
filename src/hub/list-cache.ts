/** Bundles of list versions read lately. A version never changes; which one is the newest, each read asks the database. */
import type { PersonId } from '../core/ids.js'
import type { OpenBundle } from './list-bundle.js'

export interface HeldBundle {
  /** `<person who has it>/<version>`: after a merge the survivor's lists are found under the other person too. */
  readonly name: string
  readonly bundle: OpenBundle
}

export interface ListCache {
  readonly get: (person: PersonId) => HeldBundle | undefined
  readonly put: (person: PersonId, held: HeldBundle) => void
}

/** @param charsMax characters held; those not read for longest go first */
export function openListCache(charsMax: number): ListCache {
  const held = new Map<PersonId, HeldBundle>()
  const total = { chars: 0 }
  const sizeOf = ({ bundle }: HeldBundle): number => bundle.before.length + bundle.after.length
  const drop = (person: PersonId): void => {
    const known = held.get(person)
    if (known !== undefined) total.chars -= sizeOf(known)
    held.delete(person)
  }
  const put = (person: PersonId, bundle: HeldBundle): void => {
    drop(person)
    if (sizeOf(bundle) > charsMax) return
    held.set(person, bundle)
    total.chars += sizeOf(bundle)
    for (const oldest of held.keys()) {
      if (total.chars <= charsMax) break
      drop(oldest)
    }
  }
  return {
    get: (person) => {
      const known = held.get(person)
      if (known !== undefined) {
        held.delete(person)
        held.set(person, known)
      }
      return known
    },
    put,
  }
}
