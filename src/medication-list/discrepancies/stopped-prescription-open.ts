/** A line was stopped, and a prescription of it can still be dispensed an hour later. */
import { isValid, prescriptionsOf } from '../lines/line.js'
import { discrepancy, iso, nameOf, type Sentences } from './discrepancy.js'

/** Time that whoever stopped the line has for recalling its prescriptions. */
const RECALL_MS = 3_600_000

type OpenPrescription = { readonly medicine: string | undefined; readonly stopped: string }
const sentences: Sentences<OpenPrescription> = {
  nb: ({ medicine, stopped }, { name, time }) =>
    `${name(medicine)} ble stoppet ${time(stopped)}, men en resept kan fortsatt utleveres.`,
  da: ({ medicine, stopped }, { name, time }) =>
    `${name(medicine)} blev stoppet ${time(stopped)}, men en recept kan stadig udleveres.`,
  en: ({ medicine, stopped }, { name, time }) =>
    `${name(medicine)} was stopped ${time(stopped)}, but a prescription can still be dispensed.`,
  sv: ({ medicine, stopped }, { name, time }) =>
    `${name(medicine)} sattes ut ${time(stopped)}, men ett recept kan fortfarande expedieras.`,
  fi: ({ medicine, stopped }, { name, time }) =>
    `${name(medicine)} lopetettiin ${time(stopped)}, mutta resepti voidaan yhä toimittaa.`,
}

export const stoppedPrescriptionOpen = discrepancy<OpenPrescription>({
  code: 'stopped-prescription-open',
  sentences,
  find: ({ at, lines, versioned }) => {
    const findings = []
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
          severity: 'high' as const,
          implicated: [line.ref, versioned(prescription.ref), versioned(line.state.decision.fact.ref)],
          evidence: [versioned(prescription.ref)],
          numbers: { medicine: nameOf(line), stopped: iso(line.state.since) },
        })
      }
    }
    return { findings, next }
  },
})
