/** Supply was handed out after the stop was to be seen on the shared list. */
import type { DecisionFact, FactSet } from '../facts/fact.js'
import { mayStop, stateAt } from '../lines/decisions.js'
import { reachedAt } from '../packing/reached.js'
import { discrepancy, iso, nameOf, type Sentences } from './discrepancy.js'

/** Days for which a hand-out after a stop is held up to the pharmacy. */
const LOOKBACK_DAYS = 90
const DAY_MS = 86_400_000

type HandedOut = {
  readonly medicine: string | undefined
  readonly handedOut: string
  readonly stopped: string
}
const sentences: Sentences<HandedOut> = {
  nb: ({ medicine, handedOut, stopped }, { name, time }) =>
    `${name(medicine)} ble utlevert ${time(handedOut)}, etter at det var stoppet ${time(stopped)}.`,
  da: ({ medicine, handedOut, stopped }, { name, time }) =>
    `${name(medicine)} blev udleveret ${time(handedOut)}, efter at det var stoppet ${time(stopped)}.`,
  en: ({ medicine, handedOut, stopped }, { name, time }) =>
    `${name(medicine)} was handed out ${time(handedOut)}, after it had been stopped ${time(stopped)}.`,
  sv: ({ medicine, handedOut, stopped }, { name, time }) =>
    `${name(medicine)} lämnades ut ${time(handedOut)}, efter att det satts ut ${time(stopped)}.`,
  fi: ({ medicine, handedOut, stopped }, { name, time }) =>
    `${name(medicine)} toimitettiin ${time(handedOut)}, vaikka se oli lopetettu ${time(stopped)}.`,
}

export const stoppedStillDispensed = discrepancy<HandedOut>({
  code: 'stopped-still-dispensed',
  sentences,
  find: ({ at, facts, lines, versioned }) => {
    const findings = []
    const next: number[] = []
    for (const line of lines) {
      if (!mayStop(line.group.decisions)) continue
      const late = line.group.supplies.flatMap(({ fact }) => {
        // A hand-out known by its day alone counts when the whole day lies after the stop.
        const handedOut = fact.status === 'completed' ? fact.handedOver?.from : undefined
        if (handedOut === undefined || at - handedOut > LOOKBACK_DAYS * DAY_MS) return []
        const state = stateAt(line.group.decisions, handedOut)
        if (state?.status !== 'stopped') return []
        return handedOut >= Math.max(state.since, visibleFrom(state.decision.fact, facts, at))
          ? [{ fact, handedOut, state }]
          : []
      })
      const newest = late.sort((a, b) => b.handedOut - a.handedOut)[0]
      if (newest === undefined) continue
      next.push(...late.map(({ handedOut }) => handedOut + LOOKBACK_DAYS * DAY_MS + 1))
      const supplies = late.map(({ fact }) => versioned(fact.ref)).sort()
      findings.push({
        about: [line.id],
        severity: 'high' as const,
        implicated: [line.ref, versioned(newest.state.decision.fact.ref), ...supplies],
        evidence: supplies,
        numbers: {
          medicine: nameOf(line),
          handedOut: iso(newest.handedOut),
          stopped: iso(newest.state.since),
        },
      })
    }
    return { findings, next }
  },
})

/**
 * When the pharmacy could see the decision: when the ordination that carries it reached it, or it read the list itself;
 * where the hub can see neither, when the shared list had it.
 */
function visibleFrom(fact: DecisionFact, facts: FactSet, at: number): number {
  const reached = reachedAt(facts, fact, at)
  switch (reached.by) {
    case 'receipt':
    case 'reading':
      return reached.at
    case 'awaited':
      return Number.POSITIVE_INFINITY
    case 'decision-time':
      return fact.receivedAt
  }
}
