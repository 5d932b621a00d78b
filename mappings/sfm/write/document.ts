/**
 * The shared list as SFM's medication document: a document Bundle, valid R4 where SFM's own is not (norwegian-fhir.md 2.3).
 * The hub makes no M25.1: the PLL is told only where a source's stands.
 */
import type {
  AllergyIntolerance,
  Basic,
  Bundle,
  CareTeam,
  Composition,
  CompositionSection,
  Device,
  List,
  MedicationDispense,
  Patient,
  Reference,
} from 'fhir/r4.js'
import { LOINC, sidUrl, URI_SYSTEM, urnUuid } from '../../../src/core/canonical.js'
import { ext, nested } from '../../kith/build.js'
import { EXT } from '../../kith/extensions.js'
import { dispenseEntries } from './dispense.js'
import { openParties, type Parties, type Resources } from './parties.js'
import { bareId, type Entry, entryUrl, extOf, idOf, refer, SFM, SFM_CODES, sfmProfile } from './parts.js'
import { type LineSource, statementEntries } from './statement.js'

export interface SharedList {
  readonly patient: Patient
  readonly lines: readonly LineSource[]
  readonly dispenses: readonly MedicationDispense[]
  readonly allergies: readonly AllergyIntolerance[]
  /** The newest M25.1 that a source sent. */
  readonly pll: List | undefined
  /** Who answers for the patient's multidose. */
  readonly teams: readonly CareTeam[]
  /** Practitioners and organisations by `<type>/<id>`. */
  readonly resources: Resources
  /** Id of this installation. */
  readonly hub: string
  /** UUID of this document: another for each answer. */
  readonly documentId: string
  /** ISO instant. */
  readonly at: string
  readonly zone: string
}

const EMPTY_REASON = 'http://terminology.hl7.org/CodeSystem/list-empty-reason'

export function sfmDocument(shared: SharedList): Bundle {
  const parties = openParties(shared.resources)
  const patient = patientEntry(shared.patient)
  const subject = refer('Patient', patient.fullUrl)
  const context = { parties, subject, zone: shared.zone }
  const dispenses = shared.dispenses.flatMap((dispense) => dispenseEntries(dispense, context))
  const statements = shared.lines
    .filter((line) => !isToldByDispense(line, shared.dispenses))
    .flatMap((line) => statementEntries(line, context))
  const allergies = shared.allergies.map((one) => allergyEntry(one, subject))
  const infos = pllEntries(shared, parties, subject)
  const device = deviceEntry(shared.hub)
  const sections = [
    section('sectionMedication', 'List of Medication statements', of(statements, 'MedicationStatement')),
    section('sectionPLLinfo', 'PLL Info', infos),
    section('sectionAllergies', 'Section allergies', allergies),
    section('sectionDispense', 'Section dispense', of(dispenses, 'MedicationDispense')),
    section('sectionOtherPrescriptions', 'List of non medical prescriptions', []),
  ]
  const composition = compositionEntry(shared, subject, refer('Device', device.fullUrl, 'Stafett'), sections)
  const entries = [
    composition,
    device,
    patient,
    ...parties.entries(),
    ...statements,
    ...dispenses,
    ...allergies,
    ...infos,
  ]
  return {
    resourceType: 'Bundle',
    meta: sfmProfile('sfm-MedicationBundle'),
    identifier: { system: URI_SYSTEM, value: urnUuid(shared.documentId) },
    type: 'document',
    timestamp: shared.at,
    entry: entries.map(({ fullUrl, resource }) => ({ fullUrl, resource })),
  }
}

/** What nobody decided about and a pharmacy supplied: the dispense says all that is known. */
const isToldByDispense = ({ line }: LineSource, dispenses: readonly MedicationDispense[]): boolean =>
  line.status === 'unknown' &&
  (line.derivedFrom ?? []).every(({ reference }) =>
    dispenses.some(
      ({ authorizingPrescription, id }) =>
        authorizingPrescription?.[0]?.identifier !== undefined &&
        reference?.split('/').slice(0, 2).join('/') === `MedicationDispense/${id}`,
    ),
  )

const of = (entries: readonly Entry[], type: string): readonly Entry[] =>
  entries.filter(({ resource }) => resource.resourceType === type)

/** R4 rules cmp-1 and cmp-2: a section has text; an empty one says why, and has no entries. */
const section = (code: string, display: string, entries: readonly Entry[]): CompositionSection => ({
  title: display,
  code: { coding: [{ system: `${SFM_CODES}/sfm-section-types`, code, display }] },
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${display}</div>` },
  ...(entries.length === 0
    ? { emptyReason: { coding: [{ system: EMPTY_REASON, code: 'unavailable', display: 'Unavailable' }] } }
    : { entry: entries.map(({ fullUrl, resource }) => refer(resource.resourceType, fullUrl)) }),
})

function compositionEntry(
  { at, documentId }: SharedList,
  subject: Reference,
  author: Reference,
  sections: CompositionSection[],
): Entry {
  const fullUrl = urnUuid(documentId)
  const resource: Composition = {
    resourceType: 'Composition',
    id: idOf(fullUrl),
    meta: sfmProfile('sfm-MedicationComposition'),
    identifier: { use: 'official', value: documentId },
    status: 'final',
    type: { coding: [{ system: LOINC, code: '11503-0', display: 'Medical records' }] },
    subject,
    date: at,
    author: [author],
    title: 'Medication summary',
    confidentiality: 'N',
    section: sections,
  }
  return { fullUrl, resource }
}

/** The hub has no HER-id of its own: it is known by the id of its installation. */
function deviceEntry(hub: string): Entry {
  const fullUrl = entryUrl('Device', hub)
  const resource: Device = {
    resourceType: 'Device',
    id: idOf(fullUrl),
    identifier: [{ system: sidUrl('hub'), value: hub }],
    deviceName: [{ name: 'Stafett', type: 'manufacturer-name' }],
  }
  return { fullUrl, resource }
}

function patientEntry({ address, birthDate, gender, id, identifier, name }: Patient): Entry {
  const fullUrl = entryUrl('Patient', id ?? '')
  const resource: Patient = {
    resourceType: 'Patient',
    id: idOf(fullUrl),
    meta: sfmProfile('sfm-Patient'),
    ...(identifier === undefined ? {} : { identifier: identifier.filter(({ use }) => use !== 'old') }),
    ...(name === undefined ? {} : { name }),
    ...(gender === undefined ? {} : { gender }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(address === undefined ? {} : { address }),
  }
  return { fullUrl, resource }
}

function allergyEntry(allergy: AllergyIntolerance, subject: Reference): Entry {
  const fullUrl = entryUrl('AllergyIntolerance', allergy.id ?? '')
  const { asserter: _who, encounter: _when, extension: _own, meta: _meta, recorder: _by, ...stated } = allergy
  return { fullUrl, resource: { ...stated, id: idOf(fullUrl), patient: subject } }
}

const DOCTOR = ['M', 'Multidoseansvarlig lege'] as const
const PHARMACY = ['A', 'Ansvarlig farmasøyt'] as const
/** Told by the register, whatever a list says. */
const REGISTERED: ReadonlySet<string> = new Set([DOCTOR[0], PHARMACY[0]])

/** One Basic for the M25.1; one `M9.12` where there is none but somebody is registered. */
function pllEntries({ pll, teams }: SharedList, parties: Parties, subject: Reference): Entry[] {
  const responsible = teams.flatMap(({ participant }) =>
    (participant ?? []).flatMap(({ member, onBehalfOf, period, role }) => {
      const code = role?.[0]?.coding?.[0]?.code
      const named =
        code === 'multidose-doctor' ? DOCTOR : code === 'multidose-pharmacy' ? PHARMACY : undefined
      const party = parties.of(member)
      if (named === undefined || party === undefined || period?.end !== undefined) return []
      return [parties.inRole(named[0], named[1], party, parties.of(onBehalfOf))]
    }),
  )
  const stated = (pll?.extension ?? [])
    .filter(({ url }) => url === EXT.listRole)
    .flatMap(({ extension }) => {
      const concept = extOf(extension, 'role')?.valueCodeableConcept?.coding?.[0]
      const party = parties.of(extOf(extension, 'actor')?.valueReference)
      return concept?.code === undefined || party === undefined || REGISTERED.has(concept.code)
        ? []
        : [parties.inRole(concept.code, concept.display ?? concept.code, party)]
    })
  if (pll === undefined && responsible.length === 0) return []
  const kind = pll === undefined ? 'M9.12' : 'M25.1'
  const id = bareId(pll?.identifier?.[0]?.value)
  const author = parties.of(pll?.source)
  const fullUrl = entryUrl('Basic', `${kind} ${id ?? subject.reference}`)
  const resource: Basic = {
    resourceType: 'Basic',
    id: idOf(fullUrl),
    meta: sfmProfile('sfm-PLL-info'),
    extension: [
      ...nested(`${SFM}/sfm-pllInformation`, [
        ext('PLLdate', 'valueDateTime', pll?.date),
        ...[...responsible, ...stated].map((party) => ext('relatedparties', 'valueReference', party)),
      ]),
    ],
    ...(id === undefined ? {} : { identifier: [{ use: 'usual', value: id }] }),
    code: { coding: [{ system: `${SFM_CODES}/sfm-message-type`, code: kind }] },
    subject,
    ...(author === undefined ? {} : { author }),
  }
  return [{ fullUrl, resource }]
}
