/**
 * `$summary`: the list as a document of the International Patient Summary (medication-list.md 2 and 11; IPS 1.1:
 * Composition LOINC 60591-5 with the sections that it demands). What the hub does not keep, it says it has no
 * information about.
 */
import type {
  AllergyIntolerance,
  Bundle,
  Composition,
  CompositionSection,
  Condition,
  Device,
  FhirResource,
  List,
  MedicationStatement,
  Patient,
} from 'fhir/r4.js'
import type { Language } from '../dosage/units.js'
import { listNarrative } from './list-narrative.js'
import { PATIENT_WORDS } from './patient-words.js'
import { isMerged } from './shown-resource.js'
import type { ViewContext } from './view-context.js'

export interface SummaryInput {
  readonly patient: Patient & { readonly id: string }
  readonly list: List
  /** In any language's texts; they are put in as given. */
  readonly lines: readonly MedicationStatement[]
  readonly allergies: readonly AllergyIntolerance[]
  /** UUIDs of the document and of what is made for it. */
  readonly ids: {
    readonly document: string
    readonly composition: string
    readonly hub: string
    readonly none: readonly [string, string, string]
  }
  /** ISO instant. */
  readonly at: string
  /** Base of absolute links, without a trailing slash. */
  readonly publicUrl: string
}

const LOINC = 'http://loinc.org'
const ABSENT = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips'
const DATA_ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'

export function summaryOf(input: SummaryInput, context: ViewContext): Bundle<FhirResource> {
  const { ids, patient, publicUrl, at } = input
  const subject = { reference: urlOf(publicUrl, patient) }
  const lines = input.lines.filter(isInSummary).map((line) => ({ ...withPeriod(line), subject }))
  const statements = lines.length > 0 ? lines : [noMedicines(input, subject)]
  const allergies =
    input.allergies.length > 0
      ? input.allergies.map((allergy) => ({ ...allergy, patient: subject }))
      : [noAllergies(ids.none[1], subject)]
  const problem = noProblems(ids.none[2], subject)
  const hub: Device = {
    resourceType: 'Device',
    id: ids.hub,
    deviceName: [{ name: 'Stafett', type: 'manufacturer-name' }],
  }
  const titles = TITLES[context.language]
  const composition: Composition = {
    resourceType: 'Composition',
    id: ids.composition,
    meta: { profile: ['http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips'] },
    language: context.language,
    status: 'final',
    type: { coding: [{ system: LOINC, code: '60591-5', display: 'Patient summary Document' }] },
    subject,
    date: at,
    author: [{ reference: urlOf(publicUrl, hub), display: 'Stafett' }],
    title: titles.document,
    section: [
      {
        ...section('10160-0', titles.medications, statements, publicUrl),
        text: listNarrative(input.list, input.lines, context),
      },
      section('48765-2', PATIENT_WORDS[context.language].allergies, allergies, publicUrl),
      section('11450-4', titles.problems, [problem], publicUrl),
    ],
  }
  const resources: FhirResource[] = [composition, patient, hub, ...statements, ...allergies, problem]
  return {
    resourceType: 'Bundle',
    language: context.language,
    meta: { profile: ['http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips'] },
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${ids.document}` },
    type: 'document',
    timestamp: at,
    entry: resources.map((resource) => ({ fullUrl: urlOf(publicUrl, resource), resource })),
  }
}

const urlOf = (publicUrl: string, { resourceType, id }: Pick<FhirResource, 'resourceType' | 'id'>): string =>
  `${publicUrl}/fhir/${resourceType}/${id}`

/** Nothing provisional, nothing that never was; a merged line is part of another. */
const isInSummary = (line: MedicationStatement): boolean =>
  !isMerged(line) &&
  line.status !== 'unknown' &&
  line.status !== 'entered-in-error' &&
  line.status !== 'not-taken'

/** The profile demands a time of use; where none is known it says so. */
const withPeriod = (line: MedicationStatement): MedicationStatement =>
  line.effectivePeriod !== undefined || line.effectiveDateTime !== undefined
    ? line
    : { ...line, effectivePeriod: { extension: [{ url: DATA_ABSENT, valueCode: 'unknown' }] } }

function noMedicines(
  { ids, list }: SummaryInput,
  subject: MedicationStatement['subject'],
): MedicationStatement {
  const confirmed = list.emptyReason?.coding?.[0]?.code === 'nilknown'
  return {
    resourceType: 'MedicationStatement',
    id: ids.none[0],
    status: confirmed ? 'active' : 'unknown',
    medicationCodeableConcept: absent(confirmed ? 'no-known-medications' : 'no-medication-info'),
    subject,
    effectivePeriod: { extension: [{ url: DATA_ABSENT, valueCode: 'not-applicable' }] },
  }
}

const noAllergies = (id: string, patient: AllergyIntolerance['patient']): AllergyIntolerance => ({
  resourceType: 'AllergyIntolerance',
  id,
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
  },
  code: absent('no-allergy-info'),
  patient,
})

const noProblems = (id: string, subject: Condition['subject']): Condition => ({
  resourceType: 'Condition',
  id,
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
  },
  category: [
    {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' },
      ],
    },
  ],
  code: absent('no-problem-info'),
  subject,
})

const ABSENT_DISPLAYS = {
  'no-known-medications': 'No known medications',
  'no-medication-info': 'No information about medications',
  'no-allergy-info': 'No information about allergies',
  'no-problem-info': 'No information about problems',
} as const

const absent = (code: keyof typeof ABSENT_DISPLAYS) => ({
  coding: [{ system: ABSENT, code, display: ABSENT_DISPLAYS[code] }],
})

function section(
  code: string,
  title: string,
  resources: readonly FhirResource[],
  publicUrl: string,
): CompositionSection {
  return {
    title,
    code: { coding: [{ system: LOINC, code }] },
    entry: resources.map((resource) => ({ reference: urlOf(publicUrl, resource) })),
  }
}

const TITLES: Readonly<
  Record<Language, { readonly document: string; readonly medications: string; readonly problems: string }>
> = {
  nb: { document: 'Pasientsammendrag', medications: 'Legemidler', problems: 'Diagnoser og problemer' },
  da: { document: 'Patientresumé', medications: 'Lægemidler', problems: 'Diagnoser og problemer' },
  en: { document: 'Patient summary', medications: 'Medication summary', problems: 'Problem list' },
  sv: { document: 'Patientöversikt', medications: 'Läkemedel', problems: 'Diagnoser och problem' },
  fi: { document: 'Potilasyhteenveto', medications: 'Lääkitys', problems: 'Diagnoosit ja ongelmat' },
}
