/** SFM's medication document → facts: prescriptions, the PLL with its rows, dispenses, allergies, who is responsible. */
import type { List, Reference } from 'fhir/r4.js'
import { FHN } from '../../src/core/canonical.js'
import {
  type Amendment,
  type MapContext,
  type Mapped,
  type MappedResource,
  SUBJECT_REFERENCE,
} from '../../src/core/message.js'
import { filled, identifier, idIdentity, keyOf, logical } from '../kith/build.js'
import { isDateTime, startOfDay, toDateTime, toUtc } from '../kith/dates.js'
import { authorshipOf, type Frame } from '../kith/frame.js'
import { roleExtension } from '../kith/m25-entry-to-medication-statement.js'
import { helsepersonReference, organisasjonReference, someoneAt } from '../kith/parties.js'
import {
  addRegisterTeam,
  multidoseapotekToParticipant,
  multidoselegeToParticipant,
} from '../kith/register-to-care-team.js'
import type { Rolle } from '../kith/roles.js'
import { addAllergy } from './allergy.js'
import { deliveryToPacked, dispenseToMedicationDispense } from './dispense.js'
import { resolve, type SfmDocument, typeOf } from './document.js'
import { child, children, extension, extensions, flag, type Node, text, unread } from './json-trail.js'
import { asOrganisasjon, type Party, partyOf } from './parties.js'
import { patientResource } from './patient.js'
import { readStatement, type SfmStatement } from './statement.js'
import { rowOf, statementToMedicationRequest, statementToRow } from './statement-to-facts.js'
import { coded, codeOf, timeValue } from './values.js'

const MESSAGE_TYPE = 'http://ehelse.no/fhir/CodeSystem/sfm-message-type'
const PLL = 'M25.1'
const PACKED = 'M25.3'
const REGISTER_ONLY = 'M9.12'

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
  for (const statement of statements.values())
    amendments.push(...statementToMedicationRequest(frame, statement, priorOf(statement, statements)))
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

interface Info {
  readonly node: Node
  /** M25.1, M25.2, M25.3 or M9.12. */
  readonly kind: string | undefined
  readonly id: string | undefined
  readonly date: string | undefined
  readonly author: Party
  readonly parties: readonly { readonly role: string | undefined; readonly party: Party }[]
  readonly deliveries: readonly Node[]
}

function readInfo(document: SfmDocument, node: Node): Info {
  const pll = extension(node, 'sfm-pllInformation')
  resolve(document.byUrl, child(node, 'subject'))
  flag(extension(pll, 'substitute'), 'valueBoolean')
  return {
    node,
    kind: codeOf(child(node, 'code')),
    id: children(node, 'identifier').flatMap((one) => text(one, 'value') ?? [])[0],
    date: timeValue(extension(pll, 'PLLdate')),
    author: partyOf(document, child(node, 'author')),
    parties: extensions(pll, 'relatedparties').map((one) => {
      const reference = child(one, 'valueReference')
      const target = resolve(document.byUrl, reference)
      const [role] = children(target, 'code').map((code) => coded(code)?.V)
      return { role, party: partyOf(document, reference) }
    }),
    deliveries: extensions(pll, 'deliveryinformation'),
  }
}

/**
 * The PLL as the snapshot that its M25.1 is. What the document repeats of a message that came by itself stands just below
 * that message: its order is the same second, without the fraction.
 */
function addPll(frame: Frame, infos: readonly Info[], statements: readonly SfmStatement[]): void {
  const info = infos.find(({ kind }) => kind === PLL)
  const date = info?.date
  const genDate =
    date === undefined
      ? frame.genDate
      : isDateTime(date)
        ? toDateTime(date, frame.zone)
        : startOfDay(date, frame.zone)
  const own: Frame = { ...frame, genDate, order: repeatedOrder(genDate, frame), resources: frame.resources }
  const rows = statements.filter((statement) => statement.head === undefined)
  for (const statement of rows) statementToRow(own, statement)
  if (info?.id === undefined) return
  const message = idIdentity(info.id, frame.sender, 'MsgId')
  const roles: Rolle[] = info.parties.flatMap(rolleOf)
  const resource: List = {
    resourceType: 'List',
    ...filled(
      'extension',
      roles.flatMap((role) =>
        roleExtension(
          role,
          role.helseperson === undefined
            ? organisasjonReference(frame, role.organisasjon ?? {})
            : helsepersonReference(frame, role.helseperson),
        ),
      ),
    ),
    identifier: [identifier(message, 'MsgId')],
    status: 'current',
    mode: 'snapshot',
    code: { coding: [{ system: MESSAGE_TYPE, code: PLL }], text: 'Legemidler i bruk' },
    subject: { reference: SUBJECT_REFERENCE },
    date: genDate,
    source: authorOf(frame, info.author),
    ...filled(
      'entry',
      rows.flatMap((statement) => {
        const row = statement.pllId === undefined ? undefined : rowOf(own, statement)
        return row === undefined
          ? []
          : [{ item: logical('MedicationStatement', idIdentity(row.id, frame.sender, 'PLL')) }]
      }),
    ),
  }
  frame.resources.push({ key: keyOf(message), resource, order: own.order, scope: 'person' })
}

const repeatedOrder = (genDate: string, frame: Frame): string =>
  `${toUtc(genDate, frame.zone).slice(0, 'YYYY-MM-DDThh:mm:ss'.length)} ${frame.order}`

function authorOf(frame: Frame, { organisation, person }: Party): Reference {
  if (person !== undefined) return helsepersonReference(frame, person)
  return organisation === undefined
    ? frame.author.type === 'Practitioner'
      ? frame.author
      : someoneAt(frame, frame.author)
    : someoneAt(frame, organisasjonReference(frame, asOrganisasjon(organisation)))
}

/** The statement that this one renews: the newest of those that are part of it. */
function priorOf(statement: SfmStatement, statements: ReadonlyMap<Node, SfmStatement>): string | undefined {
  return [...statements.values()]
    .filter(({ head, reseptId }) => head === statement.node && reseptId !== undefined)
    .sort((a, b) => ((a.lastChanged ?? '') < (b.lastChanged ?? '') ? 1 : -1))[0]?.reseptId
}

const rolleOf = ({ party, role }: Info['parties'][number]): Rolle[] => {
  if (role === undefined) return []
  if (party.person !== undefined) return [{ rolle: { V: role }, helseperson: party.person }]
  return party.organisation === undefined
    ? []
    : [{ rolle: { V: role }, organisasjon: asOrganisasjon(party.organisation) }]
}

const DOCTOR = 'M'
const PHARMACY = 'A'

/** Who is registered as multidose doctor and pharmacy, as the register told SFM. */
function addRegister(frame: Frame, infos: readonly Info[]): void {
  const info = infos.find(({ kind }) => kind === REGISTER_ONLY) ?? infos.find(({ kind }) => kind === PLL)
  const registered = (info?.parties ?? []).flatMap(({ party, role }) => {
    const { organisation, person } = party
    if (role === DOCTOR && person !== undefined)
      return [
        multidoselegeToParticipant(frame, {
          ...(person.hprId === undefined ? {} : { hprNr: person.hprId.id }),
          navn: [person.fornavn, person.etternavn].filter((part) => part !== undefined).join(' '),
          ...(organisation?.name === undefined ? {} : { org: organisation.name }),
          ...(organisation?.ident === undefined ? {} : { herId: organisation.ident }),
          telefon: [],
        }),
      ]
    if (role === PHARMACY && organisation !== undefined)
      return [
        multidoseapotekToParticipant(frame, {
          ...(organisation.name === undefined ? {} : { navn: organisation.name }),
          ...(organisation.ident === undefined ? {} : { konsesjonsnr: organisation.ident }),
          telefon: organisation.telecom.map((address) => ({ address })),
        }),
      ]
    return []
  })
  if (registered.length > 0) addRegisterTeam(frame, frame.message, registered)
}
