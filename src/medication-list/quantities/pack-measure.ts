/** Confirmed measures that change what pouches give (medication-list.md 8.2). */
import type { FactSet } from '../facts/fact.js'
import type { Measure } from '../facts/packing-fact.js'

export interface PackMeasure {
  /** `withheld`: units or pouches that are not given. `added`: supply outside the roll in their place. */
  readonly kind: 'withheld' | 'added'
  /** Id of the line concerned; undefined for whole pouches. */
  readonly line: string | undefined
  /** Instants between which it works; open-ended without `to`. */
  readonly from: number
  readonly to: number | undefined
}

/** What was confirmed, not what was sent. A measure about a unit that names no line takes nothing out. */
export const measuresOf = ({ measures }: FactSet): PackMeasure[] =>
  measures.flatMap((measure): PackMeasure[] => {
    const { state, line, from, to } = measure
    const effect = effectOf(measure.measure)
    if (state !== 'confirmed' || effect === undefined) return []
    if (effect.whole) return [{ kind: effect.kind, line: undefined, from, to }]
    return line === undefined ? [] : [{ kind: effect.kind, line, from, to }]
  })

function effectOf(
  measure: Measure['measure'],
): { readonly kind: PackMeasure['kind']; readonly whole: boolean } | undefined {
  switch (measure) {
    case 'withhold-unit':
      return { kind: 'withheld', whole: false }
    case 'withhold-pouch':
    case 'device-block':
      return { kind: 'withheld', whole: true }
    case 'add-outside-roll':
      return { kind: 'added', whole: false }
    case 'express-roll':
    case 'no-measure-accepted':
      return undefined
  }
}

/** Whether such a measure works on the line's dose that is due then. */
export const isMeasured = (
  kind: PackMeasure['kind'],
  due: number | undefined,
  line: string,
  measures: readonly PackMeasure[],
): boolean =>
  due !== undefined &&
  measures.some(
    (measure) =>
      measure.kind === kind &&
      (measure.line === undefined || measure.line === line) &&
      due >= measure.from &&
      (measure.to === undefined || due < measure.to),
  )
