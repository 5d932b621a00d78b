/** Supply was handed out after the stop was to be seen on the shared list. */
import type { Language } from '../dosage/units.js'
import { stateAt } from '../lines/decisions.js'
import { type Discrepancy, type Finding, nameOf } from './discrepancy.js'
import { timeText } from './words.js'

/** Days for which a hand-out after a stop is held up to the pharmacy. */
const LOOKBACK_DAYS = 90
const DAY_MS = 86_400_000

const SENTENCES: Readonly<Record<Language, (name: string, handedOut: string, stop: string) => string>> = {
  nb: (name, handedOut, stop) => `${name} ble utlevert ${handedOut}, etter at det var stoppet ${stop}.`,
  da: (name, handedOut, stop) => `${name} blev udleveret ${handedOut}, efter at det var stoppet ${stop}.`,
  en: (name, handedOut, stop) => `${name} was handed out ${handedOut}, after it had been stopped ${stop}.`,
  sv: (name, handedOut, stop) => `${name} lämnades ut ${handedOut}, efter att det stoppats ${stop}.`,
  fi: (name, handedOut, stop) =>
    `${name} luovutettiin ${handedOut} sen jälkeen, kun se oli lopetettu ${stop}.`,
}

export const stoppedStillDispensed: Discrepancy = {
  code: 'stopped-still-dispensed',
  find: ({ at, lines, config, language, versioned }) => {
    const findings: Finding[] = []
    const next: number[] = []
    for (const line of lines) {
      const late = line.group.supplies.flatMap(({ fact }) => {
        // A hand-out known by its day alone counts when the whole day lies after the stop.
        const handedOut = fact.status === 'completed' ? fact.handedOver?.from : undefined
        if (handedOut === undefined || at - handedOut > LOOKBACK_DAYS * DAY_MS) return []
        const state = stateAt(line.group.decisions, handedOut)
        if (state?.status !== 'stopped') return []
        const visible = Math.max(state.since, state.decision.fact.receivedAt)
        return handedOut >= visible ? [{ fact, handedOut, state }] : []
      })
      const newest = late.sort((a, b) => b.handedOut - a.handedOut)[0]
      if (newest === undefined) continue
      next.push(newest.handedOut + LOOKBACK_DAYS * DAY_MS + 1)
      const supplies = late.map(({ fact }) => versioned(fact.ref)).sort()
      findings.push({
        about: [line.id],
        severity: 'high',
        implicated: [line.ref, versioned(newest.state.decision.fact.ref), ...supplies],
        evidence: supplies,
        detail: SENTENCES[language](
          nameOf(line, language),
          timeText(newest.handedOut, config.zone, language),
          timeText(newest.state.since, config.zone, language),
        ),
      })
    }
    return { findings, next }
  },
}
