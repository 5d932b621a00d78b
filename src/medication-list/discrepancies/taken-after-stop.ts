/** The medicine was taken after its stop, grace included. */
import type { Language } from '../dosage/units.js'
import { stateAt } from '../lines/decisions.js'
import { type Discrepancy, type Finding, nameOf } from './discrepancy.js'
import { timeText } from './words.js'

/** Days for which an intake after a stop is held up to holder and home care. */
const LOOKBACK_DAYS = 90
const DAY_MS = 86_400_000
/** An intake heard of this long after it happened is late evidence. */
const LATE_MS = 3_600_000

const SENTENCES: Readonly<
  Record<Language, (name: string, taken: string, stop: string, count: number) => string>
> = {
  nb: (name, taken, stop, count) =>
    `${name} ble tatt ${taken}, etter stopp ${stop}${count > 1 ? ` (${count} ganger i alt)` : ''}.`,
  da: (name, taken, stop, count) =>
    `${name} blev taget ${taken}, efter stop ${stop}${count > 1 ? ` (${count} gange i alt)` : ''}.`,
  en: (name, taken, stop, count) =>
    `${name} was taken ${taken}, after its stop ${stop}${count > 1 ? ` (${count} times in all)` : ''}.`,
  sv: (name, taken, stop, count) =>
    `${name} togs ${taken}, efter stopp ${stop}${count > 1 ? ` (totalt ${count} gånger)` : ''}.`,
  fi: (name, taken, stop, count) =>
    `${name} otettiin ${taken}, lopettamisen ${stop} jälkeen${count > 1 ? ` (yhteensä ${count} kertaa)` : ''}.`,
}

export const takenAfterStop: Discrepancy = {
  code: 'taken-after-stop',
  find: ({ at, lines, config, language, versioned }) => {
    const findings: Finding[] = []
    const next: number[] = []
    for (const line of lines) {
      if (!line.group.decisions.some(({ effect }) => effect.kind !== 'hold')) continue
      const taken = line.group.intakes.flatMap(({ fact }) => {
        const instant = fact.outcome === 'taken' ? fact.at?.from : undefined
        if (instant === undefined || at - instant > LOOKBACK_DAYS * DAY_MS) return []
        const state = stateAt(line.group.decisions, instant)
        return state?.status === 'stopped' && instant >= state.since + config.stopGraceMs
          ? [{ fact, instant, state }]
          : []
      })
      const newest = taken.sort((a, b) => b.instant - a.instant || (a.fact.ref < b.fact.ref ? -1 : 1))[0]
      if (newest === undefined) continue
      next.push(newest.instant + LOOKBACK_DAYS * DAY_MS + 1)
      const evidence = taken.map(({ fact }) => versioned(fact.ref)).sort()
      findings.push({
        about: [line.id],
        severity: 'high',
        implicated: [line.ref, versioned(newest.state.decision.fact.ref), ...evidence],
        evidence,
        detail: SENTENCES[language](
          nameOf(line, language),
          timeText(newest.instant, config.zone, language),
          timeText(newest.state.since, config.zone, language),
          taken.length,
        ),
        late: newest.fact.receivedAt - newest.instant > LATE_MS,
      })
    }
    return { findings, next }
  },
}
