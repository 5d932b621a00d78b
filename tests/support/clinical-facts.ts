/** Builders of facts as docs/facts.md writes them, for one synthetic person. */
import type {
  Dosage,
  Encounter,
  List,
  MedicationAdministration,
  MedicationDispense,
  MedicationRequest,
  MedicationStatement,
  TimingRepeat,
} from 'fhir/r4.js'
import { extensionUrl, HPR, sidUrl, URI_SYSTEM } from '../../src/core/canonical.js'
import type { SourceRole } from '../../src/core/message.js'
import type { Fact, ListInput, ListResult, Previous, SourceFact } from '../../src/medication-list/contract.js'
import { listConfig } from '../../src/medication-list/defaults.js'
import { arrange, deriveList } from '../../src/medication-list/derive-list.js'
import type { Situation } from '../../src/medication-list/discrepancies/discrepancy.js'
import { medicineConcept, productCatalogue } from './product-catalogue.js'

export const PATIENT = 'Patient/00000000-0000-8000-8000-00000000000a'
export const GP = { type: 'Practitioner', identifier: { system: HPR, value: '1000001' }, display: 'Fastlege' }
export const WARD = {
  type: 'Practitioner',
  identifier: { system: HPR, value: '1000002' },
  display: 'Sykehuslege',
}

export const fact = (
  resource: Fact['resource'],
  id: string,
  role: SourceRole,
  receivedAt = '2026-11-20T10:00:00Z',
  sourceKey = `${role}|test`,
): Fact => ({
  ref: `${resource.resourceType}/${id}`,
  version: 1,
  resource,
  source: { key: sourceKey, role },
  receivedAt,
})

const uuid = (id: string): string => `urn:uuid:${id}`
const prescriptionId = (id: string) => ({ type: { text: 'ReseptId' }, system: URI_SYSTEM, value: uuid(id) })

export const fixed = (value: number, repeat: TimingRepeat, unit = 'tablett'): Dosage => ({
  timing: { repeat },
  doseAndRate: [{ doseQuantity: { value, unit } }],
})
export const MORNING = [fixed(1, { when: ['MORN'] })]

export interface PrescriptionOptions {
  readonly brand?: string
  readonly authoredOn?: string
  readonly dosage?: Dosage[]
  readonly validTo?: string
  readonly requester?: MedicationRequest['requester']
  readonly more?: Partial<MedicationRequest>
  readonly role?: SourceRole
  readonly receivedAt?: string
}

export function prescription(id: string, options: PrescriptionOptions = {}): Fact {
  const authoredOn = options.authoredOn ?? '2026-11-01T09:00:00+01:00'
  const resource: MedicationRequest = {
    resourceType: 'MedicationRequest',
    identifier: [prescriptionId(id)],
    status: 'active',
    intent: 'order',
    subject: { reference: PATIENT },
    authoredOn,
    requester: options.requester ?? GP,
    medicationCodeableConcept: medicineConcept(options.brand ?? 'ID_METOTAB'),
    dosageInstruction: options.dosage ?? MORNING,
    dispenseRequest: { validityPeriod: { end: options.validTo ?? '2027-10-31' } },
    ...options.more,
  }
  return fact(resource, id, options.role ?? 'prescriber', options.receivedAt ?? '2026-11-01T10:00:00Z')
}

export interface RowOptions {
  readonly brand?: string
  readonly asserted?: string
  readonly prescription?: string
  readonly status?: MedicationStatement['status']
  readonly period?: MedicationStatement['effectivePeriod']
  readonly dosage?: Dosage[]
  readonly more?: Partial<MedicationStatement>
  readonly role?: SourceRole
  readonly receivedAt?: string
}

/** An entry of a source list. */
export function row(id: string, options: RowOptions = {}): Fact {
  const resource: MedicationStatement = {
    resourceType: 'MedicationStatement',
    identifier: [
      { type: { text: 'PLL' }, system: URI_SYSTEM, value: uuid(id) },
      ...(options.prescription === undefined ? [] : [prescriptionId(options.prescription)]),
    ],
    status: options.status ?? 'active',
    subject: { reference: PATIENT },
    dateAsserted: options.asserted ?? '2026-11-02T09:00:00+01:00',
    informationSource: GP,
    medicationCodeableConcept: medicineConcept(options.brand ?? 'ID_METOTAB'),
    dosage: options.dosage ?? MORNING,
    ...(options.period === undefined ? {} : { effectivePeriod: options.period }),
    ...options.more,
  }
  return fact(resource, id, options.role ?? 'source-list', options.receivedAt ?? '2026-11-02T10:00:00Z')
}

/** A complete list (M25.1) of the GP that holds the rows. */
export function sourceList(id: string, date: string, rows: readonly Fact[], author = GP): Fact {
  const resource: List = {
    resourceType: 'List',
    identifier: [{ system: URI_SYSTEM, value: uuid(id) }],
    status: 'current',
    mode: 'snapshot',
    code: { coding: [{ system: 'http://ehelse.no/fhir/CodeSystem/sfm-message-type', code: 'M25.1' }] },
    subject: { reference: PATIENT },
    date,
    source: author,
    entry: rows.map(({ ref }) => ({ item: { reference: ref } })),
  }
  return fact(resource, id, 'source-list', new Date(Date.parse(date) + 60_000).toISOString())
}

export function supply(id: string, handedOver: string, brand: string, prescribed?: string): Fact {
  const resource: MedicationDispense = {
    resourceType: 'MedicationDispense',
    identifier: [{ system: URI_SYSTEM, value: uuid(id) }],
    status: 'completed',
    subject: { reference: PATIENT },
    medicationCodeableConcept: medicineConcept(brand),
    whenHandedOver: handedOver,
    performer: [{ actor: { type: 'Organization', display: 'Apoteket' } }],
    ...(prescribed === undefined
      ? {}
      : { authorizingPrescription: [{ type: 'MedicationRequest', identifier: prescriptionId(prescribed) }] }),
  }
  return fact(resource, id, 'pharmacy', '2026-11-20T10:00:00Z')
}

export interface IntakeOptions {
  readonly brand?: string
  readonly status?: MedicationAdministration['status']
  readonly reason?: string
  readonly receivedAt?: string
  readonly role?: SourceRole
  readonly more?: Partial<MedicationAdministration>
}

export function intake(id: string, at: string, options: IntakeOptions = {}): Fact {
  const resource: MedicationAdministration = {
    resourceType: 'MedicationAdministration',
    identifier: [{ system: sidUrl('dose'), value: id }],
    status: options.status ?? 'completed',
    subject: { reference: PATIENT },
    effectiveDateTime: at,
    medicationCodeableConcept:
      options.brand === undefined ? { text: 'Ukjent medisin' } : medicineConcept(options.brand),
    device: [{ type: 'Device', identifier: { system: 'urn:example:device', value: 'd1' } }],
    extension: [{ url: extensionUrl('intake-evidence'), valueCode: 'sachet-torn' }],
    ...(options.reason === undefined ? {} : { statusReason: [{ coding: [{ code: options.reason }] }] }),
    ...options.more,
  }
  return fact(
    resource,
    id,
    options.role ?? 'device',
    options.receivedAt ?? new Date(Date.parse(at) + 1000).toISOString(),
  )
}

export function stay(id: string, start: string, end?: string): Fact {
  const resource: Encounter = {
    resourceType: 'Encounter',
    status: end === undefined ? 'in-progress' : 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: PATIENT },
    period: { start, ...(end === undefined ? {} : { end }) },
  }
  return fact(resource, id, 'hospital')
}

export interface DeriveOptions {
  readonly at?: string
  readonly previous?: Previous
  readonly sources?: readonly SourceFact[]
  readonly language?: ListInput['config']['language']
  readonly products?: ListInput['products']
}

export const NOTHING_BEFORE: Previous = { lines: [], issues: [] }

export const listInput = (facts: readonly Fact[], options: DeriveOptions = {}): ListInput => ({
  patientRef: PATIENT,
  facts,
  sources: options.sources ?? [],
  previous: options.previous ?? NOTHING_BEFORE,
  products: options.products ?? productCatalogue,
  config: listConfig('Europe/Oslo', options.language ?? 'nb'),
  at: options.at ?? '2026-11-22T11:00:00.000Z',
})

export const derive = (facts: readonly Fact[], options: DeriveOptions = {}): ListResult =>
  deriveList(listInput(facts, options))

/** The lines as the discrepancies see them. */
export const situation = (facts: readonly Fact[], options: DeriveOptions = {}): Situation =>
  arrange(listInput(facts, options)).situation

/** What the hub keeps of a result: every line ever stored, its flag and facts, and every issue. */
export function asPrevious(result: ListResult, before: Previous = NOTHING_BEFORE): Previous {
  const lines = new Map(before.lines.map((line) => [line.id, line]))
  for (const line of result.lines)
    lines.set(line.id, {
      id: line.id,
      status: line.statement.status,
      facts: (line.statement.derivedFrom ?? []).flatMap(({ reference }) => reference ?? []),
      date: line.date,
      flag: line.flag,
      fingerprint: line.fingerprint,
    })
  const issues = new Map(before.issues.map((issue) => [issue.id, issue]))
  for (const issue of result.issues)
    issues.set(issue.id ?? '', {
      id: issue.id ?? '',
      // The engine gives these two only.
      status: issue.status as 'preliminary' | 'final',
      identified: issue.identifiedDateTime ?? '',
      resource: issue,
    })
  return { lines: [...lines.values()], issues: [...issues.values()] }
}

export const codesOf = (result: ListResult): string[] =>
  result.issues
    .filter(({ status }) => status === 'preliminary')
    .map(({ code }) => code?.coding?.[0]?.code ?? '')
    .sort()

export const issueOf = (result: ListResult, code: string) =>
  result.issues.find((issue) => issue.code?.coding?.[0]?.code === code && issue.status === 'preliminary')
