/** Prescriptions and list rows: the facts that decide about a treatment. */
import type { CodeableConcept, Dosage, MedicationRequest, MedicationStatement, Reference } from 'fhir/r4.js'
import { extensionUrl, volven } from '../../core/canonical.js'
import { mergeDatedCycles } from '../../core/dated-cycle.js'
import { type InstantRange, rangeOfDateTime } from '../../core/zone.js'
import type { ProductKnowledge } from '../contract.js'
import { instantOfLocalMinutes, placeEntries } from '../dosage/place-entries.js'
import { type DosagePlan, readDosagePlan } from '../dosage/plan.js'
import type { PackingRow } from './chain-fact.js'
import { hasCode, requestStatus, statementStatus } from './decision-status.js'
import type { EngineFact, FactOrigin, Ignored, Row } from './fact.js'
import { readProposal } from './read-acts.js'
import { readPackingRow, readProgram } from './read-chain.js'
import { courseCode } from './read-course-code.js'
import { holdPlan } from './read-hold-plan.js'
import { type MedicationBearer, productStatement, readMedicine } from './read-medicine.js'
import { decidedOn, derivedFrom } from './read-row-links.js'
import { familyTokens, identityKeys, isTreatmentId, linkKeys, partyKey, tokensOf } from './tokens.js'

export interface ReadContext {
  readonly zone: string
  readonly products: ProductKnowledge
}

const RECALL_REASON = volven(7500)
/** 7500: renewal, and renewal with change. */
const RENEWAL_CODES = new Set(['1', '3'])

export function readRequest(
  request: MedicationRequest,
  origin: FactOrigin,
  context: ReadContext,
): EngineFact {
  const links = linkKeys([...(request.basedOn ?? []), request.priorPrescription])
  const identity = [{ token: origin.ref, basis: 'K0' as const }, ...identityKeys(request.identifier)]
  if (isInpatient(request))
    return { ...origin, kind: 'relay', ward: true, tokens: identity.map(({ token }) => token), keys: links }
  if (isForPractice(request)) return { ...origin, kind: 'ignored', why: 'not-a-decision' }
  switch (request.intent) {
    case 'order':
    case 'original-order':
    case 'reflex-order':
    case 'plan':
      break
    case 'filler-order':
      return readProgram(request, origin, context)
    case 'instance-order':
      return {
        ...origin,
        kind: 'relay',
        ward: false,
        tokens: identity.map(({ token }) => token),
        keys: links,
      }
    case 'proposal':
    case 'option':
      return readProposal(request, origin, context.zone)
  }
  if (!mayDecide(origin.role)) return { ...origin, kind: 'ignored', why: 'not-a-decision' }
  const dosages = mergeDatedCycles(request.dosageInstruction ?? [])
  const reasons = request.statusReason === undefined ? [] : [request.statusReason]
  return {
    ...origin,
    ...statement(dosages, context, dosages[0]?.route, request, undefined),
    ...decision(request.authoredOn, origin, context),
    kind: 'prescription',
    author: partyKey(request.requester),
    authorReference: request.requester,
    onBehalfOf: actsFor(request.requester),
    start: undefined,
    keys: [...identity, ...links],
    statusReason: reasons,
    statusSince: statusSince(request, context),
    identifiers: request.identifier ?? [],
    families: familyTokens(request.identifier),
    reasonCode: request.reasonCode ?? [],
    courseCode: courseCode(request, request.courseOfTherapyType),
    holdPlan: holdPlan(request, context),
    status: requestStatus(request.status, reasons),
    dispensable: request.intent !== 'plan',
    validTo: endOf(request.dispenseRequest?.validityPeriod?.end, context.zone),
    own: identity.map(({ token }) => token),
    prior: tokensOf(request.priorPrescription),
    renewed: hasCode(reasons, RECALL_REASON, RENEWAL_CODES),
    renewal: hasCode(request.reasonCode ?? [], RECALL_REASON, RENEWAL_CODES),
    substitutionAllowed: request.substitution?.allowedBoolean,
  }
}

export function readStatement(
  statementResource: MedicationStatement,
  origin: FactOrigin,
  context: ReadContext,
): Row | PackingRow | Ignored {
  const { informationSource, effectivePeriod, effectiveDateTime } = statementResource
  const self = origin.role === 'patient' || isPatientVoice(informationSource)
  if (!self && origin.role === 'pharmacy') return readPackingRow(statementResource, origin)
  if (!self && !mayDecide(origin.role)) return { ...origin, kind: 'ignored', why: 'not-a-decision' }
  const dosages = mergeDatedCycles(statementResource.dosage ?? [])
  const period =
    effectivePeriod ?? (effectiveDateTime === undefined ? undefined : { start: effectiveDateTime })
  return {
    ...origin,
    ...statement(dosages, context, dosages[0]?.route, statementResource, period?.start),
    ...decision(statementResource.dateAsserted, origin, context),
    kind: 'row',
    self,
    author: partyKey(informationSource),
    authorReference: informationSource,
    onBehalfOf: actsFor(informationSource),
    start: period?.start,
    keys: [
      { token: origin.ref, basis: 'K0' },
      ...identityKeys(statementResource.identifier),
      ...linkKeys([...(statementResource.basedOn ?? []), ...derivedFrom(statementResource)]),
    ],
    statusReason: statementResource.statusReason ?? [],
    statusSince: statusSince(statementResource, context),
    identifiers: statementResource.identifier ?? [],
    families: familyTokens(statementResource.identifier),
    reasonCode: statementResource.reasonCode ?? [],
    courseCode: courseCode(statementResource, undefined),
    holdPlan: holdPlan(statementResource, context),
    status: statementStatus(statementResource),
    notTaken: statementResource.status === 'not-taken',
    period,
    from: period?.start === undefined ? undefined : rangeOfDateTime(period.start, context.zone)?.from,
    to: endOf(period?.end, context.zone),
    multidose: statementResource.extension?.find(({ url }) => url === extensionUrl('multidose'))
      ?.valueBoolean,
    decidedOn: decidedOn(statementResource),
  }
}

/** Roles of sources whose people have the right to decide treatment. */
function mayDecide(role: FactOrigin['role']): boolean {
  switch (role) {
    case 'prescriber':
    case 'source-list':
    case 'hospital':
    case 'client':
      return true
    case 'pharmacy':
    case 'home-care':
    case 'device':
    case 'patient':
      return false
  }
}

const PATIENT_VOICES = new Set(['Patient', 'RelatedPerson'])
const isPatientVoice = (source: Reference | undefined): boolean =>
  PATIENT_VOICES.has(source?.type ?? source?.reference?.split('/').at(-2) ?? '')

/** Medicine for the prescriber's own practice is nobody's treatment. */
const isForPractice = ({ extension }: MedicationRequest): boolean =>
  extension?.some(({ url, valueBoolean }) => url === extensionUrl('own-practice') && valueBoolean === true) ??
  false

const isInpatient = ({ category }: MedicationRequest): boolean =>
  (category ?? []).some(({ coding }) => coding?.some(({ code }) => code === 'inpatient'))

function statement(
  dosages: readonly Dosage[],
  context: ReadContext,
  route: CodeableConcept | undefined,
  bearer: MedicationBearer,
  start: string | undefined,
) {
  const plan = readDosagePlan(dosages)
  return {
    medicine: readMedicine(bearer, context.products, route),
    product: productStatement(bearer),
    plan,
    dosages,
    dosageFrom: plannedStart(plan, context.zone),
    dosageTo: plannedEnd(plan, start, context.zone),
  }
}

/** The earliest start that the dosage itself states, when every entry of its first step states one. */
function plannedStart(plan: DosagePlan, zone: string): number | undefined {
  if (plan.kind !== 'structured') return undefined
  const first = Math.min(...plan.entries.map(({ sequence }) => sequence))
  const starts = plan.entries
    .filter(({ sequence }) => sequence === first)
    .map((entry) => (entry.start === undefined ? undefined : rangeOfDateTime(entry.start, zone)?.from))
  return starts.every((instant) => instant !== undefined) ? Math.min(...starts) : undefined
}

/** The end that follows from the dosage alone: only when every entry is bounded from a stated start. */
function plannedEnd(plan: DosagePlan, start: string | undefined, zone: string): number | undefined {
  if (plan.kind !== 'structured') return undefined
  if (plan.entries.some(({ end, boundsDuration }) => end === undefined && boundsDuration === undefined))
    return undefined
  const ends = placeEntries(plan.entries, { zone, start }).map(({ to, lost }) =>
    to === undefined || lost ? undefined : instantOfLocalMinutes(to, zone),
  )
  return ends.every((end) => end !== undefined) ? Math.max(...ends) : undefined
}

/** A decision without a time of its own is ordered by when the hub heard of it; the text stays absent. */
function decision(
  time: string | undefined,
  origin: FactOrigin,
  context: ReadContext,
): { decided: InstantRange; decidedText: string | undefined } {
  const stated = time === undefined ? undefined : rangeOfDateTime(time, context.zone)
  return stated === undefined
    ? {
        decided: { from: origin.receivedAt, to: origin.receivedAt, precision: 'instant' },
        decidedText: undefined,
      }
    : { decided: stated, decidedText: time }
}

function statusSince(
  resource: Pick<MedicationRequest, 'extension'>,
  { zone }: ReadContext,
): number | undefined {
  const value = resource.extension?.find(({ url }) => url === extensionUrl('status-date'))?.valueDateTime
  return value === undefined ? undefined : rangeOfDateTime(value, zone)?.from
}

/** The extension on a reference to who decided. */
const actsFor = (author: Reference | undefined): string | undefined =>
  partyKey(author?.extension?.find(({ url }) => url === extensionUrl('on-behalf-of'))?.valueReference)

/** End of a period, exclusive: a date is inclusive. */
export const endOf = (value: string | undefined, zone: string): number | undefined =>
  value === undefined ? undefined : rangeOfDateTime(value, zone)?.to

export const treatmentIdentifiers = (identifiers: Row['identifiers']): Row['identifiers'] =>
  identifiers.filter(
    (identifier, index) => index === 0 || isTreatmentId(identifier) || identifier.type !== undefined,
  )
