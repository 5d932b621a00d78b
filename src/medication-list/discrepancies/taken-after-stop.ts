/** The medicine was taken after its stop, grace included. */
import { mayStop, stateAt } from '../lines/decisions.js'
import { discrepancy, iso, nameOf, type Sentences } from './discrepancy.js'

/** Days for which an intake after a stop is held up to holder and home care. */
const LOOKBACK_DAYS = 90
const DAY_MS = 86_400_000
/** An intake heard of this long after it happened is late evidence. */
const LATE_MS = 3_600_000

type Taken = {
  readonly medicine: string | undefined
  readonly taken: string
  readonly stopped: string
  readonly count: number
}
const sentences: Sentences<Taken> = {
  nb: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} ble tatt ${time(taken)}, etter stopp ${time(stopped)}${count > 1 ? ` (${count} ganger i alt)` : ''}.`,
  da: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} blev taget ${time(taken)}, efter stop ${time(stopped)}${count > 1 ? ` (${count} gange i alt)` : ''}.`,
  en: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} was taken ${time(taken)}, after its stop ${time(stopped)}${count > 1 ? ` (${count} times in all)` : ''}.`,
  sv: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} togs ${time(taken)}, efter utsättning ${time(stopped)}${count > 1 ? ` (${count} gånger totalt)` : ''}.`,
  fi: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} otettiin ${time(taken)}, lopetuksen ${time(stopped)} jälkeen${count > 1 ? ` (yhteensä ${count} kertaa)` : ''}.`,
}

export const takenAfterStop = discrepancy<Taken>({
  code: 'taken-after-stop',
  sentences,
  find: ({ at, lines, config, versioned }) => {
    const findings = []
    const next: number[] = []
    for (const line of lines) {
      if (!mayStop(line.group.decisions)) continue
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
        severity: 'high' as const,
        implicated: [line.ref, versioned(newest.state.decision.fact.ref), ...evidence],
        evidence,
        numbers: {
          medicine: nameOf(line),
          taken: iso(newest.instant),
          stopped: iso(newest.state.since),
          count: taken.length,
        },
        late: newest.fact.receivedAt - newest.instant > LATE_MS,
      })
    }
    return { findings, next }
  },
})
