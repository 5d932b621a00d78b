/** A line was stopped, and a prescription of it can still be dispensed an hour later. */
import type { Language } from '../dosage/units.js'
import { isValid, prescriptionsOf } from '../lines/line.js'
import { type Discrepancy, type Finding, nameOf } from './discrepancy.js'
import { timeText } from './words.js'

/** Time that whoever stopped the line has for recalling its prescriptions. */
const RECALL_MS = 3_600_000

const SENTENCES: Readonly<Record<Language, (name: string, stop: string) => string>> = {
  nb: (name, stop) => `${name} ble stoppet ${stop}, men en resept kan fortsatt utleveres.`,
  da: (name, stop) => `${name} blev stoppet ${stop}, men en recept kan stadig udleveres.`,
  en: (name, stop) => `${name} was stopped ${stop}, but a prescription can still be dispensed.`,
  sv: (name, stop) => `${name} stoppades ${stop}, men ett recept kan fortfarande expedieras.`,
  fi: (name, stop) => `${name} lopetettiin ${stop}, mutta resepti voidaan yhä toimittaa.`,
}

export const stoppedPrescriptionOpen: Discrepancy = {
  code: 'stopped-prescription-open',
  find: ({ at, lines, config, language, versioned }) => {
    const findings: Finding[] = []
    const next: number[] = []
    for (const line of lines) {
      if (line.status !== 'stopped' || line.state === undefined) continue
      const from = line.state.since + RECALL_MS
      for (const prescription of prescriptionsOf(line)) {
        if (!isValid(prescription, at)) continue
        if (at < from) next.push(from)
        if (prescription.validTo !== undefined) next.push(prescription.validTo)
        if (at < from) continue
        findings.push({
          about: [prescription.key],
          severity: 'high',
          implicated: [line.ref, versioned(prescription.ref), versioned(line.state.decision.fact.ref)],
          evidence: [versioned(prescription.ref)],
          detail: SENTENCES[language](
            nameOf(line, language),
            timeText(line.state.since, config.zone, language),
          ),
        })
      }
    }
    return { findings, next }
  },
}
