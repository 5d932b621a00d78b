/** What operators may ask about the chain of a person's list versions. */
import type { PersonId } from '../core/ids.js'

export interface ListChain {
  /** Versions that were found in order. */
  readonly versions: number
  /** Versions made before there was a chain: nothing is known of them. */
  readonly unchained: number
  /** Hash of the newest link; who keeps it elsewhere can tell whether the whole chain was made anew. */
  readonly head: string | undefined
  /** The first version that is not what it was. `missing`: it is not there; `content`: what it shows; `chain`: its instants, or the version before. */
  readonly broken:
    | { readonly version: number; readonly fault: 'missing' | 'unchained' | 'content' | 'chain' }
    | undefined
}

export interface ChainStore {
  /** Undefined: no such person. */
  readonly listChain: (person: PersonId) => Promise<ListChain | undefined>
  /** In order of id. */
  readonly personsAfter: (after: string, limit: number) => Promise<readonly PersonId[]>
}
