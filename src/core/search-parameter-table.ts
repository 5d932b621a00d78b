/**
 * Which search parameters each type has: R4's own, by their R4 names and definitions. Data only; the hub indexes by it
 * when writing, the API reads searches by it, and the CapabilityStatement is made of it.
 * A parameter that is not here is refused (fhir-api.md 6).
 */

export type SearchParameterType = 'token' | 'date' | 'reference' | 'string' | 'uri' | 'person'

export interface SearchParameter {
  readonly name: string
  /** `person`: a reference that leads to a Patient is answered by whose resource it is; to others as `reference`. */
  readonly type: SearchParameterType
  /** Last part of `http://hl7.org/fhir/SearchParameter/…`; of the hub's own base where `own`. */
  readonly definition: string
  readonly own?: boolean
  /** Indexed under this parameter of the same type already. */
  readonly indexedAs?: string
  /** Finds lines of the shared list only, no facts. */
  readonly ofLines?: boolean
  /** Dotted element paths below the resource; arrays are walked through, `extension:x` goes into the hub's extension x. */
  readonly paths: readonly string[]
  /** Code system of `code` elements, which carry none themselves. */
  readonly system?: string
  /** Reference targets; a plain id is taken where there is one only. */
  readonly targets?: readonly string[]
  readonly note?: string
}

const token = (name: string, definition: string, path: string, system?: string): SearchParameter => ({
  name,
  type: 'token',
  definition,
  paths: [path],
  ...(system === undefined ? {} : { system }),
})
const date = (name: string, definition: string, ...paths: string[]): SearchParameter => ({
  name,
  type: 'date',
  definition,
  paths,
})
const string = (name: string, definition: string, ...paths: string[]): SearchParameter => ({
  name,
  type: 'string',
  definition,
  paths,
})
const reference = (
  name: string,
  definition: string,
  path: string,
  ...targets: string[]
): SearchParameter => ({ name, type: 'reference', definition, paths: [path], targets })
const person = (name: string, definition: string, path: string, ...others: string[]): SearchParameter => ({
  name,
  type: 'person',
  definition,
  paths: [path],
  targets: ['Patient', ...others],
})

const HL7 = 'http://hl7.org/fhir'
const patient = (path: string): SearchParameter => person('patient', 'clinical-patient', path)
const subject = (type: string, ...others: string[]): SearchParameter =>
  person('subject', `${type}-subject`, 'subject', ...others)
const IDENTIFIER = token('identifier', 'clinical-identifier', 'identifier')

const medicationCode: SearchParameter = {
  name: 'code',
  type: 'token',
  definition: 'clinical-code',
  paths: ['medicationCodeableConcept'],
  note: 'Also the code of the contained Medication that medicationReference points to.',
}

/** For all types. */
export const COMMON_PARAMETERS: readonly SearchParameter[] = [
  { name: '_id', type: 'token', definition: 'Resource-id', paths: ['id'] },
  date('_lastUpdated', 'Resource-lastUpdated', 'meta.lastUpdated'),
  token('_tag', 'Resource-tag', 'meta.tag'),
  token('_security', 'Resource-security', 'meta.security'),
  { name: '_profile', type: 'uri', definition: 'Resource-profile', paths: ['meta.profile'] },
  { name: '_source', type: 'uri', definition: 'Resource-source', paths: ['meta.source'] },
]

const DEFINITION_PARAMETERS: readonly SearchParameter[] = [
  { name: 'url', type: 'uri', definition: 'conformance-url', paths: ['url'] },
  string('name', 'conformance-name', 'name'),
  token('status', 'conformance-status', 'status', `${HL7}/publication-status`),
]

const NAMES: readonly SearchParameter[] = [
  string('family', 'individual-family', 'name.family'),
  string('given', 'individual-given', 'name.given'),
]
const nameOf = (type: string): SearchParameter =>
  string('name', `${type}-name`, 'name.family', 'name.given', 'name.text', 'name.prefix', 'name.suffix')
const GENDER = token('gender', 'individual-gender', 'gender', `${HL7}/administrative-gender`)
const active = (type: string): SearchParameter => token('active', `${type}-active`, 'active')
const ownIdentifier = (type: string): SearchParameter =>
  token('identifier', `${type}-identifier`, 'identifier')
const ownStatus = (type: string, system: string, path = 'status'): SearchParameter =>
  token('status', `${type}-status`, path, `${HL7}/${system}`)
const medicationStatus = (system: string): SearchParameter =>
  token('status', 'medications-status', 'status', `${HL7}/CodeSystem/${system}`)
const MEDICATION = reference('medication', 'medications-medication', 'medicationReference', 'Medication')
const CODE = token('code', 'clinical-code', 'code')
const context = (type: string): SearchParameter =>
  reference('context', `${type}-context`, 'context', 'Encounter', 'EpisodeOfCare')
const ANY_AGENT = ['Practitioner', 'PractitionerRole', 'Organization', 'Patient', 'Device', 'RelatedPerson']

/** Parameters of the hub's own (medication-list.md 11). */
const own = (parameter: Omit<SearchParameter, 'definition' | 'own'>): SearchParameter => ({
  ...parameter,
  definition: parameter.name,
  own: true,
})
const OF_LINES: readonly SearchParameter[] = [
  own({
    name: 'line-state',
    type: 'token',
    indexedAs: 'status',
    ofLines: true,
    paths: ['status'],
    note: 'State of lines of the shared list only; status finds rows of sources too.',
  }),
  own({
    name: 'treatment-id',
    type: 'token',
    indexedAs: 'identifier',
    paths: ['identifier'],
    note: 'Any id that a source or the hub has given the treatment.',
  }),
  own({ name: 'multidose', type: 'token', paths: ['extension:multidose.valueBoolean'] }),
  own({
    name: 'slot',
    type: 'token',
    paths: ['dosage.timing.repeat.when'],
    system: 'http://hl7.org/fhir/event-timing',
  }),
]

const TABLE: Readonly<Record<string, readonly SearchParameter[]>> = {
  Patient: [
    ownIdentifier('Patient'),
    date('birthdate', 'individual-birthdate', 'birthDate'),
    ...NAMES,
    nameOf('Patient'),
    active('Patient'),
    GENDER,
    reference('link', 'Patient-link', 'link.other', 'Patient', 'RelatedPerson'),
    reference(
      'general-practitioner',
      'Patient-general-practitioner',
      'generalPractitioner',
      'Practitioner',
      'Organization',
      'PractitionerRole',
    ),
    reference('organization', 'Patient-organization', 'managingOrganization', 'Organization'),
  ],
  MedicationRequest: [
    patient('subject'),
    subject('MedicationRequest', 'Group'),
    IDENTIFIER,
    medicationStatus('medicationrequest-status'),
    token('intent', 'MedicationRequest-intent', 'intent', `${HL7}/CodeSystem/medicationrequest-intent`),
    medicationCode,
    date('authoredon', 'MedicationRequest-authoredon', 'authoredOn'),
    MEDICATION,
    reference('requester', 'MedicationRequest-requester', 'requester', ...ANY_AGENT),
    token('category', 'MedicationRequest-category', 'category'),
    reference('encounter', 'medications-encounter', 'encounter', 'Encounter'),
    reference(
      'intended-dispenser',
      'MedicationRequest-intended-dispenser',
      'dispenseRequest.performer',
      'Organization',
    ),
    reference(
      'intended-performer',
      'MedicationRequest-intended-performer',
      'performer',
      ...ANY_AGENT,
      'CareTeam',
    ),
    token('priority', 'MedicationRequest-priority', 'priority', `${HL7}/request-priority`),
  ],
  MedicationStatement: [
    patient('subject'),
    subject('MedicationStatement', 'Group'),
    IDENTIFIER,
    medicationStatus('medication-statement-status'),
    medicationCode,
    date('effective', 'MedicationStatement-effective', 'effectiveDateTime', 'effectivePeriod'),
    reference('source', 'MedicationStatement-source', 'informationSource', ...ANY_AGENT),
    MEDICATION,
    token('category', 'MedicationStatement-category', 'category'),
    reference(
      'part-of',
      'MedicationStatement-part-of',
      'partOf',
      'MedicationAdministration',
      'MedicationDispense',
      'MedicationStatement',
      'Procedure',
      'Observation',
    ),
    context('MedicationStatement'),
    ...OF_LINES,
  ],
  MedicationDispense: [
    patient('subject'),
    subject('MedicationDispense', 'Group'),
    IDENTIFIER,
    medicationStatus('medicationdispense-status'),
    medicationCode,
    date('whenhandedover', 'MedicationDispense-whenhandedover', 'whenHandedOver'),
    date('whenprepared', 'MedicationDispense-whenprepared', 'whenPrepared'),
    reference('prescription', 'medications-prescription', 'authorizingPrescription', 'MedicationRequest'),
    MEDICATION,
    reference('performer', 'MedicationDispense-performer', 'performer.actor', ...ANY_AGENT),
    reference('receiver', 'MedicationDispense-receiver', 'receiver', 'Patient', 'Practitioner'),
    reference('destination', 'MedicationDispense-destination', 'destination', 'Location'),
    reference(
      'responsibleparty',
      'MedicationDispense-responsibleparty',
      'substitution.responsibleParty',
      'Practitioner',
      'PractitionerRole',
    ),
    token('type', 'MedicationDispense-type', 'type'),
  ],
  MedicationAdministration: [
    patient('subject'),
    subject('MedicationAdministration', 'Group'),
    IDENTIFIER,
    medicationStatus('medication-admin-status'),
    medicationCode,
    date('effective-time', 'MedicationAdministration-effective-time', 'effectiveDateTime', 'effectivePeriod'),
    reference('request', 'MedicationAdministration-request', 'request', 'MedicationRequest'),
    reference('device', 'MedicationAdministration-device', 'device', 'Device'),
    reference('performer', 'MedicationAdministration-performer', 'performer.actor', ...ANY_AGENT),
    token('reason-not-given', 'MedicationAdministration-reason-not-given', 'statusReason'),
    MEDICATION,
    context('MedicationAdministration'),
  ],
  Medication: [
    ownIdentifier('Medication'),
    CODE,
    token('ingredient-code', 'Medication-ingredient-code', 'ingredient.itemCodeableConcept'),
    reference('ingredient', 'Medication-ingredient', 'ingredient.itemReference', 'Medication', 'Substance'),
    token('form', 'Medication-form', 'form'),
    token('lot-number', 'Medication-lot-number', 'batch.lotNumber'),
    date('expiration-date', 'Medication-expiration-date', 'batch.expirationDate'),
    reference('manufacturer', 'Medication-manufacturer', 'manufacturer', 'Organization'),
    ownStatus('Medication', 'CodeSystem/medication-status'),
  ],
  Device: [
    ownIdentifier('Device'),
    ownStatus('Device', 'device-status'),
    token('type', 'Device-type', 'type'),
    string('manufacturer', 'Device-manufacturer', 'manufacturer'),
    string('model', 'Device-model', 'modelNumber'),
    reference('organization', 'Device-organization', 'owner', 'Organization'),
  ],
  DeviceUseStatement: [
    patient('subject'),
    subject('DeviceUseStatement', 'Group'),
    ownIdentifier('DeviceUseStatement'),
    reference('device', 'DeviceUseStatement-device', 'device', 'Device'),
  ],
  List: [
    patient('subject'),
    subject('List', 'Group', 'Device', 'Location'),
    CODE,
    ownStatus('List', 'list-status'),
    date('date', 'clinical-date', 'date'),
    IDENTIFIER,
    reference('item', 'List-item', 'entry.item', 'MedicationStatement', 'MedicationRequest'),
    reference('source', 'List-source', 'source', ...ANY_AGENT),
    token('empty-reason', 'List-empty-reason', 'emptyReason'),
  ],
  DetectedIssue: [
    patient('patient'),
    token('code', 'DetectedIssue-code', 'code'),
    date('identified', 'DetectedIssue-identified', 'identifiedDateTime', 'identifiedPeriod'),
    IDENTIFIER,
    reference(
      'implicated',
      'DetectedIssue-implicated',
      'implicated',
      'MedicationStatement',
      'MedicationRequest',
      'MedicationDispense',
      'MedicationAdministration',
    ),
    reference('author', 'DetectedIssue-author', 'author', 'Practitioner', 'Device', 'PractitionerRole'),
    ownStatus('DetectedIssue', 'observation-status'),
    own({ name: 'owner-role', type: 'token', paths: ['extension:owner-role.valueCode'] }),
    own({
      name: 'line',
      type: 'reference',
      indexedAs: 'implicated',
      paths: ['implicated'],
      targets: ['MedicationStatement'],
    }),
  ],
  Provenance: [
    reference(
      'target',
      'Provenance-target',
      'target',
      'Patient',
      'MedicationStatement',
      'MedicationRequest',
      'MedicationDispense',
      'MedicationAdministration',
      'List',
    ),
    person('patient', 'Provenance-patient', 'target'),
    date('recorded', 'Provenance-recorded', 'recorded'),
    reference('agent', 'Provenance-agent', 'agent.who', ...ANY_AGENT),
    token('agent-type', 'Provenance-agent-type', 'agent.type'),
    reference('entity', 'Provenance-entity', 'entity.what', 'MedicationStatement', 'MedicationRequest'),
    date('when', 'Provenance-when', 'occurredDateTime'),
  ],
  Practitioner: [
    ownIdentifier('Practitioner'),
    ...NAMES,
    nameOf('Practitioner'),
    active('Practitioner'),
    GENDER,
  ],
  PractitionerRole: [
    ownIdentifier('PractitionerRole'),
    active('PractitionerRole'),
    reference('practitioner', 'PractitionerRole-practitioner', 'practitioner', 'Practitioner'),
    reference('organization', 'PractitionerRole-organization', 'organization', 'Organization'),
    token('role', 'PractitionerRole-role', 'code'),
    token('specialty', 'PractitionerRole-specialty', 'specialty'),
  ],
  Organization: [
    ownIdentifier('Organization'),
    active('Organization'),
    string('name', 'Organization-name', 'name', 'alias'),
    token('type', 'Organization-type', 'type'),
    reference('partof', 'Organization-partof', 'partOf', 'Organization'),
  ],
  Location: [
    ownIdentifier('Location'),
    ownStatus('Location', 'location-status'),
    string('name', 'Location-name', 'name', 'alias'),
    token('type', 'Location-type', 'type'),
    reference('organization', 'Location-organization', 'managingOrganization', 'Organization'),
  ],
  Encounter: [
    patient('subject'),
    subject('Encounter', 'Group'),
    IDENTIFIER,
    ownStatus('Encounter', 'encounter-status'),
    token('class', 'Encounter-class', 'class'),
    date('date', 'clinical-date', 'period'),
  ],
  AllergyIntolerance: [
    patient('patient'),
    IDENTIFIER,
    { ...CODE, paths: ['code', 'reaction.substance'] },
    token('clinical-status', 'AllergyIntolerance-clinical-status', 'clinicalStatus'),
    token('verification-status', 'AllergyIntolerance-verification-status', 'verificationStatus'),
    date('date', 'clinical-date', 'recordedDate'),
  ],
  Consent: [
    patient('patient'),
    IDENTIFIER,
    ownStatus('Consent', 'consent-state-codes'),
    token('category', 'Consent-category', 'category'),
    date('date', 'clinical-date', 'dateTime'),
  ],
  Communication: [
    person('patient', 'Communication-patient', 'subject'),
    subject('Communication', 'Group'),
    ownIdentifier('Communication'),
    ownStatus('Communication', 'event-status'),
    token('category', 'Communication-category', 'category'),
    date('sent', 'Communication-sent', 'sent'),
    date('received', 'Communication-received', 'received'),
  ],
  SupplyDelivery: [
    patient('patient'),
    IDENTIFIER,
    ownStatus('SupplyDelivery', 'supplydelivery-status'),
    reference(
      'supplier',
      'SupplyDelivery-supplier',
      'supplier',
      'Practitioner',
      'Organization',
      'PractitionerRole',
    ),
  ],
  SupplyRequest: [
    IDENTIFIER,
    ownStatus('SupplyRequest', 'supplyrequest-status'),
    date('date', 'clinical-date', 'authoredOn'),
    person('subject', 'SupplyRequest-subject', 'deliverTo', 'Organization', 'Location'),
  ],
  DeviceRequest: [
    patient('subject'),
    subject('DeviceRequest', 'Group', 'Device', 'Location'),
    IDENTIFIER,
    ownStatus('DeviceRequest', 'request-status'),
    token('code', 'clinical-code', 'codeCodeableConcept'),
    date('authored-on', 'DeviceRequest-authored-on', 'authoredOn'),
    reference('device', 'DeviceRequest-device', 'codeReference', 'Device'),
  ],
  Observation: [
    patient('subject'),
    subject('Observation', 'Group', 'Device', 'Location'),
    IDENTIFIER,
    ownStatus('Observation', 'observation-status'),
    CODE,
    token('category', 'Observation-category', 'category'),
    date(
      'date',
      'clinical-date',
      'effectiveDateTime',
      'effectivePeriod',
      'effectiveInstant',
      'effectiveTiming',
    ),
    reference('device', 'Observation-device', 'device', 'Device', 'DeviceMetric'),
    reference('performer', 'Observation-performer', 'performer', ...ANY_AGENT, 'CareTeam'),
  ],
  Task: [
    person('patient', 'Task-patient', 'for'),
    person('subject', 'Task-subject', 'for', 'Group', 'Device', 'Organization', 'Practitioner'),
    ownIdentifier('Task'),
    ownStatus('Task', 'task-status'),
    token('code', 'Task-code', 'code'),
    date('authored-on', 'Task-authored-on', 'authoredOn'),
    date('modified', 'Task-modified', 'lastModified'),
    reference('focus', 'Task-focus', 'focus', 'List', 'MedicationStatement', 'DetectedIssue'),
    reference('owner', 'Task-owner', 'owner', ...ANY_AGENT, 'CareTeam'),
    reference('requester', 'Task-requester', 'requester', ...ANY_AGENT),
  ],
  CareTeam: [
    patient('subject'),
    subject('CareTeam', 'Group'),
    IDENTIFIER,
    ownStatus('CareTeam', 'care-team-status'),
    token('category', 'CareTeam-category', 'category'),
    date('date', 'clinical-date', 'period'),
    reference(
      'participant',
      'CareTeam-participant',
      'participant.member',
      'CareTeam',
      'Organization',
      'Patient',
      'Practitioner',
      'PractitionerRole',
      'RelatedPerson',
    ),
  ],
  Flag: [
    patient('subject'),
    person('subject', 'Flag-subject', 'subject', 'Location', 'Group', 'Organization', 'Practitioner'),
    ownIdentifier('Flag'),
    date('date', 'clinical-date', 'period'),
  ],
  Basic: [
    person('patient', 'Basic-patient', 'subject'),
    person('subject', 'Basic-subject', 'subject', 'Group', 'Organization', 'Practitioner'),
    ownIdentifier('Basic'),
    token('code', 'Basic-code', 'code'),
    date('created', 'Basic-created', 'created'),
    reference('author', 'Basic-author', 'author', 'Organization', 'Practitioner', 'PractitionerRole'),
  ],
  CarePlan: [
    patient('subject'),
    subject('CarePlan', 'Group'),
    IDENTIFIER,
    ownStatus('CarePlan', 'request-status'),
    token('category', 'CarePlan-category', 'category'),
    date('date', 'clinical-date', 'period'),
  ],
  DeviceDefinition: [ownIdentifier('DeviceDefinition'), token('type', 'DeviceDefinition-type', 'type')],
  DiagnosticReport: [
    patient('subject'),
    subject('DiagnosticReport', 'Group', 'Device', 'Location'),
    IDENTIFIER,
    ownStatus('DiagnosticReport', 'diagnostic-report-status'),
    CODE,
    token('category', 'DiagnosticReport-category', 'category'),
    date('date', 'clinical-date', 'effectiveDateTime', 'effectivePeriod'),
    date('issued', 'DiagnosticReport-issued', 'issued'),
  ],
  StructureDefinition: DEFINITION_PARAMETERS,
  ValueSet: DEFINITION_PARAMETERS,
  CodeSystem: DEFINITION_PARAMETERS,
  ConceptMap: DEFINITION_PARAMETERS,
  OperationDefinition: DEFINITION_PARAMETERS,
  SearchParameter: DEFINITION_PARAMETERS,
}

/** A Map, since it is looked up by words out of URLs. */
export const SEARCH_PARAMETERS: ReadonlyMap<string, readonly SearchParameter[]> = new Map(
  Object.entries(TABLE),
)
