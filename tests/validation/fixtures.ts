/** Valid resources to start from; each test breaks one thing. The people are synthetic. */
import type {
  Bundle,
  List,
  Medication,
  MedicationAdministration,
  MedicationRequest,
  MedicationStatement,
  Patient,
} from 'fhir/r4.js'
import { codeSystemUrl, LAYER_SYSTEM, LIST_CODE, profileUrl, sidUrl } from '../../src/core/canonical.js'

export const medication: Medication = {
  resourceType: 'Medication',
  id: 'medication',
  code: { coding: [{ system: 'http://www.whocc.no/atc', code: 'C07AB02' }], text: 'Metoprolol 50 mg' },
}

export const prescription: MedicationRequest = {
  resourceType: 'MedicationRequest',
  meta: { tag: [{ system: LAYER_SYSTEM, code: 'fact' }], profile: [profileUrl('hub-prescription')] },
  contained: [medication],
  identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:uuid:0b0d4c2e-58f1-4ae9-9ad1-0d2d5f0e7a11' }],
  status: 'active',
  intent: 'order',
  medicationReference: { reference: '#medication' },
  subject: { reference: 'Patient/p1', type: 'Patient' },
  authoredOn: '2026-03-02T09:15:00+01:00',
  requester: {
    type: 'Practitioner',
    identifier: { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: '9144889' },
  },
  dosageInstruction: [
    {
      sequence: 1,
      text: '1 tablett morgen',
      timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd', when: ['MORN'] } },
      doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
    },
  ],
  dispenseRequest: {
    validityPeriod: { start: '2026-03-02', end: '2027-03-02' },
    quantity: { value: 98, unit: 'tablett' },
  },
}

export const line: MedicationStatement = {
  resourceType: 'MedicationStatement',
  id: 'l1',
  meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }], profile: [profileUrl('hub-line')] },
  identifier: [{ system: sidUrl('line'), value: 'l1' }],
  status: 'active',
  medicationCodeableConcept: { text: 'Metoprolol 50 mg' },
  subject: { reference: 'Patient/p1' },
  derivedFrom: [
    {
      reference: 'MedicationRequest/m1/_history/1',
      extension: [{ url: profileUrl('match-basis'), valueCode: 'K0' }],
    },
  ],
}

export const list: List = {
  resourceType: 'List',
  meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }], profile: [profileUrl('hub-list')] },
  extension: [
    { url: profileUrl('completeness'), valueCode: 'complete' },
    {
      url: profileUrl('source-state'),
      extension: [
        { url: 'name', valueString: 'Testlegekontoret' },
        { url: 'role', valueCode: 'prescriber' },
        { url: 'state', valueCode: 'current' },
        { url: 'lastHeard', valueInstant: '2026-03-02T08:15:00.000Z' },
      ],
    },
  ],
  status: 'current',
  mode: 'working',
  code: { coding: [LIST_CODE] },
  subject: { reference: 'Patient/p1' },
  date: '2026-03-02T08:15:00Z',
  entry: [
    {
      flag: { coding: [{ system: codeSystemUrl('medlist-entry-flag'), code: 'new' }] },
      date: '2026-03-02',
      item: { reference: 'MedicationStatement/l1/_history/1' },
    },
  ],
}

export const answer: Bundle = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [{ resource: list }, { resource: line }],
}

export const intake: MedicationAdministration = {
  resourceType: 'MedicationAdministration',
  meta: { profile: [profileUrl('hub-administration')] },
  identifier: [{ system: sidUrl('dose'), value: 'd1' }],
  status: 'completed',
  medicationCodeableConcept: { text: 'Metoprolol 50 mg' },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-03-02T08:00:00+01:00',
  dosage: { dose: { value: 1, unit: 'tablett' } },
}

export const patient: Patient = {
  resourceType: 'Patient',
  identifier: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: '13816010076' }],
  name: [{ family: 'Prøve', given: ['Åse', 'Test'] }],
  gender: 'female',
  birthDate: '1960-01-13',
}
