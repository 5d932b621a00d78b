/** `List/{id}/$reconcile`: decisions on the lines of the list that the client was shown (medication-list.md 9). */
import type {
  CodeableConcept,
  Dosage,
  MedicationStatement,
  ParametersParameter,
  Provenance,
  Reference,
} from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { HubError, type Problem } from '../../core/errors.js'
import { decisionRow } from '../../medication-list/reconciliation/decision-row.js'
import {
  DECISION_KINDS,
  type LineDecision,
  problemsOf,
} from '../../medication-list/reconciliation/line-decision.js'
import { refuse } from '../refuse.js'
import { factsShown, listFingerprint, movedSince } from '../source-fingerprint.js'
import type { ClientOperation, OperationCall, OperationEffect, PersonView } from './client-operation.js'
import { undecidedIssues } from './decided.js'
import { issueDecisions } from './issue-decision.js'
import { lineOf, rowsBehind } from './line-parts.js'
import {
  currentLines,
  isCurrent,
  listAnswer,
  listOf,
  personAgent,
  provenanceOf,
  type WorkingList,
} from './list-operation.js'
import { authorOf, codeOf, firstNamed, partsNamed, partsOf } from './parameters.js'

export const reconcile: ClientOperation = { name: 'reconcile', ifMatch: 'list-version', apply }

const SCOPES = ['full', 'partial'] as const

function apply(call: OperationCall): OperationEffect {
  const list = listOf(call)
  const { parameters, person } = call
  const author = authorOf(parameters)
  const shown = currentLines(person, list.resource)
  checkFingerprint(call, list.resource, shown)
  const decisions = partsNamed(parameters, 'decision').map((parameter, index) =>
    decisionOf(parameter, index, person, list.resource),
  )
  const scope = codeOf(firstNamed(parameters, 'scope'), SCOPES, 'scope') ?? 'full'
  refuse([
    ...decisions.flatMap(problemsOf),
    ...twice(decisions),
    ...(scope === 'full' ? undecided(shown, decisions) : []),
    ...forPatients(author.type ?? '', decisions),
  ])
  const issues = issueDecisions(call)
  const versioned = `List/${list.id}/_history/${list.version}`
  const rows = decisions.map((decision) =>
    decisionRow(decision, {
      id: call.newId(),
      patientRef: person.patientRef,
      author: withOrganisation(author, firstNamed(parameters, 'onBehalfOf')?.valueReference),
      decided: call.now,
      list: versioned,
      rows: rowsBehind(decision.line, person),
    }),
  )
  const record = recordOf(call, versioned, decisions, rows)
  return {
    resources: [...rows.filter((row) => row !== undefined), record, ...issues],
    author: personAgent(author),
    answer: scope === 'full' ? answerInFull(person, issues) : listAnswer,
  }
}

/**
 * Grave discrepancies that the client was shown, and that none of its decisions has ended, were decided on as well.
 * @throws HubError RESOURCE_INVALID: nothing is stored then
 */
function answerInFull(person: PersonView, issues: readonly Provenance[]): OperationEffect['answer'] {
  const open = new Set(undecidedIssues(person, issues).map(({ id }) => id))
  return (after) => {
    refuse(
      undecidedIssues(after, issues)
        .filter(({ id }) => open.has(id))
        .map(({ id }) => ({
          at: `DetectedIssue/${id}`,
          text: 'a full reconciliation decides on every open high discrepancy',
        })),
    )
    return listAnswer(after)
  }
}

/** The row says for whom its author decided, since an organisation may hold the list (7, R1). */
const withOrganisation = (author: Reference, onBehalfOf: Reference | undefined): Reference =>
  onBehalfOf === undefined
    ? author
    : { ...author, extension: [{ url: extensionUrl('on-behalf-of'), valueReference: onBehalfOf }] }

/** @throws HubError STATE_CONFLICT, naming the facts that moved */
function checkFingerprint(
  { parameters, person }: OperationCall,
  list: WorkingList,
  shown: readonly MedicationStatement[],
): void {
  const given = firstNamed(parameters, 'sourceFingerprint')?.valueString ?? ''
  const own = listFingerprint(list)
  if (own === undefined || given.split('.')[0] === own.split('.')[0]) return
  const moved = movedSince(given, factsShown(shown, person.find))
  throw new HubError('STATE_CONFLICT', 'facts moved after they were shown: read the list again', {
    at: 'sourceFingerprint',
    issues: moved.map((at) => ({ at, text: 'has moved since the list was shown', code: 'STATE_CONFLICT' })),
  })
}

function decisionOf(
  parameter: ParametersParameter,
  index: number,
  person: PersonView,
  list: WorkingList,
): LineDecision {
  const at = `Parameters.parameter.where(name='decision')[${index}]`
  const parts = partsOf(parameter)
  const value = (name: string) => firstNamed(parts, name)
  const kind = codeOf(value('kind'), DECISION_KINDS, `${at}.kind`)
  if (kind === undefined) throw new HubError('RESOURCE_INVALID', 'kind is missing', { at })
  const id = value('line')?.valueId
  const line = id === undefined ? undefined : lineOf(person, id, `${at}.line`)
  if (line === undefined && kind !== 'start')
    throw new HubError('RESOURCE_INVALID', 'the line is missing', { at: `${at}.line` })
  if (line !== undefined && isCurrent(line) && !isOn(list, line))
    throw new HubError('RESOURCE_INVALID', 'the line is not on the list', { at: `${at}.line` })
  return {
    kind,
    line,
    medication: value('medication')?.valueCodeableConcept,
    dosage: values<Dosage>(parts, 'dosage', ({ valueDosage }) => valueDosage),
    reason: value('reason')?.valueCodeableConcept,
    indication: values<CodeableConcept>(
      parts,
      'indication',
      ({ valueCodeableConcept }) => valueCodeableConcept,
    ),
    from: value('from')?.valueDateTime,
    until: value('until')?.valueDateTime,
    review: value('review')?.valueDateTime,
    condition: value('condition')?.valueString,
    autoResume: value('autoResume')?.valueBoolean === true,
    multidose: value('multidose')?.valueBoolean,
    at,
  }
}

const values = <T>(
  parts: Parameters<typeof partsNamed>[0],
  name: string,
  read: (parameter: ParametersParameter) => T | undefined,
): T[] => partsNamed(parts, name).flatMap((part) => read(part) ?? [])

const isOn = (list: WorkingList, { id }: MedicationStatement): boolean =>
  (list.entry ?? []).some(({ item }) => item.reference?.startsWith(`MedicationStatement/${id}/`) === true)

const twice = (decisions: readonly LineDecision[]): Problem[] => {
  const seen = new Set<string>()
  return decisions.flatMap(({ at, line }) => {
    const id = line?.id
    if (id === undefined) return []
    if (seen.has(id)) return [{ at, text: 'the line is decided on already' }]
    seen.add(id)
    return []
  })
}

function undecided(shown: readonly MedicationStatement[], decisions: readonly LineDecision[]): Problem[] {
  const decided = new Set(decisions.map(({ line }) => line?.id))
  return shown
    .filter(({ id }) => !decided.has(id))
    .map(({ id }) => ({
      at: `MedicationStatement/${id}`,
      text: 'a full reconciliation decides on every line',
    }))
}

/** Patients and relatives decide on what they use on their own (section 4). */
function forPatients(type: string, decisions: readonly LineDecision[]): Problem[] {
  if (type !== 'Patient' && type !== 'RelatedPerson') return []
  return decisions
    .filter(({ line }) => line !== undefined && !isSelf(line))
    .map(({ at }) => ({ at, text: 'what others prescribed is not decided by the patient: propose a change' }))
}

const isSelf = ({ category }: MedicationStatement): boolean =>
  category?.coding?.some(({ code }) => code === 'self') === true

/** Who decided what on which line, also where the decision makes no row. */
function recordOf(
  call: OperationCall,
  list: string,
  decisions: readonly LineDecision[],
  rows: readonly (MedicationStatement | undefined)[],
): Provenance {
  const target = decisions.flatMap(({ kind, line }, index) => {
    const stored = line?.id === undefined ? undefined : call.person.find(`MedicationStatement/${line.id}`)
    const reference =
      stored === undefined
        ? `MedicationStatement/${rows[index]?.id}`
        : `MedicationStatement/${stored.id}/_history/${stored.version}`
    return [{ reference, extension: [{ url: extensionUrl('line-decision'), valueCode: kind }] }]
  })
  return provenanceOf(call, {
    activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: 'reconcile' }] },
    target: [{ reference: list }, ...target],
  })
}
