/** Intakes of a line while it was stopped or paused, grace included; sachets by what was packed in them (6.2, D). */
import { mayStop, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { type Finding, iso, nameOf, type Situation } from './discrepancy.js'

/** Days for which such an intake is held up to holder and home care. */
const LOOKBACK_MS = 90 * 86_400_000
/** An intake heard of this long after it happened is late evidence. */
const LATE_MS = 3_600_000

export type Taken = {
  readonly medicine: string | undefined
  readonly taken: string
  /** Stop or pause. */
  readonly since: string
  readonly count: number
}

export function takenWhile(status: 'stopped' | 'on-hold', situation: Situation) {
  const { lines, versioned } = situation
  const findings: (Finding & { readonly numbers: Taken })[] = []
  const next: number[] = []
  for (const line of lines) {
    const taken = intakesWhile(line, status, situation)
    const [newest] = taken
    if (newest === undefined) continue
    next.push(...taken.map(({ at }) => at + LOOKBACK_MS + 1))
    const evidence = [...new Set(taken.map(({ fact }) => versioned(fact.ref)))].sort()
    findings.push({
      about: [line.id],
      severity: 'high',
      implicated: [line.ref, versioned(newest.state.decision.fact.ref), ...evidence],
      evidence,
      numbers: {
        medicine: nameOf(line),
        taken: iso(newest.at),
        since: iso(newest.state.since),
        count: taken.length,
      },
      late: newest.fact.receivedAt - newest.at > LATE_MS,
    })
  }
  return { findings, next }
}

/** Newest first. A pause is over when the line is resumed; the intakes in it are not undone by that. */
function intakesWhile(line: LineModel, status: 'stopped' | 'on-hold', { at, config, quantities }: Situation) {
  const { decisions } = line.group
  const may =
    status === 'stopped' ? mayStop(decisions) : decisions.some(({ effect }) => effect.kind === 'hold')
  if (!may) return []
  return quantities
    .history(line)
    .flatMap(({ fact, at: instant }) => {
      if (fact.outcome !== 'taken' || fact.at === undefined) return []
      if (instant > at || at - instant > LOOKBACK_MS) return []
      const state = stateAt(decisions, instant)
      return state?.status === status && instant >= state.since + config.stopGraceMs
        ? [{ fact, at: instant, state }]
        : []
    })
    .sort((a, b) => b.at - a.at || (a.fact.ref < b.fact.ref ? -1 : 1))
}
