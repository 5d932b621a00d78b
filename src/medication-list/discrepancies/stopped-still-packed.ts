/** Pouches that are not taken yet hold what was stopped or paused from their slot on (6.2, B). */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { SLOT_TOLERANCE_MINUTES, timeOfMinutes } from '../dosage/slots.js'
import { type LineState, mayStop, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { type PackedDose, packsOf } from '../quantities/packed.js'
import { discrepancy, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'

type StillPacked = {
  readonly medicine: string | undefined
  readonly since: string
  readonly paused: boolean
  readonly count: number
  readonly first: string
  readonly last: string
  /** Of these, given along for days away. */
  readonly away: number
  /** Each pouch as `<date> <slot code> <time>`, what is known of it, in order of time. */
  readonly pouches: readonly string[]
}
const sentences: Sentences<StillPacked> = {
  nb: (n, { name, time, day }) =>
    `${name(n.medicine)} ble ${n.paused ? 'satt på pause' : 'seponert'} ${time(n.since)}, men ligger i ${n.count} ${n.count === 1 ? 'pose' : 'poser'} fra ${day(n.first)} til ${day(n.last)}${n.away > 0 ? `, ${n.away} av dem utlevert til reise` : ''}.`,
  da: (n, { name, time, day }) =>
    `${name(n.medicine)} blev ${n.paused ? 'sat på pause' : 'seponeret'} ${time(n.since)}, men ligger i ${n.count} ${n.count === 1 ? 'pose' : 'poser'} fra ${day(n.first)} til ${day(n.last)}${n.away > 0 ? `, ${n.away} af dem udleveret til rejse` : ''}.`,
  en: (n, { name, time, day }) =>
    `${name(n.medicine)} was ${n.paused ? 'paused' : 'stopped'} ${time(n.since)} but is in ${n.count} ${n.count === 1 ? 'pouch' : 'pouches'} from ${day(n.first)} to ${day(n.last)}${n.away > 0 ? `, ${n.away} of them given along for travel` : ''}.`,
  sv: (n, { name, time, day }) =>
    `${name(n.medicine)} ${n.paused ? 'pausades' : 'sattes ut'} ${time(n.since)} men ligger i ${n.count} ${n.count === 1 ? 'påse' : 'påsar'} från ${day(n.first)} till ${day(n.last)}${n.away > 0 ? `, varav ${n.away} lämnats ut för resa` : ''}.`,
  fi: (n, { name, time, day }) =>
    `${name(n.medicine)} ${n.paused ? 'tauotettiin' : 'lopetettiin'} ${time(n.since)}, mutta sitä on ${n.count} annospussissa ajalla ${day(n.first)}–${day(n.last)}${n.away > 0 ? `, joista ${n.away} annettu matkalle` : ''}.`,
}

const TOLERANCE_MS = SLOT_TOLERANCE_MINUTES * 60_000

interface Pouch {
  readonly day: string
  readonly dose: PackedDose
  readonly due: number
  readonly state: LineState
  readonly away: boolean
}

export const stoppedStillPacked = discrepancy<StillPacked>({
  code: 'stopped-still-packed',
  sentences,
  find: (situation) => {
    const { at, config, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const line of situation.lines) {
      const pouches = pouchesOf(line, situation)
      const [first, last] = [pouches[0], pouches.at(-1)]
      if (first === undefined || last === undefined) continue
      next.push(...pouches.map(({ due }) => due + config.missedDoseWindowMs).filter((passed) => passed > at))
      next.push(...travelEnds(situation))
      const packs = [...new Set(pouches.flatMap(({ dose }) => dose.refs))].sort().map(versioned)
      findings.push({
        about: [line.id],
        severity: 'high' as const,
        implicated: [line.ref, versioned(first.state.decision.fact.ref), ...packs],
        evidence: packs,
        numbers: {
          medicine: nameOf(line),
          since: iso(first.state.since),
          paused: first.state.status === 'on-hold',
          count: pouches.length,
          first: first.day,
          last: last.day,
          away: pouches.filter(({ away }) => away).length,
          pouches: pouches.map(({ day, dose }) =>
            [day, dose.slot, dose.minutes === undefined ? undefined : timeOfMinutes(dose.minutes)]
              .filter((part) => part !== undefined)
              .join(' '),
          ),
        },
      })
    }
    return { findings, next }
  },
})

/** Pouches with a unit that is not to be taken any more and that may still be taken, in order of time. */
function pouchesOf(line: LineModel, situation: Situation): Pouch[] {
  const { at, config, quantities } = situation
  const { decisions } = line.group
  if (!mayStop(decisions) && !decisions.some(({ effect }) => effect.kind === 'hold')) return []
  const packs = packsOf(line).filter(
    ({ fact }) => fact.pack.to >= localDate(at - config.missedDoseWindowMs, config.zone),
  )
  if (packs.length === 0) return []
  const from = packs.map(({ fact }) => fact.pack.from).sort()[0] ?? ''
  const to =
    packs
      .map(({ fact }) => fact.pack.to)
      .sort()
      .at(-1) ?? ''
  const pouches: Pouch[] = []
  for (let day = from; day <= to; day = addDays(day, 1))
    for (const dose of quantities.packed(line, day).doses) {
      const due = dose.due ?? startOfLocalDay(addDays(day, 1), config.zone) - 1
      const state = stateAt(decisions, due)
      if (dose.supply === undefined || (state?.status !== 'stopped' && state?.status !== 'on-hold')) continue
      const away = isAway(due, situation)
      if (mayBeTaken(line, dose, due, away, situation)) pouches.push({ day, dose, due, state, away })
    }
  return pouches.sort((a, b) => a.due - b.due)
}

/** To come, or gone by and told as not taken: what nobody recorded is history after its window. */
function mayBeTaken(
  line: LineModel,
  dose: PackedDose,
  due: number,
  away: boolean,
  { at, config, quantities }: Situation,
): boolean {
  const told = quantities
    .intakes(line)
    .filter((record) => record.planned && Math.abs(record.due - due) <= TOLERANCE_MS)
  if (told.some(({ fact }) => fact.outcome === 'taken')) return false
  if (at < due + config.missedDoseWindowMs || away) return true
  return dose.due !== undefined && told.some(({ fact }) => fact.outcome === 'not-taken')
}

const isAway = (due: number, { at, facts }: Situation): boolean =>
  facts.handOuts.some(
    ({ travel }) => travel !== undefined && travel.from <= due && due < travel.to && travel.to > at,
  )

const travelEnds = ({ at, facts }: Situation): number[] =>
  facts.handOuts.flatMap(({ travel }) => (travel !== undefined && travel.to > at ? [travel.to] : []))
