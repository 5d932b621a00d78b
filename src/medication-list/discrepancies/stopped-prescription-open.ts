/** A line was stopped, or was never true, and a prescription of it can still be dispensed an hour later. */
import type { DecisionFact, Prescription } from '../facts/fact.js'
import { isValid, type LineModel, prescriptionsOf } from '../lines/line.js'
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
    for (const { line, since, by, prescription } of [...ofStopped(lines), ...ofErrors(lines)]) {
      if (!isValid(prescription, at)) continue
      const from = since + RECALL_MS
      if (prescription.validTo !== undefined) next.push(prescription.validTo)
      if (at < from) {
        next.push(from)
        continue
      }
      findings.push({
        about: [prescription.key],
        severity: 'high' as const,
        implicated: [line.ref, versioned(prescription.ref), versioned(by.ref)],
        evidence: [versioned(prescription.ref)],
        numbers: { medicine: nameOf(line), stopped: iso(since) },
      })
    }
    return { findings, next }
  },
})

interface Ended {
  readonly line: LineModel
  readonly since: number
  /** The fact that ended the line. */
  readonly by: DecisionFact
  readonly prescription: Prescription
}

const ofStopped = (lines: readonly LineModel[]): Ended[] =>
  lines.flatMap((line) => {
    const { state, status } = line
    if (status !== 'stopped' || state === undefined) return []
    return prescriptionsOf(line).map((prescription) => ({
      line,
      since: state.since,
      by: state.decision.fact,
      prescription,
    }))
  })

/** A row that was never true leaves its prescription behind, unless another row stands for it. */
function ofErrors(lines: readonly LineModel[]): Ended[] {
  const wrong = lines.flatMap(({ status, group }) =>
    status === 'entered-in-error' ? group.facts.filter(({ kind }) => kind === 'row') : [],
  )
  if (wrong.length === 0) return []
  const owners = new Map<string, { readonly line: LineModel; readonly prescription: Prescription }>()
  for (const line of lines)
    if (line.status !== 'stopped' && !line.group.facts.some(({ kind }) => kind === 'row'))
      for (const prescription of prescriptionsOf(line))
        if (prescription.status !== 'error')
          for (const token of prescription.own) owners.set(token, { line, prescription })
  const found = new Map<string, Ended>()
  for (const row of wrong) {
    const owner = row.keys.map(({ token }) => owners.get(token)).find((one) => one !== undefined)
    const since = row.statusSince ?? row.receivedAt
    if (owner === undefined || owner.prescription.decided.from > since) continue
    const known = found.get(owner.prescription.key)
    if (known === undefined || since < known.since)
      found.set(owner.prescription.key, { ...owner, since, by: row })
  }
  return [...found.values()]
}
