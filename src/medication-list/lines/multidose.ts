/** Whether a line is decided to be packed as multidose (medication-list.md 4). */
import type { DecisionFact } from '../facts/fact.js'

/** As the newest row that says so or says otherwise; of several of one time, to be packed. Undefined where none says. */
export function decidedMultidose({
  facts,
}: {
  readonly facts: readonly DecisionFact[]
}): boolean | undefined {
  let newest: { readonly at: number; readonly multidose: boolean } | undefined
  for (const fact of facts) {
    if (fact.kind !== 'row' || fact.status === 'error' || fact.multidose === undefined) continue
    const { multidose } = fact
    const at = fact.decided.from
    if (newest === undefined || at > newest.at || (at === newest.at && multidose)) newest = { at, multidose }
  }
  return newest?.multidose
}
