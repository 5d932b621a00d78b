/**
 * A decision on a line as a fact: a row of its author that says all of what is in force from then on, so that it holds
 * whatever else comes to be known (medication-list.md 4.1 and 9).
 */
import type { CodeableConcept, Dosage, Extension, MedicationStatement, Reference } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, sidUrl, volven } from '../../core/canonical.js'
import type { LineDecision } from './line-decision.js'
import { statedDosage } from './stated-dosage.js'

export interface RowContext {
  /** Id of the new row. */
  readonly id: string
  readonly patientRef: string
  readonly author: Reference
  /** When it was decided, ISO instant. */
  readonly decided: string
  /** Version of the list that the decider saw: `List/<id>/_history/<n>`. */
  readonly list: string | undefined
  /** The facts behind the line that are rows, newest last. */
  readonly rows: readonly MedicationStatement[]
}

/** Undefined for a decision that says nothing of the treatment (`unknown`, `not-mine`). */
export function decisionRow(decision: LineDecision, context: RowContext): MedicationStatement | undefined {
  const status = statusOf(decision)
  if (status === undefined) return undefined
  const { indication, line } = decision
  const reason = reasonsOf(decision)
  const dosage = decision.dosage.length > 0 ? [...decision.dosage] : dosageOf(line)
  const period = periodOf(decision, context)
  const reasonCode = indication.length > 0 ? [...indication] : line?.reasonCode
  return {
    resourceType: 'MedicationStatement',
    id: context.id,
    ...(line?.contained === undefined || decision.medication !== undefined
      ? {}
      : { contained: line.contained }),
    extension: extensionsOf(decision, context),
    identifier: [
      { system: sidUrl('decision'), value: context.id },
      ...(line?.id === undefined ? [] : [{ system: sidUrl('line'), value: line.id }]),
    ],
    status,
    ...(isByClinic(decision) ? { category: { coding: [BY_CLINIC] } } : {}),
    ...(reason.length === 0 ? {} : { statusReason: reason }),
    ...medicationOf(decision),
    subject: { reference: context.patientRef },
    ...(period === undefined ? {} : { effectivePeriod: period }),
    dateAsserted: context.decided,
    informationSource: context.author,
    ...(line?.derivedFrom === undefined ? {} : { derivedFrom: line.derivedFrom.map(plain) }),
    ...(reasonCode === undefined ? {} : { reasonCode }),
    ...(dosage.length === 0 ? {} : { dosage }),
  }
}

const plain = ({ reference, type }: Reference): Reference => ({
  ...(reference === undefined ? {} : { reference }),
  ...(type === undefined ? {} : { type }),
})

function statusOf({ kind, line }: LineDecision): MedicationStatement['status'] | undefined {
  switch (kind) {
    case 'continue':
    case 'change':
      return line === undefined || line.status === 'unknown' ? 'active' : line.status
    case 'resume':
    case 'start':
      return 'active'
    case 'hold':
      return 'on-hold'
    case 'stop':
      return 'stopped'
    case 'unknown':
    case 'not-mine':
      return undefined
  }
}

/** What goes on keeps the reason of its hold or of its stop that lies ahead. */
function reasonsOf({ kind, line, reason }: LineDecision): CodeableConcept[] {
  if (reason !== undefined) return [reason]
  const kept = kind === 'continue' || (kind === 'change' && line?.status === 'on-hold')
  return kept ? [...(line?.statusReason ?? [])] : []
}

/** With the words that stand beside the dose in force (4.1). */
function dosageOf(line: MedicationStatement | undefined): Dosage[] {
  const stated = (line?.dosage ?? []).map(statedDosage)
  const words = (line?.note ?? []).map(({ text }): Dosage => ({ text }))
  return stated.length === 0 ? [] : [...stated, ...words]
}

function medicationOf({ line, medication }: LineDecision): Partial<MedicationStatement> {
  if (medication !== undefined) return { medicationCodeableConcept: medication }
  if (line?.medicationReference !== undefined) return { medicationReference: line.medicationReference }
  return line?.medicationCodeableConcept === undefined
    ? {}
    : { medicationCodeableConcept: line.medicationCodeableConcept }
}

function periodOf(
  { from, kind, line, until }: LineDecision,
  { decided, rows }: RowContext,
): MedicationStatement['effectivePeriod'] {
  const stated = line?.effectivePeriod
  // A start that no source stated is no anchor of a rhythm either (12.5).
  const former = rows.some(({ effectivePeriod }) => effectivePeriod?.start === stated?.start)
    ? stated?.start
    : undefined
  const start = kind === 'start' ? (from ?? decided) : former
  const end =
    kind === 'stop'
      ? (from ?? decided)
      : kind === 'start'
        ? until
        : kind === 'hold'
          ? stated?.end
          : (until ?? stated?.end)
  if (start === undefined && end === undefined) return undefined
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  }
}

const BY_CLINIC = { system: codeSystemUrl('medlist-category'), code: 'admin-by-clinic' }

/** What is given elsewhere stays so: it is neither packed nor missed at home (12.7). */
const isByClinic = ({ line }: LineDecision): boolean =>
  line?.category?.coding?.some(
    ({ system, code }) => system === BY_CLINIC.system && code === BY_CLINIC.code,
  ) === true

const KIND_OF_USE: Readonly<Record<string, string>> = { course: '2', prn: '3' }

function extensionsOf(decision: LineDecision, { list, rows }: RowContext): Extension[] {
  const { autoResume, condition, from, kind, line, multidose, review, until } = decision
  const category = line?.category?.coding?.find(({ system }) => system === codeSystemUrl('medlist-category'))
  const use = kind === 'stop' ? undefined : KIND_OF_USE[category?.code ?? '']
  const packed = multidose ?? packedOf(rows)
  return [
    ...(list === undefined
      ? []
      : [{ url: extensionUrl('decided-on-list'), valueReference: { reference: list, type: 'List' } }]),
    ...(from === undefined || kind === 'stop' || kind === 'start'
      ? []
      : [{ url: extensionUrl('status-date'), valueDateTime: from }]),
    ...(kind === 'hold' ? [holdPlan({ autoResume, condition, review, until })] : keptPlan(decision, rows)),
    ...(use === undefined
      ? []
      : [
          {
            url: extensionUrl('kind-of-use'),
            valueCodeableConcept: { coding: [{ system: volven(9101), code: use }] },
          },
        ]),
    ...(packed === undefined ? [] : [{ url: extensionUrl('multidose'), valueBoolean: packed }]),
  ]
}

function holdPlan({
  autoResume,
  condition,
  review,
  until,
}: Pick<LineDecision, 'autoResume' | 'condition' | 'review' | 'until'>): Extension {
  return {
    url: extensionUrl('hold-plan'),
    extension: [
      ...(until === undefined ? [] : [{ url: 'resume', valueDateTime: until }]),
      ...(review === undefined ? [] : [{ url: 'review', valueDateTime: review }]),
      ...(condition === undefined ? [] : [{ url: 'condition', valueString: condition }]),
      ...(autoResume ? [{ url: 'auto-resume', valueBoolean: true }] : []),
    ],
  }
}

/** A line that stays on hold keeps its plan. */
function keptPlan({ kind, line }: LineDecision, rows: readonly MedicationStatement[]): Extension[] {
  if ((kind !== 'continue' && kind !== 'change') || line?.status !== 'on-hold') return []
  const holding = rows.filter(({ status }) => status === 'on-hold').at(-1)
  return (holding?.extension ?? []).filter(({ url }) => url === extensionUrl('hold-plan'))
}

const packedOf = (rows: readonly MedicationStatement[]): boolean | undefined =>
  rows
    .flatMap(({ extension }) => extension ?? [])
    .filter(({ url }) => url === extensionUrl('multidose'))
    .at(-1)?.valueBoolean
