/** Why a line may be neither packed nor programmed until somebody has answered (medication-list.md 12.1, 12.5, 12.8). */
import type { Dosage } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { localDate } from '../../core/zone.js'
import type { ListConfig } from '../contract.js'
import { expand } from '../dosage/expand.js'
import type { DosagePlan } from '../dosage/plan.js'
import { type TextConflict, textConflict } from '../dosage/wording/text-conflict.js'
import type { DecisionFact, Medicine } from '../facts/fact.js'
import { dosageProblem, neverDailyRule } from '../never-daily/problems.js'
import { remembered } from '../remember.js'

export type NotToPack =
  /** Wording and structure of the source disagree. */
  | 'text-structure-conflict'
  /** Words alone, or an interval whose days nobody can tell. */
  | 'missing-structured-dose'
  /** A medicine that is never daily, dosed too often or on days that are not named. */
  | 'never-daily-conflict'

export interface DosageInForce {
  readonly fact: DecisionFact | undefined
  readonly plan: DosagePlan
  readonly medicine: Medicine | undefined
}

/** In order of the alphabet; nothing where the line can be packed as its dosage says. */
export function notToPack(
  { fact, plan, medicine }: DosageInForce,
  at: number,
  config: Pick<ListConfig, 'zone' | 'neverDaily'>,
): readonly NotToPack[] {
  const why: NotToPack[] = []
  if (!isPlaceable(plan, fact?.start, at, config.zone)) why.push('missing-structured-dose')
  const rule = neverDailyRule(medicine, config)
  if (rule !== undefined && dosageProblem(plan, fact?.start, rule, at, config.zone) !== undefined)
    why.push('never-daily-conflict')
  if (fact !== undefined && conflictOf(fact) !== undefined) why.push('text-structure-conflict')
  return why
}

/** Whether the doses of a day can be told: structured, with a phase where one is needed, each with its amount. */
export function isPlaceable(plan: DosagePlan, start: string | undefined, at: number, zone: string): boolean {
  const today = localDate(at, zone)
  switch (plan.kind) {
    case 'none':
    case 'text':
      return false
    // Its days come as dated doses.
    case 'chart':
      return true
    case 'structured':
      return (
        plan.chart !== undefined ||
        (expand(plan, today, today, { zone, start }).complete &&
          plan.entries.every(({ amount, asNeeded }) => asNeeded || amount !== undefined))
      )
  }
}

export interface WordingConflict {
  readonly wording: string
  readonly what: TextConflict
}

const conflictsBefore = remembered<WordingConflict | undefined>()

/** The first wording of the source that disagrees with its structure. */
export const conflictOf = (fact: DecisionFact): WordingConflict | undefined =>
  conflictsBefore(fact, [], () => findConflict(fact))

function findConflict({ plan, dosages }: DecisionFact): WordingConflict | undefined {
  if (plan.kind !== 'structured') return undefined
  for (const wording of wordingsOf(plan.wording, dosages)) {
    const what = textConflict(plan, wording)
    if (what !== undefined) return { wording, what }
  }
  return undefined
}

/** The text of all dosages together, and what a source's text was before somebody made another of it. */
const wordingsOf = (wording: string | undefined, dosages: readonly Dosage[]): string[] => {
  const original = dosages.flatMap(({ extension }) =>
    (extension ?? []).flatMap(({ url, valueString }) =>
      url === extensionUrl('original-text') && valueString !== undefined ? [valueString] : [],
    ),
  )
  return [
    ...(wording === undefined ? [] : [wording]),
    ...(original.length === 0 ? [] : [original.join('\n')]),
  ]
}
