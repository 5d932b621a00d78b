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

/**
 * What was confirmed, not what was sent. A measure about a unit that names no line takes nothing out.
 * @param at T: what was confirmed later has no effect yet
 */
export const measuresOf = ({ measures }: Pick<FactSet, 'measures'>, at: number): PackMeasure[] =>
  measures.flatMap((measure): PackMeasure[] => {
    const { confirmedAt, state, line, from, to } = measure
    if (state !== 'confirmed' || (confirmedAt ?? Number.POSITIVE_INFINITY) > at) return []
    return effectsOf(measure.measure).flatMap(({ kind, whole }): PackMeasure[] => {
      if (whole) return [{ kind, line: undefined, from, to }]
      return line === undefined ? [] : [{ kind, line, from, to }]
    })
  })

interface Effect {
  readonly kind: PackMeasure['kind']
  /** Every line of the pouch. */
  readonly whole: boolean
}

function effectsOf(measure: Measure['measure']): readonly Effect[] {
  switch (measure) {
    case 'withhold-unit':
      return [{ kind: 'withheld', whole: false }]
    // What the other lines intend is given from original packs.
    case 'withhold-pouch':
      return [
        { kind: 'withheld', whole: true },
        { kind: 'added', whole: true },
      ]
    case 'device-block':
      return [{ kind: 'withheld', whole: true }]
    case 'add-outside-roll':
      return [{ kind: 'added', whole: false }]
    case 'express-roll':
    case 'no-measure-accepted':
      return []
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
