/** The dispenser is set to give something else than what lies in the roll that it holds (6.2, C). */
import type { LineModel } from '../lines/line.js'
import type { Loaded } from '../quantities/devices.js'
import {
  comingDays,
  type DayMismatch,
  mismatchOn,
  refsOf,
  slotInstants,
  startOfDay,
  sumTexts,
  timesOf,
} from './coming-days.js'
import { discrepancy, nameOf, type Sentences, type Situation } from './discrepancy.js'

type Differs = {
  readonly medicine: string | undefined
  readonly day: string
  readonly packed: string | undefined
  readonly programmed: string | undefined
  readonly packedTimes: readonly string[]
  readonly programmedTimes: readonly string[]
}
const at = (times: string, lead: string): string => (times === '' ? '' : ` ${lead} ${times}`)
const sentences: Sentences<Differs> = {
  nb: (n, { name, day, amount, clock }) =>
    `Rullen i dispenseren har ${amount(n.packed ?? '?')} ${name(n.medicine)} ${day(n.day)}${at(clock(n.packedTimes), 'kl.')}, dispenseren er satt til ${amount(n.programmed ?? '?')}${at(clock(n.programmedTimes), 'kl.')}.`,
  da: (n, { name, day, amount, clock }) =>
    `Rullen i dispenseren har ${amount(n.packed ?? '?')} ${name(n.medicine)} ${day(n.day)}${at(clock(n.packedTimes), 'kl.')}, dispenseren er sat til ${amount(n.programmed ?? '?')}${at(clock(n.programmedTimes), 'kl.')}.`,
  en: (n, { name, day, amount, clock }) =>
    `The roll in the dispenser holds ${amount(n.packed ?? '?')} of ${name(n.medicine)} ${day(n.day)}${at(clock(n.packedTimes), 'at')}, the dispenser is set to ${amount(n.programmed ?? '?')}${at(clock(n.programmedTimes), 'at')}.`,
  sv: (n, { name, day, amount, clock }) =>
    `Rullen i dispensern har ${amount(n.packed ?? '?')} ${name(n.medicine)} ${day(n.day)}${at(clock(n.packedTimes), 'kl.')}, dispensern är inställd på ${amount(n.programmed ?? '?')}${at(clock(n.programmedTimes), 'kl.')}.`,
  fi: (n, { name, day, amount, clock }) =>
    `Annostelijan rullassa on ${amount(n.packed ?? '?')} ${name(n.medicine)} ${day(n.day)}${at(clock(n.packedTimes), 'klo')}, annostelija on asetettu: ${amount(n.programmed ?? '?')}${at(clock(n.programmedTimes), 'klo')}.`,
}

export const packDeviceMismatch = discrepancy<Differs>({
  code: 'pack-device-mismatch',
  sentences,
  find: (situation) => {
    const { lines, quantities, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const loaded of quantities.devices().loaded)
      for (const line of lines) {
        const mismatch = firstMismatch(line, loaded, situation)
        if (mismatch === undefined || loaded.roll === undefined) continue
        const { day, expected, found } = mismatch
        next.push(
          startOfDay(day, situation),
          ...slotInstants([...expected.doses, ...found.doses], day, situation),
        )
        const [packed, programmed] = sumTexts(expected.doses, found.doses)
        const evidence = [...refsOf(expected.doses), ...refsOf(found.doses), loaded.load.ref]
          .sort()
          .map(versioned)
        findings.push({
          about: [line.id, loaded.roll.key],
          severity: 'high' as const,
          implicated: [line.ref, ...evidence],
          evidence,
          numbers: {
            medicine: nameOf(line),
            day,
            packed,
            programmed,
            packedTimes: timesOf(expected.doses),
            programmedTimes: timesOf(found.doses),
          },
        })
      }
    return { findings, next }
  },
})

function firstMismatch(line: LineModel, { roll }: Loaded, situation: Situation): DayMismatch | undefined {
  const { quantities } = situation
  const mine =
    roll?.supplies.filter(({ ref }) => line.group.supplies.some(({ fact }) => fact.ref === ref)) ?? []
  if (roll === undefined || mine.length === 0) return undefined
  const refs = new Set(mine.map(({ ref }) => ref))
  for (const day of comingDays(roll.from, roll.to, situation)) {
    const programmed = quantities.programmed(line, day)
    if (programmed === undefined) continue
    const packed = quantities.packed(line, day)
    const inRoll = packed.doses.filter(({ supply }) => supply !== undefined && refs.has(supply.ref))
    const mismatch = mismatchOn(line, day, { known: packed.known, doses: inRoll }, programmed, situation)
    if (mismatch !== undefined) return mismatch
  }
  return undefined
}
