/** Something was taken that belongs to no line (6.2, D; 3.2, rules 5 and 6). */
import { localDate } from '../../core/zone.js'
import { dueAt, happenedAt } from '../facts/event-time.js'
import type { Intake } from '../facts/fact.js'
import type { Unattached } from '../grouping/line-group.js'
import { discrepancy, type Finding, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'

/** Days for which an intake that nobody explained is held up to the holder. */
const LOOKBACK_MS = 90 * 86_400_000
const UNTOLD_MS = 14 * 86_400_000
/** A dose whose time is not that of a slot answers one within this time. */
const REACH_MS = 4 * 3_600_000

type Unplanned = { readonly medicine: string | undefined; readonly taken: string; readonly count: number }
const sentences: Sentences<Unplanned> = {
  nb: ({ medicine, taken, count }, { name, time }) =>
    `${name(medicine)} ble tatt ${time(taken)}${count > 1 ? ` (${count} ganger)` : ''}, uten at det hører til noe på listen.`,
  da: ({ medicine, taken, count }, { name, time }) =>
    `${name(medicine)} blev taget ${time(taken)}${count > 1 ? ` (${count} gange)` : ''}, uden at det hører til noget på listen.`,
  en: ({ medicine, taken, count }, { name, time }) =>
    `${name(medicine)} was taken ${time(taken)}${count > 1 ? ` (${count} times)` : ''} and belongs to nothing on the list.`,
  sv: ({ medicine, taken, count }, { name, time }) =>
    `${name(medicine)} togs ${time(taken)}${count > 1 ? ` (${count} gånger)` : ''} utan att höra till något på listan.`,
  fi: ({ medicine, taken, count }, { name, time }) =>
    `${name(medicine)} otettiin ${time(taken)}${count > 1 ? ` (${count} kertaa)` : ''}, eikä se kuulu mihinkään listalla.`,
}

export const unplannedIntake = discrepancy<Unplanned>({
  code: 'unplanned-intake',
  sentences,
  find: (situation) => {
    const findings: (Finding & { readonly numbers: Unplanned })[] = []
    const next: number[] = []
    const tell = (
      about: string,
      line: readonly string[],
      medicine: string | undefined,
      intakes: Intake[],
    ): void => {
      const taken = intakes.filter((intake) => isRecent(intake, situation))
      if (taken.length === 0) return
      const evidence = [...new Set(taken.map(({ ref }) => situation.versioned(ref)))].sort()
      const newest = Math.max(...taken.map(happenedAt))
      next.push(
        ...taken.flatMap((intake) => [
          happenedAt(intake) + UNTOLD_MS + 1,
          happenedAt(intake) + LOOKBACK_MS + 1,
        ]),
      )
      findings.push({
        about: [about],
        severity: 'moderate',
        implicated: [...line, ...evidence],
        evidence,
        numbers: { medicine, taken: iso(newest), count: evidence.length },
      })
    }
    for (const line of situation.lines)
      if (line.status === 'unknown')
        tell(
          line.id,
          [line.ref],
          nameOf(line),
          line.group.intakes.map(({ fact }) => fact),
        )
    for (const [key, intakes] of withoutLine(situation))
      tell(
        key,
        [],
        intakes[0]?.medicines.map(({ name }) => name).find((name) => name !== undefined),
        intakes,
      )
    return { findings, next }
  },
})

const isRecent = (intake: Intake, { at }: Situation): boolean =>
  intake.outcome === 'taken' && happenedAt(intake) <= at && at - happenedAt(intake) <= LOOKBACK_MS

/**
 * Intakes that lead nowhere, by medicine, else by what told of them. One of several candidate lines belongs to the set of
 * them, and one of a ward to the stay; a sachet is explained by what was packed, or by its parts.
 */
function withoutLine(situation: Situation): Map<string, Intake[]> {
  const found = new Map<string, Intake[]>()
  for (const { fact, why } of situation.unattached) {
    if (fact.kind === 'intake' && isUnexplained(why)) add(fact)
  }
  for (const sachet of situation.quantities.untoldSachets()) add(sachet)
  return found

  function add(fact: Intake): void {
    if (!isRecent(fact, situation)) return
    if (isUntold(fact) && isExplained(fact, situation)) return
    const medicine = fact.medicines[0]
    const key = medicine?.keys[0]?.key ?? medicine?.atc ?? medicine?.name?.toLowerCase() ?? ''
    const about = fact.sachet || key === '' ? (fact.device ?? fact.sourceKey) : `medicine ${key}`
    found.set(about, [...(found.get(about) ?? []), fact])
  }
}

function isUnexplained(why: Unattached['why']): boolean {
  switch (why) {
    case 'hint-only':
    case 'medicine-unknown':
      return true
    case 'several-candidates':
    case 'ward':
      return false
  }
}

/**
 * A dose of untold content: by what was packed in its pouch; where no roll of that time is known, by any dose that was
 * planned then.
 */
function isExplained(fact: Intake, situation: Situation): boolean {
  const { config, lines, quantities } = situation
  const when = dueAt(fact)
  const day = localDate(when, config.zone)
  if (fact.sachet && quantities.rolls().covers(day)) {
    if (isOld(fact, situation) || quantities.explainedSachets().has(fact.ref)) return true
    if (lines.every((line) => quantities.packed(line, day).known)) return false
  }
  return lines.some((line) =>
    quantities.intended(line, day).doses.some(({ minutes }) => {
      const due = quantities.dueOf(day, minutes)
      return due === undefined || Math.abs(due - when) <= REACH_MS
    }),
  )
}

/** For a sachet of longer ago the rolls of its time are no longer gone through. */
const isOld = (fact: Intake, { at }: Situation): boolean => at - happenedAt(fact) > UNTOLD_MS

const UNKNOWN_MEDICINE = 'Ukjent medisin'
/** What a device gives it knows by its slot alone, unless it names the medicine. */
const isUntold = ({ role, sachet, medicines }: Intake): boolean =>
  role === 'device' &&
  (sachet
    ? medicines.length === 0
    : medicines.every(
        ({ codings, name }) => codings.length === 0 && (name ?? UNKNOWN_MEDICINE) === UNKNOWN_MEDICINE,
      ))
