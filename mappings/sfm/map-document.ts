/** SFM's medication document → facts: prescriptions, the PLL with its rows, dispenses, allergies, who is responsible. */
import { FHN } from '../../src/core/canonical.js'
import type { Amendment, MapContext, Mapped, MappedResource } from '../../src/core/message.js'
import { idIdentity, keyOf } from '../kith/build.js'
import { isDateTime, startOfDay, toDateTime, toUtc } from '../kith/dates.js'
import { authorshipOf, type Frame } from '../kith/frame.js'
import { helsepersonReference, organisasjonReference } from '../kith/parties.js'
import { addAllergy } from './allergy.js'
import { deliveryToPacked, dispenseToMedicationDispense } from './dispense.js'
import { resolve, type SfmDocument, typeOf } from './document.js'
import { child, children, type Node, text, unread } from './json-trail.js'
import { asOrganisasjon, partyOf } from './parties.js'
import { patientResource } from './patient.js'
import { PACKED, readInfo } from './pll-info.js'
import { addPll } from './pll-to-list.js'
import { prescribedOn } from './prescribed.js'
import { addRegister } from './register.js'
import { readStatement, type SfmStatement } from './statement.js'
import { statementToMedicationRequest } from './statement-to-medication-request.js'
import { codeOf } from './values.js'

export function mapDocument(document: SfmDocument, context: MapContext): Mapped {
  const frame = frameOf(document, context)
  const resources = [...new Set(document.byUrl.values())]
  const of = (type: string) => resources.filter((one) => typeOf(one) === type)
  readEnvelope(document)
  const statements = new Map<Node, SfmStatement>()
  for (const node of of('MedicationStatement')) {
    const statement = readStatement(document, node)
    if (statement === undefined)
      frame.unmapped.push({
        at: node.at,
        reason: 'invalid-value',
        note: 'a statement that names no medicine',
      })
    else statements.set(node, statement)
  }
  const infos = of('Basic').map((node) => readInfo(document, node))
  const amendments: Amendment[] = []
  const renewed = renewals([...statements.values()])
  for (const [node, statement] of statements)
    amendments.push(...statementToMedicationRequest(frame, statement, renewed.get(node)))
  addPll(frame, infos, [...statements.values()])
  for (const node of of('MedicationDispense'))
    amendments.push(...dispenseToMedicationDispense(frame, document, node, statements))
  for (const { deliveries, kind } of infos)
    if (kind === PACKED)
      for (const delivery of deliveries)
        amendments.push(...deliveryToPacked(frame, document, delivery, statements))
  for (const node of of('AllergyIntolerance')) addAllergy(frame, node)
  addRegister(frame, infos)
  if (document.patient !== undefined)
    for (const identity of document.identities.slice(0, 1))
      frame.resources.push({
        key: keyOf(identity),
        resource: patientResource(document.patient, document.identities),
        order: frame.order,
        scope: 'person',
      })
  return {
    source: { key: `sfm|${context.sender}`, role: 'source-list', name: document.senderName },
    authorship: authorshipOf(frame, 'UPDATE'),
    resources: distinct(frame),
    amendments,
    // A help number may be another person's tomorrow.
    identifiers: document.identities.filter(({ system }) => system !== FHN),
    unmapped: [...frame.unmapped, ...unread(document.root)],
  }
}

function frameOf(document: SfmDocument, context: MapContext): Frame {
  const { zone } = context
  const fetched = document.fetchedAt ?? context.receivedAt
  const genDate = isDateTime(fetched) ? toDateTime(fetched, zone) : startOfDay(fetched, zone)
  const frame: Frame = {
    zone,
    receivedAt: context.receivedAt,
    sender: context.sender,
    genDate,
    order: toUtc(genDate, zone),
    message: idIdentity(document.messageId, context.sender, 'MsgId'),
    author: { type: 'Organization', display: document.senderName },
    organisation: undefined,
    unmapped: [],
    resources: [],
  }
  const authors = children(document.composition, 'author').map((one) => partyOf(document, one))
  const person = authors.find((author) => author.person !== undefined)?.person
  const office = authors.find((author) => author.organisation !== undefined)?.organisation
  const organisation = office && organisasjonReference(frame, asOrganisasjon(office))
  return {
    ...frame,
    organisation,
    author: person === undefined ? (organisation ?? frame.author) : helsepersonReference(frame, person),
  }
}

/**
 * One statement of each thing: of what is no person's the fullest, of a treatment, prescription or dispense the one of the
 * greatest order. A dispense stands both by itself and in what was packed.
 */
function distinct(frame: Frame): Mapped['resources'] {
  const byKey = new Map<string, MappedResource>()
  for (const one of frame.resources) {
    const { resourceType } = one.resource
    const key = `${resourceType}|${one.key}`
    const before = byKey.get(key)
    if (before !== undefined && one.scope === 'person' && resourceType !== 'MedicationDispense')
      frame.unmapped.push({
        at: resourceType,
        reason: 'superseded',
        note: 'the document states one id twice',
      })
    const wins =
      before === undefined || (one.scope === 'person' ? one.order > before.order : size(one) > size(before))
    if (wins) byKey.set(key, one)
  }
  return [...byKey.values()]
}

const size = ({ resource }: MappedResource): number => Object.keys(resource).length

/** How the look-ups went, and the frame of the document: nothing of the patient's treatment. */
function readEnvelope({ composition, root, byUrl }: SfmDocument): void {
  for (const parameter of children(root, 'parameter')) {
    for (const name of ['name', 'valueBoolean', 'valueDateTime']) text(parameter, name)
    codeOf(child(parameter, 'valueCodeableConcept'))
  }
  for (const name of ['status', 'date', 'confidentiality']) text(composition, name)
  codeOf(child(composition, 'type'))
  text(child(composition, 'relatesTo'), 'code')
  for (const section of children(composition, 'section')) {
    codeOf(child(section, 'code'))
    codeOf(child(section, 'emptyReason'))
    text(child(section, 'text'), 'status')
    text(child(section, 'text'), 'div')
    for (const entry of children(section, 'entry')) resolve(byUrl, entry)
  }
}

/**
 * By statement the ReseptId that it renews. Those that are part of one head were renewed one by the other: the head renews
 * the newest of them, and each of them the next.
 */
function renewals(statements: readonly SfmStatement[]): ReadonlyMap<Node, string> {
  const byHead = new Map<Node, SfmStatement[]>()
  for (const statement of statements) {
    const { head } = statement
    if (head === undefined || statement.reseptId === undefined) continue
    const parts = byHead.get(head)
    if (parts === undefined) byHead.set(head, [statement])
    else parts.push(statement)
  }
  const renewed = new Map<Node, string>()
  for (const [head, parts] of byHead) {
    let newer = head
    for (const { node, reseptId } of parts.sort(byAge)) {
      if (reseptId !== undefined && !renewed.has(newer)) renewed.set(newer, reseptId)
      newer = node
    }
  }
  return renewed
}

/** Newest first; of two of one day, by id, so that the order in the document does not matter. */
function byAge(a: SfmStatement, b: SfmStatement): number {
  const [one, other] = [a, b].map(({ node, reseptId }) => `${prescribedOn(node) ?? ''} ${reseptId}`)
  return (one ?? '') < (other ?? '') ? 1 : -1
}
