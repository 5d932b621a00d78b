/** Allergies of the document (from the summary care record) → AllergyIntolerance, as they are stated (norwegian-fhir.md 2.8). */
import type { AllergyIntolerance } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import { SUBJECT_REFERENCE } from '../../src/core/message.js'
import { keyOf } from '../kith/build.js'
import { isDate, isDateTime } from '../kith/dates.js'
import type { Frame } from '../kith/frame.js'
import { child, children, type Node, text } from './json-trail.js'
import { plainConcept } from './values.js'

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical'
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification'
const VERIFIED: ReadonlySet<string> = new Set(['unconfirmed', 'confirmed', 'refuted', 'entered-in-error'])
const CLINICALLY: ReadonlySet<string> = new Set(['active', 'inactive', 'resolved'])

/** The document gives allergies no id that lasts: what it is about tells one from another. */
export function addAllergy(frame: Frame, node: Node): void {
  const code = plainConcept(child(node, 'code'))
  if (code === undefined) {
    frame.unmapped.push({
      at: node.at,
      reason: 'invalid-value',
      note: 'an allergy that does not say to what',
    })
    return
  }
  const [first] = code.coding ?? []
  const identity = {
    system: senderSidUrl('sfm', 'allergy'),
    value: first === undefined ? (code.text ?? '') : `${first.system}|${first.code}`,
  }
  const verification = codeIn(child(node, 'verificationStatus'), VERIFIED)
  const clinical = codeIn(child(node, 'clinicalStatus'), CLINICALLY)
  const recorded = timeOf(node, 'recordedDate')
  const occurred = timeOf(node, 'lastOccurrence')
  const reactions = children(node, 'reaction').flatMap((one) => {
    const manifestation = children(one, 'manifestation').flatMap((said) => plainConcept(said) ?? [])
    const description = text(one, 'description')
    return manifestation.length === 0
      ? []
      : [{ manifestation, ...(description === undefined ? {} : { description }) }]
  })
  const notes = children(node, 'note').flatMap((one) => text(one, 'text') ?? [])
  const inError = verification === 'entered-in-error'
  const resource: AllergyIntolerance = {
    resourceType: 'AllergyIntolerance',
    identifier: [identity],
    // R4 rules ait-1 and ait-2.
    ...(inError ? {} : { clinicalStatus: { coding: [{ system: CLINICAL, code: clinical ?? 'active' }] } }),
    ...(verification === undefined
      ? {}
      : { verificationStatus: { coding: [{ system: VERIFICATION, code: verification }] } }),
    code,
    patient: { reference: SUBJECT_REFERENCE },
    ...(recorded === undefined ? {} : { recordedDate: recorded }),
    ...(occurred === undefined ? {} : { lastOccurrence: occurred }),
    ...(notes.length === 0 ? {} : { note: notes.map((words) => ({ text: words })) }),
    ...(reactions.length === 0 ? {} : { reaction: reactions }),
  }
  frame.resources.push({ key: keyOf(identity), resource, order: frame.order, scope: 'person' })
}

const codeIn = (node: Node | undefined, known: ReadonlySet<string>): string | undefined =>
  children(node, 'coding')
    .map((one) => text(one, 'code'))
    .find((code) => code !== undefined && known.has(code))

function timeOf(node: Node, name: string): string | undefined {
  const value = text(node, name)
  return value !== undefined && (isDate(value) || isDateTime(value)) ? value : undefined
}
