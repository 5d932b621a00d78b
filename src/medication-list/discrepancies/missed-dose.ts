/**
 * A dose that a device or carer records passed its window untaken: told as not taken, or not told at all although the
 * recorder was heard of later. A silent recorder makes the dose unknown, not missed.
 */
import type { Language } from '../dosage/units.js'
import type { Intake } from '../facts/fact.js'
import type { LineModel } from '../lines/line.js'
import { type Discrepancy, type Finding, nameOf, type Situation } from './discrepancy.js'
import { LOOKBACK_MS, type Missed, readRecording, tellsNotTaken, watch } from './recorded-doses.js'
import { timeText } from './words.js'

const HIGH_COUNT = 3
const HIGH_WINDOW_MS = 48 * 3_600_000

const SENTENCES: Readonly<Record<Language, (name: string, time: string, count: number) => string>> = {
  nb: (name, time, count) =>
    `${name} ble ikke tatt ${time}${count > 1 ? ` (${count} doser på 7 dager)` : ''}.`,
  da: (name, time, count) =>
    `${name} blev ikke taget ${time}${count > 1 ? ` (${count} doser på 7 dage)` : ''}.`,
  en: (name, time, count) =>
    `${name} was not taken ${time}${count > 1 ? ` (${count} doses in 7 days)` : ''}.`,
  sv: (name, time, count) => `${name} togs inte ${time}${count > 1 ? ` (${count} doser på 7 dagar)` : ''}.`,
  fi: (name, time, count) =>
    `${name} jäi ottamatta ${time}${count > 1 ? ` (${count} annosta 7 päivässä)` : ''}.`,
}
const SACHET: Readonly<Record<Language, string>> = {
  nb: 'En multidosepose',
  da: 'En dosispose',
  en: 'A multidose sachet',
  sv: 'En dospåse',
  fi: 'Annospussi',
}

export const missedDose: Discrepancy = {
  code: 'missed-dose',
  find: (situation) => {
    const { lines, language } = situation
    const findings: Finding[] = []
    const next: number[] = []
    const told = new Set<string>()
    const recording = readRecording(situation)
    for (const line of lines) {
      const { missed, next: due } = watch(line, recording, situation)
      for (const { intake } of missed) if (intake !== undefined) told.add(intake.ref)
      next.push(...due, ...passing(missed, situation))
      if (missed.length > 0)
        findings.push(finding(missed, [line.id], nameOf(line, language), line, situation))
    }
    for (const [device, missed] of unplaced(situation, told)) {
      next.push(...passing(missed, situation))
      findings.push(finding(missed, [device], SACHET[language], undefined, situation))
    }
    return { findings, next }
  },
}

function finding(
  missed: readonly Missed[],
  about: readonly string[],
  name: string,
  line: LineModel | undefined,
  { at, config, language, versioned }: Situation,
): Finding {
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
    detail: SENTENCES[language](name, timeText(newest, config.zone, language), missed.length),
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
    const due = dueOf(intake)
    return due <= at && at - due <= LOOKBACK_MS
  })
  if (candidates.length === 0) return byDevice
  const placed = new Set(lines.flatMap(({ group }) => group.intakes.map(({ fact }) => fact.ref)))
  const parents = new Set(facts.intakes.flatMap(({ partOf }) => partOf))
  for (const fact of candidates) {
    if (placed.has(fact.ref) || parents.has(fact.ref) || parents.has(fact.key)) continue
    const device = fact.device ?? fact.sourceKey
    byDevice.set(device, [...(byDevice.get(device) ?? []), { due: dueOf(fact), intake: fact }])
  }
  return byDevice
}

const dueOf = (intake: Intake): number => intake.scheduled ?? intake.at?.from ?? intake.receivedAt
