/**
 * What confirmed measures change about the pouches (medication-list.md 8.2): units withheld, and supply outside the roll.
 * Made for `packed(line, day)`. Pure functions over the facts of Tasks.
 */
import type { Measure } from '../facts/packing-fact.js'

export interface MeasureEffect {
  /** `withheld`: what the pouches hold is not taken. `supplied`: the line's doses are given from outside the roll. */
  readonly kind: 'withheld' | 'supplied'
  /** Id of the line; undefined: every line in the pouch. */
  readonly line: string | undefined
  /** Slots from here on, to the first that is not concerned any more. */
  readonly from: number
  readonly to: number
  readonly ref: string
}

/** @param at T: what was not confirmed by then has no effect */
export const measureEffects = (measures: readonly Measure[], at: number): readonly MeasureEffect[] =>
  measures.flatMap((measure) =>
    measure.state === 'confirmed' && (measure.confirmedAt ?? Number.POSITIVE_INFINITY) <= at
      ? effectsOf(measure)
      : [],
  )

function effectsOf({ from, line, measure, ref, to }: Measure): MeasureEffect[] {
  const span = { from, to: to ?? Number.POSITIVE_INFINITY, ref }
  switch (measure) {
    case 'withhold-unit':
      return line === undefined ? [] : [{ ...span, kind: 'withheld', line }]
    // The other contents are given from original packs.
    case 'withhold-pouch':
      return [{ ...span, kind: 'withheld', line: undefined }, ...givenElse(span)]
    case 'device-block':
      return [{ ...span, kind: 'withheld', line: undefined }]
    case 'add-outside-roll':
      return line === undefined ? [] : [{ ...span, kind: 'supplied', line }]
    // An express roll tells its content itself, as packed; accepting that the old dose runs on changes no pouch.
    case 'express-roll':
    case 'no-measure-accepted':
      return []
  }
}

const givenElse = (span: Pick<MeasureEffect, 'from' | 'to' | 'ref'>): MeasureEffect[] => [
  { ...span, kind: 'supplied', line: undefined },
]

/** @param slot instant of the slot */
export const isWithheld = (effects: readonly MeasureEffect[], line: string, slot: number): boolean =>
  effects.some((effect) => effect.kind === 'withheld' && concerns(effect, line, slot))

/** Whether the line's intended doses of that slot come from outside the roll. */
export const isSuppliedOutside = (effects: readonly MeasureEffect[], line: string, slot: number): boolean =>
  effects.some((effect) => effect.kind === 'supplied' && concerns(effect, line, slot))

const concerns = (effect: MeasureEffect, line: string, slot: number): boolean =>
  (effect.line === undefined || effect.line === line) && effect.from <= slot && slot < effect.to
