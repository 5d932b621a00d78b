/** The dispenser's program was made before a line that it carries was changed, and still does as before (6.2, C). */
import { compare } from '../dosage/decimal.js'
import type { Program } from '../facts/chain-fact.js'
import type { LineModel } from '../lines/line.js'
import { measureOf, sumOf } from '../quantities/day-amounts.js'
import { type DayMismatch, mismatchOn, startOfDay } from './coming-days.js'
import { discrepancy, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { deviceDays } from './dose-mismatch-device.js'

const HOUR_MS = 3_600_000
const GRACE_MS = 2 * HOUR_MS
const BEFORE_SLOT_MS = HOUR_MS

type Outdated = {
  readonly medicine: string | undefined
  readonly made: string
  readonly changed: string
  readonly change: 'stop' | 'hold' | 'decrease' | 'other'
  /** Version of the list that the program was made from, where it says so. */
  readonly list: string | undefined
}
const WORDS = {
  nb: { stop: 'seponert', hold: 'satt på pause', decrease: 'redusert', other: 'endret' },
  da: { stop: 'seponeret', hold: 'sat på pause', decrease: 'nedsat', other: 'ændret' },
  en: { stop: 'stopped', hold: 'paused', decrease: 'decreased', other: 'changed' },
  sv: { stop: 'utsatt', hold: 'pausat', decrease: 'minskat', other: 'ändrat' },
  fi: { stop: 'lopetettu', hold: 'tauotettu', decrease: 'vähennetty', other: 'muutettu' },
} as const
const sentences: Sentences<Outdated> = {
  nb: (n, { name, time }) =>
    `Dispenserens program er fra ${time(n.made)}; ${name(n.medicine)} ble ${WORDS.nb[n.change]} ${time(n.changed)}.`,
  da: (n, { name, time }) =>
    `Dispenserens program er fra ${time(n.made)}; ${name(n.medicine)} blev ${WORDS.da[n.change]} ${time(n.changed)}.`,
  en: (n, { name, time }) =>
    `The dispenser's program is of ${time(n.made)}; ${name(n.medicine)} was ${WORDS.en[n.change]} ${time(n.changed)}.`,
  sv: (n, { name, time }) =>
    `Dispenserns program är från ${time(n.made)}; ${name(n.medicine)} blev ${WORDS.sv[n.change]} ${time(n.changed)}.`,
  fi: (n, { name, time }) =>
    `Annostelijan ohjelma on ajalta ${time(n.made)}; ${name(n.medicine)}: ${WORDS.fi[n.change]} ${time(n.changed)}.`,
}

export const programOutdated = discrepancy<Outdated>({
  code: 'program-outdated',
  sentences,
  find: (situation) => {
    const { at, lines, quantities, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const line of lines)
      for (const program of quantities.devices().programsOf(line)) {
        const changed = changedAfter(program, line)
        if (changed === undefined || line.state === undefined) continue
        const mismatch = firstDifference(line, situation)
        if (mismatch === undefined) continue
        const opens = Math.min(changed + GRACE_MS, beforeNextSlot(line, changed, situation))
        next.push(startOfDay(mismatch.day, situation))
        if (opens > at) {
          next.push(opens)
          continue
        }
        const change = changeOf(line, mismatch)
        const evidence = [versioned(program.ref)]
        findings.push({
          about: [line.id, program.key],
          severity: change === 'other' ? ('moderate' as const) : ('high' as const),
          implicated: [line.ref, versioned(line.state.decision.fact.ref), ...evidence],
          evidence,
          numbers: {
            medicine: nameOf(line),
            made: iso(program.madeAt),
            changed: iso(changed),
            change,
            list: program.list,
          },
        })
      }
    return { findings, next }
  },
})

/** When the list last showed another decision on the line than when the program was made. */
function changedAfter({ madeAt }: Program, { state, dosageFact }: LineModel): number | undefined {
  if (state === undefined) return undefined
  const heard = Math.max(state.decision.fact.receivedAt, dosageFact?.receivedAt ?? 0)
  const changed = Math.max(heard, Number.isFinite(state.since) ? state.since : 0)
  return changed > madeAt ? changed : undefined
}

/** The first coming day on which the program does not do what is intended now. */
function firstDifference(line: LineModel, situation: Situation): DayMismatch | undefined {
  const { quantities } = situation
  for (const day of deviceDays(line, situation)) {
    const programmed = quantities.programmed(line, day)
    if (programmed === undefined) continue
    const mismatch = mismatchOn(line, day, quantities.intended(line, day), programmed, situation)
    if (mismatch !== undefined) return mismatch
  }
  return undefined
}

/** An hour before the first slot after the change; a slot that has gone by since does not close it again. */
function beforeNextSlot(line: LineModel, changed: number, situation: Situation): number {
  const { quantities } = situation
  const slots = deviceDays(line, situation).flatMap((day) =>
    (quantities.programmed(line, day)?.doses ?? []).flatMap(
      ({ minutes }) => quantities.dueOf(day, minutes) ?? [],
    ),
  )
  return Math.min(...slots.filter((due) => due > changed)) - BEFORE_SLOT_MS
}

function changeOf({ status }: LineModel, { expected, found }: DayMismatch): Outdated['change'] {
  if (status === 'stopped' || status === 'completed') return 'stop'
  if (status === 'on-hold') return 'hold'
  const measure = measureOf([...expected.doses, ...found.doses])
  if (measure === undefined) return 'other'
  const less = compare(sumOf(expected.doses.map(measure.of)).high, sumOf(found.doses.map(measure.of)).high)
  return less < 0 ? 'decrease' : 'other'
}
