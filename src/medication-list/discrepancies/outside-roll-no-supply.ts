/** A fixed line outside the roll of a person who gets help, and neither supply nor intake seen in time (6.2, B). */
import { startOfLocalDay } from '../../core/zone.js'
import { handedOutAt, happenedAt } from '../facts/event-time.js'
import type { LineModel } from '../lines/line.js'
import { firstRollDay, isMultidose } from '../quantities/multidose.js'
import { packsOf } from '../quantities/packed.js'
import { discrepancy, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'

const HOUR_MS = 3_600_000
const WINDOW_MS = 7 * 24 * HOUR_MS
const CRITICAL_WINDOW_MS = 24 * HOUR_MS
/** A pack handed out this long before may still last. */
const SUPPLY_MS = 100 * 24 * HOUR_MS

type Unsupplied = {
  readonly medicine: string | undefined
  readonly since: string
  readonly hours: number
}
const sentences: Sentences<Unsupplied> = {
  nb: ({ medicine, since, hours }, { name, time }) =>
    `${name(medicine)} er utenfor multidoserullen, og verken utlevering eller inntak er sett innen ${hours} timer fra ${time(since)}.`,
  da: ({ medicine, since, hours }, { name, time }) =>
    `${name(medicine)} er uden for dosisrullen, og hverken udlevering eller indtag er set inden ${hours} timer fra ${time(since)}.`,
  en: ({ medicine, since, hours }, { name, time }) =>
    `${name(medicine)} is outside the roll, and neither supply nor intake was seen within ${hours} hours of ${time(since)}.`,
  sv: ({ medicine, since, hours }, { name, time }) =>
    `${name(medicine)} ligger utanför dosrullen, och varken uthämtning eller intag har setts inom ${hours} timmar från ${time(since)}.`,
  fi: ({ medicine, since, hours }, { name, time }) =>
    `${name(medicine)} ei ole annosjakelurullassa, eikä toimitusta tai ottoa ole nähty ${hours} tunnin kuluessa ajankohdasta ${time(since)}.`,
}

export const outsideRollNoSupply = discrepancy<Unsupplied>({
  code: 'outside-roll-no-supply',
  sentences,
  find: (situation) => {
    const { at, config, facts, helped, lines, versioned } = situation
    const findings = []
    const next: number[] = []
    const firstDay = helped ? firstRollDay(facts) : undefined
    const firstRoll = firstDay === undefined ? undefined : startOfLocalDay(firstDay, config.zone)
    for (const line of firstRoll === undefined ? [] : lines) {
      const start = startOf(line)
      if (firstRoll === undefined || start === undefined || !isOutside(line, situation)) continue
      const since = Math.max(start, firstRoll)
      const window = line.critical ? CRITICAL_WINDOW_MS : WINDOW_MS
      if (since + window > at) {
        next.push(since + window)
        continue
      }
      if (isSeen(line, since, at)) continue
      const decided = line.state === undefined ? [] : [versioned(line.state.decision.fact.ref)]
      findings.push({
        about: [line.id],
        severity: 'high' as const,
        implicated: [line.ref, ...decided],
        evidence: decided,
        numbers: { medicine: nameOf(line), since: iso(since), hours: window / HOUR_MS },
      })
    }
    return { findings, next }
  },
})

/** Of a fixed line in use: when its use began, else when it was decided. */
function startOf({ status, category, state }: LineModel): number | undefined {
  if (status !== 'active' || category !== 'fixed' || state === undefined) return undefined
  return Number.isFinite(state.since) ? state.since : state.decision.at
}

const isOutside = (line: LineModel, { facts, at }: Situation): boolean =>
  packsOf(line).length === 0 && !isMultidose(line, facts, at)

function isSeen({ group }: LineModel, since: number, at: number): boolean {
  const supplied = group.supplies.some(({ fact }) => {
    const handed = fact.status === 'completed' ? handedOutAt(fact) : undefined
    return handed !== undefined && handed <= at && since - handed <= SUPPLY_MS
  })
  return (
    supplied ||
    group.intakes.some(
      ({ fact }) => fact.outcome === 'taken' && happenedAt(fact) >= since && fact.receivedAt <= at,
    )
  )
}
