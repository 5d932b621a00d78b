/** On a day to come a roll holds another amount of a line than intended, or the same at other times (6.2, B). */
import type { LineModel } from '../lines/line.js'
import type { PackedDose } from '../quantities/packed.js'
import { packsOf } from '../quantities/packed.js'
import { rollKey } from '../quantities/rolls.js'
import {
  comingDays,
  type DayMismatch,
  mismatchOn,
  refsOf,
  slotInstants,
  startOfDay,
  sumTexts,
  timesOf,
  whileInUse,
} from './coming-days.js'
import { discrepancy, type Finding, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { counted } from './words.js'

type Packed = {
  readonly medicine: string | undefined
  readonly day: string
  readonly days: number
  readonly intended: string | undefined
  readonly packed: string | undefined
  readonly intendedTimes: readonly string[]
  readonly packedTimes: readonly string[]
  readonly onlySlots: boolean
}
const sentences: Sentences<Packed> = {
  nb: (n, { name, day, amount, clock }) =>
    n.onlySlots
      ? `${name(n.medicine)} er pakket til andre tider enn ordinert fra ${day(n.day)}: kl. ${clock(n.packedTimes)} i stedet for ${clock(n.intendedTimes)} (${counted(n.days, 'dag', 'dager')}).`
      : `${name(n.medicine)}: pakket ${amount(n.packed ?? '?')} per døgn, ordinert ${amount(n.intended ?? '?')}, fra ${day(n.day)} (${counted(n.days, 'dag', 'dager')}).`,
  da: (n, { name, day, amount, clock }) =>
    n.onlySlots
      ? `${name(n.medicine)} er pakket til andre tider end ordineret fra ${day(n.day)}: kl. ${clock(n.packedTimes)} i stedet for ${clock(n.intendedTimes)} (${counted(n.days, 'dag', 'dage')}).`
      : `${name(n.medicine)}: pakket ${amount(n.packed ?? '?')} i døgnet, ordineret ${amount(n.intended ?? '?')}, fra ${day(n.day)} (${counted(n.days, 'dag', 'dage')}).`,
  en: (n, { name, day, amount, clock }) =>
    n.onlySlots
      ? `${name(n.medicine)} is packed at other times than intended from ${day(n.day)}: ${clock(n.packedTimes)} instead of ${clock(n.intendedTimes)} (${counted(n.days, 'day', 'days')}).`
      : `${name(n.medicine)}: ${amount(n.packed ?? '?')} a day packed, ${amount(n.intended ?? '?')} intended, from ${day(n.day)} (${counted(n.days, 'day', 'days')}).`,
  sv: (n, { name, day, amount, clock }) =>
    n.onlySlots
      ? `${name(n.medicine)} är packat till andra tider än ordinerat från ${day(n.day)}: kl. ${clock(n.packedTimes)} i stället för ${clock(n.intendedTimes)} (${counted(n.days, 'dag', 'dagar')}).`
      : `${name(n.medicine)}: packat ${amount(n.packed ?? '?')} per dygn, ordinerat ${amount(n.intended ?? '?')}, från ${day(n.day)} (${counted(n.days, 'dag', 'dagar')}).`,
  fi: (n, { name, day, amount, clock }) =>
    n.onlySlots
      ? `${name(n.medicine)} on pakattu eri aikoihin kuin määrätty alkaen ${day(n.day)}: klo ${clock(n.packedTimes)}, määrätty ${clock(n.intendedTimes)} (${counted(n.days, 'päivä', 'päivää')}).`
      : `${name(n.medicine)}: pakattu ${amount(n.packed ?? '?')} vuorokaudessa, määrätty ${amount(n.intended ?? '?')}, alkaen ${day(n.day)} (${counted(n.days, 'päivä', 'päivää')}).`,
}

export const doseMismatchPack = discrepancy<Packed>({
  code: 'dose-mismatch-pack',
  sentences,
  find: (situation) => {
    const findings = []
    const next: number[] = []
    for (const line of situation.lines)
      for (const [roll, mismatches] of mismatchesOf(line, situation)) {
        findings.push(finding(line, roll, mismatches, situation))
        next.push(...passing(mismatches, situation))
      }
    return { findings, next }
  },
})

/** A line that is not in use in the roll's days is told as stopped and still packed, or by nobody decided. */
function mismatchesOf(line: LineModel, situation: Situation): Map<string, DayMismatch[]> {
  const byRoll = new Map<string, DayMismatch[]>()
  if (line.group.decisions.length === 0) return byRoll
  const { quantities } = situation
  for (const day of packedDays(line, situation)) {
    const packed = quantities.packed(line, day)
    const found = whileInUse(packed, day, line, situation)
    const supply = packed.doses.flatMap((dose: PackedDose) => dose.supply ?? [])[0]
    if (found.doses.length === 0 || supply === undefined) continue
    const mismatch = mismatchOn(line, day, quantities.intended(line, day), found, situation)
    if (mismatch === undefined) continue
    const roll = rollKey(supply)
    byRoll.set(roll, [...(byRoll.get(roll) ?? []), mismatch])
  }
  return byRoll
}

function packedDays(line: LineModel, situation: Situation): string[] {
  const days = packsOf(line).flatMap(({ fact: { pack } }) => comingDays(pack.from, pack.to, situation))
  return [...new Set(days)].sort()
}

function finding(
  line: LineModel,
  roll: string,
  mismatches: readonly DayMismatch[],
  { versioned }: Situation,
): Finding & { readonly numbers: Packed } {
  const worst = mismatches.find(({ kind }) => kind === 'sum') ?? mismatches[0]
  const { day = '', expected, found } = worst ?? {}
  const [intended, packed] = sumTexts(expected?.doses ?? [], found?.doses ?? [])
  const evidence = [...new Set(mismatches.flatMap((one) => refsOf(one.found.doses)))].sort().map(versioned)
  const deciding = refsOf(expected?.doses ?? []).map(versioned)
  const onlySlots = mismatches.every(({ kind }) => kind === 'slots')
  return {
    about: [line.id, roll],
    severity: onlySlots ? 'moderate' : 'high',
    implicated: [line.ref, ...deciding, ...evidence],
    evidence,
    numbers: {
      medicine: nameOf(line),
      day,
      days: mismatches.length,
      intended,
      packed,
      intendedTimes: timesOf(expected?.doses ?? []),
      packedTimes: timesOf(found?.doses ?? []),
      onlySlots,
    },
  }
}

/** When a day or slot with a difference has gone by. */
function passing(mismatches: readonly DayMismatch[], situation: Situation): number[] {
  const [first] = mismatches
  if (first === undefined) return []
  const instants = slotInstants([...first.expected.doses, ...first.found.doses], first.day, situation)
  return [...instants, startOfDay(first.day, situation)]
}
