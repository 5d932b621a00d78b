/**
 * A dose that a device or carer records passed its window untaken: told as not taken, or not told at all although the
 * recorder was heard of later. A silent recorder makes the dose unknown, not missed.
 */
import { dueAt } from '../facts/event-time.js'
import type { LineModel } from '../lines/line.js'
import { discrepancy, type Finding, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { LOOKBACK_MS, type Missed, readRecording, tellsNotTaken, watch } from './recorded-doses.js'

const HIGH_COUNT = 3
const HIGH_WINDOW_MS = 48 * 3_600_000

type MissedDoses = {
  readonly medicine: string | undefined
  /** A sachet whose content leads to no line. */
  readonly sachet: boolean
  /** Of the newest. */
  readonly due: string
  readonly count: number
}
const sentences: Sentences<MissedDoses> = {
  nb: ({ medicine, sachet, due, count }, { name, time }) =>
    `${sachet ? 'En multidosepose' : name(medicine)} ble ikke tatt ${time(due)}${count > 1 ? ` (${count} doser på 7 dager)` : ''}.`,
  da: ({ medicine, sachet, due, count }, { name, time }) =>
    `${sachet ? 'En dosispose' : name(medicine)} blev ikke taget ${time(due)}${count > 1 ? ` (${count} doser på 7 dage)` : ''}.`,
  en: ({ medicine, sachet, due, count }, { name, time }) =>
    `${sachet ? 'A multidose sachet' : name(medicine)} was not taken ${time(due)}${count > 1 ? ` (${count} doses in 7 days)` : ''}.`,
  sv: ({ medicine, sachet, due, count }, { name, time }) =>
    `${sachet ? 'En dospåse' : name(medicine)} togs inte ${time(due)}${count > 1 ? ` (${count} doser på 7 dagar)` : ''}.`,
  fi: ({ medicine, sachet, due, count }, { name, time }) =>
    `${sachet ? 'Annospussia' : `${name(medicine)}: annosta`} ei otettu ${time(due)}${count > 1 ? ` (${count} annosta 7 päivässä)` : ''}.`,
}

export const missedDose = discrepancy<MissedDoses>({
  code: 'missed-dose',
  sentences,
  find: (situation) => {
    const { lines } = situation
    const findings: MissedFinding[] = []
    const next: number[] = []
    const told = new Set<string>()
    const recording = readRecording(situation)
    for (const line of lines) {
      const { missed, next: due } = watch(line, recording, situation)
      for (const { intake } of missed) if (intake !== undefined) told.add(intake.ref)
      next.push(...due, ...passing(missed, situation))
      if (missed.length > 0) findings.push(finding(missed, [line.id], line, situation))
    }
    for (const [device, missed] of unplaced(situation, told)) {
      next.push(...passing(missed, situation))
      findings.push(finding(missed, [device], undefined, situation))
    }
    return { findings, next }
  },
})

type MissedFinding = Finding & { readonly numbers: MissedDoses }

function finding(
  missed: readonly Missed[],
  about: readonly string[],
  line: LineModel | undefined,
  { at, versioned }: Situation,
): MissedFinding {
  const newest = Math.max(...missed.map(({ due }) => due))
  const recent = missed.filter(({ due }) => at - due <= HIGH_WINDOW_MS)
  const evidence = missed
    .flatMap(({ intake }) => (intake === undefined ? [] : [versioned(intake.ref)]))
    .sort()
  return {
    about,
    severity: line?.critical === true || recent.length >= HIGH_COUNT ? 'high' : 'moderate',
    implicated: [...(line === undefined ? [] : [line.ref]), ...evidence],
    evidence,
    numbers: {
      medicine: line === undefined ? undefined : nameOf(line),
      sachet: line === undefined,
      due: iso(newest),
      count: missed.length,
    },
  }
}

/** Instants at which a missed dose leaves the severity window or the look-back. */
const passing = (missed: readonly Missed[], { at }: Situation): number[] =>
  missed
    .flatMap(({ due }) => [due + HIGH_WINDOW_MS + 1, due + LOOKBACK_MS + 1])
    .filter((instant) => instant > at)

/** Doses told as not taken whose content leads to no line: still to be seen, by the device that told them. */
function unplaced({ at, facts, lines }: Situation, told: ReadonlySet<string>): Map<string, Missed[]> {
  const byDevice = new Map<string, Missed[]>()
  const candidates = facts.intakes.filter((intake) => {
    if (!tellsNotTaken(intake) || told.has(intake.ref)) return false
    const due = dueAt(intake)
    return due <= at && at - due <= LOOKBACK_MS
  })
  if (candidates.length === 0) return byDevice
  const placed = new Set(lines.flatMap(({ group }) => group.intakes.map(({ fact }) => fact.ref)))
  const parents = new Set(facts.intakes.flatMap(({ partOf }) => partOf))
  for (const fact of candidates) {
    if (placed.has(fact.ref) || parents.has(fact.ref) || parents.has(fact.key)) continue
    const device = fact.device ?? fact.sourceKey
    byDevice.set(device, [...(byDevice.get(device) ?? []), { due: dueAt(fact), intake: fact }])
  }
  return byDevice
}
