/** Resources with one fault each, and where it must be found with which code. */
import type { HubErrorCode } from '../../src/core/errors.js'
import { answer, intake, line, list, medication, patient, prescription } from './fixtures.js'

type Change = Readonly<Record<string, unknown>>
export interface Case {
  readonly title: string
  readonly resource: unknown
  readonly at: string
  readonly code: HubErrorCode
}

export const changed = (resource: object, change: Change): unknown =>
  JSON.parse(JSON.stringify({ ...resource, ...change }))
const refuse = (title: string, resource: unknown, at: string, code: HubErrorCode): Case => ({
  title,
  resource,
  at,
  code,
})
const request = (
  title: string,
  change: Change,
  at: string,
  code: HubErrorCode = 'RESOURCE_STRUCTURE',
): Case =>
  refuse(
    title,
    changed(prescription, change),
    at === '' ? 'MedicationRequest' : `MedicationRequest.${at}`,
    code,
  )

const XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
export const STRUCTURE_CASES: readonly Case[] = [
  request('an unknown property', { dose: 1 }, 'dose'),
  request(
    'an unknown property deep inside',
    { dosageInstruction: [{ timing: { repeat: { whenever: [] } } }] },
    'dosageInstruction[0].timing.repeat.whenever',
  ),
  request('an empty string', { authoredOn: '' }, 'authoredOn'),
  request('a text of blanks only', { note: [{ text: ' \n ' }] }, 'note[0].text'),
  request('an empty list', { identifier: [] }, 'identifier'),
  request('an empty object', { subject: {} }, 'subject'),
  request('an object with nothing but an id', { dispenseRequest: { id: 'x' } }, 'dispenseRequest'),
  request('null as a value', { authoredOn: null }, 'authoredOn'),
  request('null in a list of objects', { note: [null] }, 'note[0]'),
  request(
    'a single value where a list belongs',
    { identifier: { system: 'urn:x', value: '1' } },
    'identifier',
  ),
  request(
    'a text where a number belongs',
    { dosageInstruction: [{ sequence: '1' }] },
    'dosageInstruction[0].sequence',
  ),
  request(
    'a fraction where an integer belongs',
    { dosageInstruction: [{ sequence: 1.5 }] },
    'dosageInstruction[0].sequence',
  ),
  request('a day that does not exist', { authoredOn: '2026-02-29' }, 'authoredOn'),
  request('a time without zone', { authoredOn: '2026-03-02T09:15:00' }, 'authoredOn'),
  request('an id of 65 characters', { id: 'a'.repeat(65) }, 'id'),
  request('an id with a slash', { id: 'a/b' }, 'id'),
  request('a URI with a blank', { identifier: [{ system: 'urn:x y', value: '1' }] }, 'identifier[0].system'),
  request('a NUL in a text', { note: [{ text: 'a\u0000b' }] }, 'note[0].text'),
  request('half a surrogate pair', { note: [{ text: 'a\ud800' }] }, 'note[0].text'),
  refuse(
    'a list of nulls without extensions',
    changed(patient, { name: [{ given: ['a', null] }] }),
    'Patient.name[0].given',
    'RESOURCE_STRUCTURE',
  ),
  refuse('a resource type that the hub does not know', { resourceType: 'Nothing' }, '', 'RESOURCE_STRUCTURE'),
  refuse('a text instead of a resource', 'Patient', '', 'RESOURCE_STRUCTURE'),
  refuse('null instead of a resource', null, '', 'RESOURCE_STRUCTURE'),
]

export const RULE_CASES: readonly Case[] = [
  request('a missing required element', { intent: undefined }, 'intent', 'RESOURCE_INVALID'),
  request(
    'a missing required choice',
    { medicationReference: undefined, contained: undefined },
    'medication',
    'RESOURCE_INVALID',
  ),
  request(
    'a status given only as an extension',
    { status: undefined, _status: { extension: [{ url: 'http://x.test/a', valueCode: 'b' }] } },
    'status',
    'RESOURCE_INVALID',
  ),
  request(
    'two types of one choice',
    { medicationCodeableConcept: { text: 'x' } },
    'medication',
    'RESOURCE_INVALID',
  ),
  request('a code outside a required binding', { status: 'running' }, 'status', 'CODE_UNMAPPED'),
  request(
    'a timing unit outside its binding',
    { dosageInstruction: [{ timing: { repeat: { period: 1, periodUnit: 'day' } } }] },
    'dosageInstruction[0].timing.repeat.periodUnit',
    'CODE_UNMAPPED',
  ),
  request(
    'a local reference that leads nowhere',
    { reasonReference: [{ reference: '#gone' }] },
    'reasonReference[0]',
    'RESOURCE_INVALID',
  ),
  request(
    'a contained resource that nothing refers to',
    { contained: [medication, { ...medication, id: 'other' }] },
    '',
    'RESOURCE_INVALID',
  ),
  request(
    'two contained resources with one id',
    { contained: [medication, medication] },
    '',
    'RESOURCE_INVALID',
  ),
  request(
    'a contained resource without an id',
    { contained: [medication, { resourceType: 'Medication', code: { text: 'x' } }] },
    '',
    'RESOURCE_INVALID',
  ),
  request(
    'a contained resource in a contained one',
    { contained: [{ ...medication, contained: [medication] }] },
    '',
    'RESOURCE_INVALID',
  ),
  request(
    'a contained resource with a version',
    { contained: [{ ...medication, meta: { versionId: '1' } }] },
    '',
    'RESOURCE_INVALID',
  ),
  request(
    'a fault inside a contained resource',
    { contained: [{ ...medication, status: 'x' }] },
    'contained[0].status',
    'CODE_UNMAPPED',
  ),
  request(
    'an unknown modifier extension',
    { modifierExtension: [{ url: 'http://x.test/stopped', valueBoolean: true }] },
    'modifierExtension',
    'RESOURCE_INVALID',
  ),
  request(
    'an unknown modifier extension of a backbone element',
    { dispenseRequest: { modifierExtension: [{ url: 'http://x.test/m', valueBoolean: true }] } },
    'dispenseRequest.modifierExtension',
    'RESOURCE_INVALID',
  ),
  request(
    'an extension with neither value nor parts',
    { extension: [{ url: 'http://x.test/a' }] },
    'extension[0]',
    'RESOURCE_INVALID',
  ),
  request(
    'an extension with value and parts',
    { extension: [{ url: 'http://x.test/a', valueCode: 'b', extension: [{ url: 'c', valueCode: 'd' }] }] },
    'extension[0]',
    'RESOURCE_INVALID',
  ),
  request(
    'a quantity code without its system',
    { dispenseRequest: { quantity: { value: 1, code: 'mg' } } },
    'dispenseRequest.quantity',
    'RESOURCE_INVALID',
  ),
  request(
    'a period that ends before it starts',
    { dispenseRequest: { validityPeriod: { start: '2026-03-02', end: '2026-03-01' } } },
    'dispenseRequest.validityPeriod',
    'RESOURCE_INVALID',
  ),
  request(
    'a period without its unit',
    { dosageInstruction: [{ timing: { repeat: { period: 1 } } }] },
    'dosageInstruction[0].timing.repeat',
    'RESOURCE_INVALID',
  ),
  request(
    'clock times beside parts of the day',
    { dosageInstruction: [{ timing: { repeat: { when: ['MORN'], timeOfDay: ['08:00:00'] } } }] },
    'dosageInstruction[0].timing.repeat',
    'RESOURCE_INVALID',
  ),
  request(
    'a ratio without denominator',
    { dosageInstruction: [{ maxDosePerPeriod: { numerator: { value: 1 } } }] },
    'dosageInstruction[0].maxDosePerPeriod',
    'RESOURCE_INVALID',
  ),
  request(
    'a reference to a type that is not allowed',
    { subject: { reference: 'Practitioner/1' } },
    'subject',
    'RESOURCE_INVALID',
  ),
  request(
    'a narrative with a script',
    { text: { status: 'generated', div: `<div ${XHTML}><script>x</script></div>` } },
    'text.div',
    'RESOURCE_INVALID',
  ),
  request(
    'a body of which the server left out parts',
    {
      meta: {
        tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }],
      },
    },
    '',
    'RESOURCE_INVALID',
  ),
  refuse(
    'a clinical status that is text only',
    {
      resourceType: 'AllergyIntolerance',
      clinicalStatus: { text: 'active' },
      patient: { reference: 'Patient/p1' },
    },
    'AllergyIntolerance.clinicalStatus',
    'CODE_UNMAPPED',
  ),
  refuse(
    'a fault in a resource of a Bundle',
    {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: changed(prescription, { status: 'x' }) }],
    },
    'Bundle.entry[0].resource.status',
    'CODE_UNMAPPED',
  ),
  refuse(
    'a fault in a resource of a parameter',
    {
      resourceType: 'Parameters',
      parameter: [{ name: 'a', part: [{ name: 'b', resource: changed(patient, { gender: 'x' }) }] }],
    },
    'Parameters.parameter[0].part[0].resource.gender',
    'CODE_UNMAPPED',
  ),
]

export const OWN = 'http://stafett.internal/fhir/StructureDefinition'
export const HUB_CASES: readonly Case[] = [
  request(
    'an extension of the hub that is not defined',
    { extension: [{ url: `${OWN}/no-such`, valueCode: 'x' }] },
    'extension[0]',
    'RESOURCE_INVALID',
  ),
  request(
    'an extension of the hub with another type of value',
    { extension: [{ url: `${OWN}/status-date`, valueString: '2026' }] },
    'extension[0]',
    'RESOURCE_INVALID',
  ),
  request('a prescription that is a plan', { intent: 'plan' }, 'intent', 'RESOURCE_INVALID'),
  request('a prescription without an id', { identifier: undefined }, 'identifier', 'RESOURCE_INVALID'),
  refuse(
    'a line without facts',
    changed(line, { derivedFrom: undefined }),
    'MedicationStatement.derivedFrom',
    'RESOURCE_INVALID',
  ),
  refuse(
    'not-taken as the state of a line',
    changed(line, { status: 'not-taken' }),
    'MedicationStatement',
    'RESOURCE_INVALID',
  ),
  refuse(
    'an unknown match basis',
    changed(line, {
      derivedFrom: [
        { reference: 'MedicationRequest/1', extension: [{ url: `${OWN}/match-basis`, valueCode: 'K7' }] },
      ],
    }),
    'MedicationStatement.derivedFrom[0].extension[0]',
    'RESOURCE_INVALID',
  ),
  refuse('an empty list without a reason', changed(list, { entry: undefined }), 'List', 'RESOURCE_INVALID'),
  refuse(
    'an unreadable source that is not named',
    changed(list, { entry: undefined, emptyReason: { coding: [{ code: 'unavailable' }] } }),
    'List',
    'RESOURCE_INVALID',
  ),
  refuse(
    'a list with another code',
    changed(list, { code: { coding: [{ system: 'http://loinc.org', code: '1' }] } }),
    'List.code',
    'RESOURCE_INVALID',
  ),
  refuse(
    'an entry that names no version',
    changed(list, { entry: [{ ...list.entry![0], item: { reference: 'MedicationStatement/l1' } }] }),
    'List.entry[0]',
    'RESOURCE_INVALID',
  ),
  refuse(
    'an entry without a flag',
    changed(list, { entry: [{ ...list.entry![0], flag: undefined }] }),
    'List.entry[0].flag',
    'RESOURCE_INVALID',
  ),
  refuse(
    'an entry marked deleted',
    changed(list, { entry: [{ ...list.entry![0], deleted: true }] }),
    'List.entry[0].deleted',
    'RESOURCE_INVALID',
  ),
  refuse(
    'a source state without its state',
    changed(list, {
      extension: [
        {
          url: `${OWN}/source-state`,
          extension: [
            { url: 'name', valueString: 'a' },
            { url: 'role', valueCode: 'device' },
          ],
        },
      ],
    }),
    'List.extension[0]',
    'RESOURCE_INVALID',
  ),
  refuse(
    'a flag that does not go with the status of its line',
    changed(answer, { entry: [{ resource: list }, { resource: { ...line, status: 'stopped' } }] }),
    'Bundle.entry[0].resource.entry[0].flag',
    'RESOURCE_INVALID',
  ),
  refuse(
    'a dose not given without a reason',
    changed(intake, { status: 'not-done' }),
    'MedicationAdministration',
    'RESOURCE_INVALID',
  ),
  refuse(
    'a taken dose of nothing',
    changed(intake, { dosage: { dose: { value: 0 } } }),
    'MedicationAdministration',
    'RESOURCE_INVALID',
  ),
]
