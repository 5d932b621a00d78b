/** What is handed over with the list: lines started, stopped, changed and paused since an instant (medication-list.md 7, R5). */
import { equalDosages } from '../dosage/equality.js'
import type { DecisionFact } from '../facts/fact.js'
import { dosageInForce, type LineState, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'

export type HandoverKind = 'started' | 'stopped' | 'changed' | 'paused'

export interface HandoverItem {
  readonly kind: HandoverKind
  /** Ref of the line. */
  readonly line: string
}

/**
 * In order of kind and line.
 * @param since what was decided until then is what it was before
 */
export function handoverOf(
  lines: readonly LineModel[],
  since: number,
  zone: string,
): readonly HandoverItem[] {
  const order: readonly HandoverKind[] = ['started', 'stopped', 'changed', 'paused']
  return lines
    .flatMap((line): HandoverItem[] => {
      const kind = kindOf(line, since, zone)
      return kind === undefined ? [] : [{ kind, line: line.ref }]
    })
    .sort(
      (a, b) =>
        order.indexOf(a.kind) - order.indexOf(b.kind) || (a.line < b.line ? -1 : a.line > b.line ? 1 : 0),
    )
}

function kindOf(
  { dosageFact, group, state: now }: LineModel,
  since: number,
  zone: string,
): HandoverKind | undefined {
  if (now === undefined) return undefined
  const known = group.decisions.filter(({ at }) => at < since)
  const before = stateAt(known, since)
  if (now.status === 'stopped') return before === undefined || isOver(before) ? undefined : 'stopped'
  if (now.status === 'completed') return undefined
  if (now.status === 'on-hold') return before?.status === 'on-hold' ? undefined : 'paused'
  if (before === undefined || isOver(before)) return 'started'
  const earlier = dosageInForce(known, before, since).fact
  return isSameDosage(earlier, dosageFact, zone) ? undefined : 'changed'
}

const isOver = ({ status }: LineState): boolean => status === 'stopped' || status === 'completed'

/** Of two dosages in words only the same fact says the same. */
function isSameDosage(earlier: DecisionFact, later: DecisionFact | undefined, zone: string): boolean {
  if (later === undefined) return false
  if (earlier.ref === later.ref) return true
  const dated = ({ plan, start, decided }: typeof earlier) => ({ plan, start, decided: decided.from })
  return equalDosages(dated(earlier), dated(later), zone) || isSameWords(earlier.plan, later.plan)
}

const isSameWords = (a: LineModel['plan'], b: LineModel['plan']): boolean =>
  a.kind === 'text' ? b.kind === 'text' && a.wording === b.wording : a.kind === 'none' && b.kind === 'none'
