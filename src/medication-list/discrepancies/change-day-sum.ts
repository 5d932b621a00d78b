/**
 * On the day of a change the old dosage and the new one add up to more than either gives in a day: what was taken or
 * lies packed before the change, and what the new dosage gives from then on (medication-list.md 6.2).
 */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { compare, type Decimal, decimalText } from '../dosage/decimal.js'
import { type Decision, dosageInForce, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { inPhase } from '../lines/phase.js'
import { measureOf, type SlotAmount, slotAmounts, sumOf } from '../quantities/day-amounts.js'
import { expandDay } from '../quantities/expand-day.js'
import { discrepancy, isOpen, nameOf, type Sentences, type Situation } from './discrepancy.js'

type DaySum = {
  readonly medicine: string | undefined
  readonly day: string
  /** Amounts with their unit: what the day comes to, and the most that either dosage gives in a day. */
  readonly sum: string
  readonly most: string
}
const sentences: Sentences<DaySum> = {
  nb: ({ medicine, day, sum, most }, words) =>
    `${words.name(medicine)} endres ${words.day(day)}: gammel og ny dosering gir til sammen ${words.amount(sum)} den dagen, mer enn ${words.amount(most)}.`,
  da: ({ medicine, day, sum, most }, words) =>
    `${words.name(medicine)} ændres ${words.day(day)}: gammel og ny dosering giver tilsammen ${words.amount(sum)} den dag, mere end ${words.amount(most)}.`,
  en: ({ medicine, day, sum, most }, words) =>
    `${words.name(medicine)} changes on ${words.day(day)}: old and new dosage give ${words.amount(sum)} together that day, more than ${words.amount(most)}.`,
  sv: ({ medicine, day, sum, most }, words) =>
    `${words.name(medicine)} ändras ${words.day(day)}: gammal och ny dosering ger tillsammans ${words.amount(sum)} den dagen, mer än ${words.amount(most)}.`,
  fi: ({ medicine, day, sum, most }, words) =>
    `${words.name(medicine)} muuttuu ${words.day(day)}: vanha ja uusi annostus antavat sinä päivänä yhteensä ${words.amount(sum)}, enemmän kuin ${words.amount(most)}.`,
}

/** Days ahead on which a change that is decided is looked at. */
const DAYS_AHEAD = 14
const DAY_MS = 86_400_000

export const changeDaySum = discrepancy<DaySum>({
  code: 'change-day-sum',
  sentences,
  find: (situation) => {
    const { at, config, lines, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const line of lines) {
      if (!isOpen(line)) continue
      for (const change of changesOf(line, at)) {
        const day = localDate(change.from, config.zone)
        const over = overOf(line, change, day, situation)
        if (over === undefined) continue
        next.push(startOfLocalDay(addDays(day, 1), config.zone))
        const refs = [...new Set(over.refs)].sort().map(versioned)
        const decisions = [change.old, change.fresh].map(({ fact }) => versioned(fact.ref))
        findings.push({
          about: [line.id, day],
          severity: 'high' as const,
          implicated: [line.ref, ...decisions, ...refs],
          evidence: [...decisions, ...refs],
          numbers: { medicine: nameOf(line), day, sum: over.sum, most: over.most },
        })
      }
    }
    return { findings, next }
  },
})

interface Change {
  readonly from: number
  readonly old: Decision
  readonly fresh: Decision
}

/** Changes of the dosage in force that begin today or soon. */
function changesOf({ group }: LineModel, at: number): Change[] {
  const changes: Change[] = []
  for (const { effect } of group.decisions) {
    if (effect.kind !== 'use' || effect.from < at - DAY_MS || effect.from > at + DAYS_AHEAD * DAY_MS) continue
    const before = stateAt(group.decisions, effect.from - 1)
    const after = stateAt(group.decisions, effect.from)
    if (before?.status !== 'active' || after?.status !== 'active' || before.decision === after.decision)
      continue
    changes.push({ from: effect.from, old: before.decision, fresh: after.decision })
  }
  return changes
}

interface Over {
  readonly sum: string
  readonly most: string
  readonly refs: readonly string[]
}

function overOf(line: LineModel, change: Change, day: string, situation: Situation): Over | undefined {
  const { at, config, quantities } = situation
  if (day < localDate(at, config.zone)) return undefined
  const former = dosesOf(line, change.from - 1, day, config.zone)
  const fresh = dosesOf(line, change.from, day, config.zone)
  if (former === undefined || fresh === undefined) return undefined
  const due = ({ minutes }: SlotAmount): number => quantities.dueOf(day, minutes) ?? Number.POSITIVE_INFINITY
  const taken = quantities.taken(line, day).doses.filter((dose) => dose.at < change.from)
  const isTaken = (dose: SlotAmount): boolean =>
    taken.some((one) => Math.abs(one.due - due(dose)) <= quantities.toleranceMinutes(line) * 60_000)
  const packed = quantities
    .packed(line, day)
    .doses.filter((dose) => due(dose) < change.from && !isTaken(dose))
  const before = [...taken, ...packed]
  if (before.length === 0) return undefined
  const coming = fresh.filter((dose) => due(dose) >= change.from)
  const measure = measureOf([...before, ...coming, ...former, ...fresh])
  if (measure === undefined) return undefined
  const total = sumOf([...before, ...coming].map(measure.of)).low
  const most = larger(sumOf(former.map(measure.of)).high, sumOf(fresh.map(measure.of)).high)
  if (compare(total, most) <= 0) return undefined
  const amount = (value: Decimal): string => `${decimalText(value, '.')} ${measure.unit}`.trim()
  return { sum: amount(total), most: amount(most), refs: before.flatMap(({ refs }) => refs) }
}

const larger = (a: Decimal, b: Decimal): Decimal => (compare(a, b) >= 0 ? a : b)

/** A whole day of the dosage that is in force at an instant; undefined where it is not known. */
function dosesOf({ group }: LineModel, instant: number, day: string, zone: string): SlotAmount[] | undefined {
  const state = stateAt(group.decisions, instant)
  if (state === undefined) return undefined
  const { fact } = dosageInForce(group.decisions, state, instant)
  const { plan } = inPhase(fact, group.decisions)
  const { doses, complete } = expandDay(plan, day, zone, fact.start)
  return complete ? slotAmounts(doses, fact.medicine, [fact.ref]) : undefined
}
