/**
 * A valid prescription on which the holder of the list has not decided, or which stands in no row of the holder's
 * list a day later. Without a holder nobody has decided (7, R1).
 */
import type { DecisionFact, Prescription } from '../facts/fact.js'
import { kinship } from '../facts/read-medicine.js'
import { type Holder, holderHasDecided, isHolders, isListed } from '../lines/holder.js'
import { isValid, type LineModel, prescriptionsOf } from '../lines/line.js'
import {
  discrepancy,
  isOpen,
  iso,
  nameOf,
  type Sentences,
  type Severity,
  type Situation,
} from './discrepancy.js'
import { interacts } from './interaction.js'
import { groupsOf } from './therapeutic-groups.js'

/** Time that the holder has for sending a list in which the prescription stands. */
const LISTING_MS = 86_400_000

type Undecided = { readonly medicine: string | undefined; readonly prescribed: string }
const sentences: Sentences<Undecided> = {
  nb: ({ medicine, prescribed }, { name, time }) =>
    `${name(medicine)} ble forskrevet ${time(prescribed)}, men ansvarlig for legemiddellisten har ikke tatt stilling til det.`,
  da: ({ medicine, prescribed }, { name, time }) =>
    `${name(medicine)} blev ordineret ${time(prescribed)}, men den ansvarlige for medicinlisten har ikke taget stilling til det.`,
  en: ({ medicine, prescribed }, { name, time }) =>
    `${name(medicine)} was prescribed ${time(prescribed)}, but whoever holds the list has not decided on it.`,
  sv: ({ medicine, prescribed }, { name, time }) =>
    `${name(medicine)} förskrevs ${time(prescribed)}, men den som ansvarar för läkemedelslistan har inte tagit ställning till det.`,
  fi: ({ medicine, prescribed }, { name, time }) =>
    `${name(medicine)} määrättiin ${time(prescribed)}, mutta lääkelistan vastuuhenkilö ei ole ottanut siihen kantaa.`,
}

export const prescribedNotOnList = discrepancy<Undecided>({
  code: 'prescribed-not-on-list',
  sentences,
  find: (situation) => {
    const { at, lines, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const line of lines)
      for (const prescription of prescriptionsOf(line)) {
        if (!isValid(prescription, at)) continue
        const since = openSince(prescription, line, situation)
        if (since === undefined) continue
        if (prescription.validTo !== undefined) next.push(prescription.validTo)
        if (since > at) {
          next.push(since)
          continue
        }
        findings.push({
          about: [prescription.key],
          severity: severityOf(line, situation),
          implicated: [line.ref, versioned(prescription.ref)],
          evidence: [versioned(prescription.ref)],
          numbers: { medicine: nameOf(line), prescribed: iso(prescription.decided.from) },
        })
      }
    return { findings, next }
  },
})

/** Instant from which it holds; undefined when the holder has it in hand. */
function openSince(prescription: Prescription, line: LineModel, { holder }: Situation): number | undefined {
  const { facts } = line.group
  const authored = prescription.decided.from
  if (!holderHasDecided(prescription, facts, holder)) return Number.NEGATIVE_INFINITY
  // Who holds the list without sending one of another kind, or decides on this one, has nothing else to put it in.
  if (holder?.list === undefined) return undefined
  const listed = facts.some(
    (fact) =>
      ((isInUse(fact) || fact.decided.from >= authored) && isListed(fact, holder)) ||
      isDecidedHere(fact, authored, holder),
  )
  return listed ? undefined : authored + LISTING_MS
}

const isDecidedHere = (fact: DecisionFact, authored: number, holder: Holder): boolean =>
  fact.kind === 'row' &&
  fact.decidedOn !== undefined &&
  fact.decided.from >= authored &&
  isHolders(fact, holder)

/** A row that says "stopped" does not list what is prescribed after it. */
const isInUse = ({ kind, status }: DecisionFact): boolean =>
  kind === 'row' && (status === 'active' || status === 'intended' || status === 'on-hold')

function severityOf(line: LineModel, situation: Situation): Severity {
  const { helped, lines, config } = situation
  const groups = groupsOf(line.medicine, config)
  const isRelated = ({ medicine }: LineModel): boolean => {
    if (line.medicine === undefined || medicine === undefined) return false
    if (kinship(line.medicine, medicine) === 'share') return true
    const others = groupsOf(medicine, config)
    return groups.some((group) => others.includes(group))
  }
  return helped ||
    line.critical ||
    lines.some((other) => other.id !== line.id && isOpen(other) && isRelated(other)) ||
    interacts(line, situation)
    ? 'high'
    : 'moderate'
}
