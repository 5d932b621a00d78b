/** From when to when a line is in use, as far as it is decided. */
import type { LineModel } from './line.js'

/** First instant of use and first one after it, infinite where open; a stop that lies ahead ends it. */
export function spanOfUse({ group, state }: LineModel): readonly [from: number, to: number] {
  if (state === undefined) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const { decisions } = group
  const { effect } = state.decision
  const [from, to] =
    effect.kind === 'use'
      ? [effect.from, effect.to ?? Number.POSITIVE_INFINITY]
      : [effect.kind === 'stop' ? effect.usedFrom : Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const stops = decisions
    .slice(Math.max(0, decisions.indexOf(state.decision)))
    .flatMap(({ effect: later }) => (later.kind === 'stop' ? [later.from] : []))
  return [from, Math.min(to, ...stops)]
}
