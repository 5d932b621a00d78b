/** A dispenser holds, or is set to give, what was stopped or paused, for a slot to come (6.2, C). */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { timeOfMinutes } from '../dosage/slots.js'
import { type LineState, mayStop, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import type { SlotAmount } from '../quantities/day-amounts.js'
import { comingDays, refsOf, stillToCome } from './coming-days.js'
import { discrepancy, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { counted } from './words.js'

/** Days for which a program without a roll is looked ahead. */
const PROGRAM_DAYS = 8

type StillLoaded = {
  readonly medicine: string | undefined
  readonly since: string
  readonly paused: boolean
  readonly next: string
  /** Last day of the roll on which it is given; absent of a program, which has no end. */
  readonly last: string | undefined
  readonly count: number
  /** Each as `<date> <time>`. */
  readonly slots: readonly string[]
}
const sentences: Sentences<StillLoaded> = {
  nb: (n, { name, time }) =>
    `${name(n.medicine)} ble ${n.paused ? 'satt på pause' : 'seponert'} ${time(n.since)}, men ligger i dispenseren for ${counted(n.count, 'kommende tidspunkt', 'kommende tidspunkter')}, neste ${time(n.next)}.`,
  da: (n, { name, time }) =>
    `${name(n.medicine)} blev ${n.paused ? 'sat på pause' : 'seponeret'} ${time(n.since)}, men ligger i dispenseren til ${counted(n.count, 'kommende tidspunkt', 'kommende tidspunkter')}, næste ${time(n.next)}.`,
  en: (n, { name, time }) =>
    `${name(n.medicine)} was ${n.paused ? 'paused' : 'stopped'} ${time(n.since)} but is in the dispenser for ${counted(n.count, 'coming slot', 'coming slots')}, next ${time(n.next)}.`,
  sv: (n, { name, time }) =>
    `${name(n.medicine)} ${n.paused ? 'pausades' : 'sattes ut'} ${time(n.since)} men finns i dispensern för ${counted(n.count, 'kommande tidpunkt', 'kommande tidpunkter')}, nästa ${time(n.next)}.`,
  fi: (n, { name, time }) =>
    `${name(n.medicine)} ${n.paused ? 'tauotettiin' : 'lopetettiin'} ${time(n.since)}, mutta sitä on annostelijassa ${n.count} tulevaan ajankohtaan, seuraava ${time(n.next)}.`,
}

interface Coming {
  readonly day: string
  readonly dose: SlotAmount
  readonly due: number
  readonly state: LineState
}

export const stoppedStillLoaded = discrepancy<StillLoaded>({
  code: 'stopped-still-loaded',
  sentences,
  find: (situation) => {
    const { lines, quantities, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const line of lines) {
      const coming = comingOf(line, situation)
      const [first] = coming
      if (first === undefined) continue
      next.push(first.due, startOfLocalDay(addDays(first.day, 1), situation.config.zone))
      const evidence = refsOf(coming.map(({ dose }) => dose))
        .sort()
        .map(versioned)
      findings.push({
        about: [line.id],
        severity: 'high' as const,
        implicated: [line.ref, versioned(first.state.decision.fact.ref), ...evidence],
        evidence,
        numbers: {
          medicine: nameOf(line),
          since: iso(first.state.since),
          paused: first.state.status === 'on-hold',
          next: iso(first.due),
          last: quantities.devices().programsOf(line).length > 0 ? undefined : coming.at(-1)?.day,
          count: coming.length,
          slots: coming.map(({ day, dose: { minutes } }) =>
            minutes === undefined ? day : `${day} ${timeOfMinutes(minutes)}`,
          ),
        },
      })
    }
    return { findings, next }
  },
})

function comingOf(line: LineModel, situation: Situation): Coming[] {
  const { at, config, quantities } = situation
  const { decisions } = line.group
  if (!mayStop(decisions) && !decisions.some(({ effect }) => effect.kind === 'hold')) return []
  const coming: Coming[] = []
  for (const day of daysOf(line, situation)) {
    const programmed = quantities.programmed(line, day)
    if (programmed === undefined) continue
    for (const dose of stillToCome(programmed, day, situation).doses) {
      const due = quantities.dueOf(day, dose.minutes) ?? startOfLocalDay(addDays(day, 1), config.zone) - 1
      const state = stateAt(decisions, due)
      if (due > at && (state?.status === 'stopped' || state?.status === 'on-hold'))
        coming.push({ day, dose, due, state })
    }
  }
  return coming.sort((a, b) => a.due - b.due)
}

/** To the end of the roll in the device, or some days ahead of a program that names the medicine itself. */
function daysOf(line: LineModel, situation: Situation): string[] {
  const { at, config, quantities } = situation
  const { loaded, programsOf } = quantities.devices()
  const rolls = loaded.flatMap(({ roll }) =>
    roll === undefined ? [] : comingDays(roll.from, roll.to, situation),
  )
  const ahead =
    programsOf(line).length === 0
      ? []
      : comingDays('', addDays(localDate(at, config.zone), PROGRAM_DAYS), situation)
  return [...new Set([...rolls, ...ahead])].sort()
}
