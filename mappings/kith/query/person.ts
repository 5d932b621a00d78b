/** The person of an answer: which number is asked with, and which others there are. */
import { DNR, FNR } from '../../../src/core/canonical.js'
import type { Known } from '../../../src/core/query.js'

export const isNationalSystem = (system: string): boolean => system === FNR || system === DNR

/** The number in force, and those that the person had before or beside it. */
export function numbersOf(known: Known): {
  readonly own: string | undefined
  readonly others: readonly string[]
} {
  const national = known.identities.filter(({ system }) => isNationalSystem(system))
  const own = national.find(({ use }) => use === 'official') ?? national[0]
  return {
    own: own?.value,
    others: national.filter((one) => one !== own).map(({ value }) => value),
  }
}
