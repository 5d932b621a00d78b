/** The person of an answer: which number is asked with, and which others there are. */
import { DNR, FNR } from '../../../src/core/canonical.js'
import type { Known } from '../../../src/core/query.js'

export const isNationalSystem = (system: string): boolean => system === FNR || system === DNR

/**
 * The number in force, and those that the person had before or beside it.
 * @param asked the number that was asked with, which is kept unless it is known to be an old one
 */
export function numbersOf(
  known: Known,
  asked?: string,
): { readonly own: string | undefined; readonly others: readonly string[] } {
  const national = known.identities.filter(({ system }) => isNationalSystem(system))
  const inForce = national.filter(({ use }) => use === 'official')
  const own = inForce.find(({ value }) => value === asked) ?? inForce[0] ?? national[0]
  return {
    own: own?.value,
    others: national.filter((one) => one !== own).map(({ value }) => value),
  }
}
