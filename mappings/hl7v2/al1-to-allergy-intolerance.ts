/** AL1 as AllergyIntolerance (hl7v2.md 3.3). AL1 has no number: the identity is patient, sender and code. */
import type { AllergyIntolerance } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import { type MappedResource, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { conceptText, cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { personResource, readDateTime, type Scope } from './scope.js'
import type { SegmentReader } from './trail.js'

type Category = NonNullable<AllergyIntolerance['category']>[number]

/** Table 0127. */
const CATEGORIES: Readonly<Record<string, Category | undefined>> = {
  DA: 'medication',
  FA: 'food',
  EA: 'environment',
  PA: 'environment',
  LA: 'environment',
  AA: 'biologic',
  MA: undefined,
  MC: undefined,
}
const SEVERITIES: Readonly<Record<string, 'severe' | 'moderate' | 'mild' | undefined>> = {
  SV: 'severe',
  MO: 'moderate',
  MI: 'mild',
  U: undefined,
}
const CRITICALITIES: Readonly<Record<string, 'high' | 'low' | undefined>> = {
  SV: 'high',
  MO: undefined,
  MI: 'low',
  U: undefined,
}

export function al1ToAllergyIntolerance(al1: SegmentReader, scope: Scope): MappedResource | undefined {
  const code = cweToCodeableConcept(al1.field(3), scope)
  if (code === undefined) {
    al1.setAside('invalid-value', 'an allergy without substance (AL1-3) is not stored')
    return undefined
  }
  const kind = readKind(al1)
  const manifestations = al1.repetitions(5).flatMap((value) => cweToCodeableConcept(value, scope) ?? [])
  const severity = readSeverity(al1, manifestations.length > 0)
  const onset = readDateTime(scope, al1.field(6))
  const coding = code.coding?.[0]
  const identity = {
    system: senderSidUrl(scope.sender, 'allergy'),
    value: coding === undefined ? (conceptText(code) ?? '') : `${coding.system ?? ''}|${coding.code ?? ''}`,
  }
  const resource: AllergyIntolerance = {
    resourceType: 'AllergyIntolerance',
    identifier: [identity],
    clinicalStatus: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
      ],
    },
    ...(kind.type === undefined ? {} : { type: kind.type }),
    ...(kind.category === undefined ? {} : { category: [kind.category] }),
    ...(severity.criticality === undefined ? {} : { criticality: severity.criticality }),
    code,
    patient: { reference: SUBJECT_REFERENCE },
    ...(onset === undefined ? {} : { onsetDateTime: onset }),
    ...(manifestations.length === 0
      ? {}
      : {
          reaction: manifestations.map((manifestation) => ({
            manifestation: [manifestation],
            ...(severity.severity === undefined ? {} : { severity: severity.severity }),
          })),
        }),
  }
  return personResource(scope, identity, resource)
}

function readKind(al1: SegmentReader): {
  readonly category: Category | undefined
  readonly type: AllergyIntolerance['type']
} {
  const code = al1.text(2)
  // The display and table of a known code say nothing more.
  for (const component of [2, 3]) al1.text(2, component)
  if (code === undefined) return { category: undefined, type: undefined }
  if (!Object.hasOwn(CATEGORIES, code)) {
    al1.field(2).reject('unknown-code')
    return { category: undefined, type: undefined }
  }
  const category = CATEGORIES[code]
  // MA and MC have no category, LA, PA and EA share one: the code itself does not reach FHIR.
  if (category === undefined) al1.field(2).reject('no-element', 1, 'kind of allergy without category')
  return { category, type: code === 'MC' ? undefined : 'allergy' }
}

/** Severity belongs to a reaction; where none stands, it says how critical the allergy is. */
function readSeverity(al1: SegmentReader, hasReaction: boolean) {
  const code = al1.text(4)
  for (const component of [2, 3]) al1.text(4, component)
  if (code === undefined) return {}
  if (!Object.hasOwn(SEVERITIES, code)) {
    al1.field(4).reject('unknown-code')
    return {}
  }
  if (hasReaction) return { severity: SEVERITIES[code] }
  if (CRITICALITIES[code] === undefined && code !== 'U') al1.field(4).reject('no-element')
  return { criticality: CRITICALITIES[code] }
}
