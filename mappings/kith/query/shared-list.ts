/** The shared list as one M25.1, for a journal that speaks only e-resept (design.md, decisions). */
import type {
  AllergyIntolerance,
  Communication,
  List,
  MedicationRequest,
  MedicationStatement,
} from 'fhir/r4.js'
import { LAYER_SYSTEM } from '../../../src/core/canonical.js'
import type { Known, QueryContext } from '../../../src/core/query.js'
import type { StoredResource } from '../../../src/core/stored.js'
import { EXT } from '../extensions.js'
import type { Head } from '../msghead.js'
import { NS } from '../namespaces.js'
import { child, children } from '../reader.js'
import { allergyToAllergi } from '../write/allergy-to-allergi.js'
import { fragmentsOf } from '../write/fragments.js'
import { bareId } from '../write/idents.js'
import { msgHead, type Party } from '../write/msghead.js'
import type { Question } from '../write/question-nodes.js'
import { type Row, rowOf } from '../write/row-of-line.js'
import { openSheet } from '../write/sheet.js'
import { isStated, type LibEntry, roleNode, statementToOppforing } from '../write/statement-to-oppforing.js'
import { extsOf, text } from '../write/values.js'
import { node, writeXml, XML_DECLARATION, type XmlNode } from '../xml-write.js'

export type SharedList =
  | { readonly kind: 'list'; readonly xml: string }
  /** Nothing is known of any medicine. */
  | { readonly kind: 'none' }
  /** The message demands what is not known of the patient; place and rule. */
  | { readonly kind: 'impossible'; readonly reason: string }

/** @param raws bytes of the rows that made the source rows, by message id of the hub */
export function sharedList(
  head: Head,
  known: Known,
  raws: ReadonlyMap<string, readonly Uint8Array[]>,
  context: QueryContext,
): SharedList {
  const patient = resourcesOf(known, 'Patient')[0]?.resource
  const list = workingList(known)
  if (list === undefined || patient === undefined) return { kind: 'none' }
  const sheet = openSheet(context.zone)
  const entries = entriesOf(list, known, raws)
  const written = entries.map((entry, index) => entryNode(entry, index, context.zone))
  const lost = written.filter((one) => one === undefined).length
  const allergies = resourcesOf(known, 'AllergyIntolerance')
    .filter(({ layer, resource }) => layer === 'fact' && !isError(resource))
    .map(({ resource }) => allergyNode(resource, context.zone))
  const payload = node(
    'LegemidlerIBruk',
    [
      ...rolesOf(known).flatMap((role) => roleNode(sheet, role, 'List') ?? []),
      ...written,
      ...allergies,
      text('Merknad', remark(lost + allergies.filter((one) => one === undefined).length, known.complete)),
    ],
    { xmlns: NS.m251 },
  )
  const party = partyOf(head)
  const envelope = {
    type: 'ERM251' as const,
    msgId: context.newId,
    genDate: context.now,
    sender: party,
    receiver: party,
  }
  const message = msgHead(sheet, envelope, patient, payload)
  const [problem] = sheet.problems
  return problem === undefined
    ? { kind: 'list', xml: XML_DECLARATION + writeXml(message) }
    : { kind: 'impossible', reason: `${problem.at}: ${problem.text}` }
}

const isError = ({ verificationStatus }: AllergyIntolerance): boolean =>
  verificationStatus?.coding?.some(({ code }) => code === 'entered-in-error') ?? false

/** What the list does not know, and what the format cannot say, is told in words, so that nobody takes it for whole. */
const remark = (lost: number, complete: boolean): string =>
  [
    'Felles legemiddelliste, sammenstilt av flere kilder.',
    ...(complete ? [] : ['Listen kan mangle opplysninger: ikke alle kilder er hørt.']),
    ...(lost === 0 ? [] : [`UFULLSTENDIG: ${lost} opplysning(er) kan ikke gis i dette formatet.`]),
  ].join(' ')

const resourcesOf = <T extends StoredResource['resource']['resourceType']>(known: Known, type: T) =>
  known.resources.flatMap(({ layer, resource }) =>
    resource.resourceType === type
      ? // The resource type tells the interface.
        [{ layer, resource: resource as Extract<StoredResource['resource'], { resourceType: T }> }]
      : [],
  )

function workingList(known: Known): List | undefined {
  return resourcesOf(known, 'List').find(
    ({ resource }) =>
      resource.meta?.tag?.some(({ code, system }) => system === LAYER_SYSTEM && code === 'line') === true,
  )?.resource
}

/** Roles that the newest list of a source names (M25.1): the shared list itself names nobody. */
function rolesOf(known: Known) {
  const lists = resourcesOf(known, 'List')
    .map(({ resource }) => resource)
    .filter(({ code, status }) => status === 'current' && code?.coding?.[0]?.code === 'M25.1')
  return lists.flatMap(({ extension }) => extsOf(extension, EXT.listRole))
}

function entriesOf(
  list: List,
  known: Known,
  raws: ReadonlyMap<string, readonly Uint8Array[]>,
): readonly LibEntry[] {
  const byRef = new Map(known.resources.map((stored) => [`${stored.type}/${stored.id}`, stored]))
  const at = (reference: string | undefined) => byRef.get(reference?.split('/_history/')[0] ?? '')
  return (list.entry ?? []).flatMap(({ item }): LibEntry[] => {
    const line = at(item.reference)?.resource
    if (line?.resourceType !== 'MedicationStatement' || !isStated(line)) return []
    const found = rowOf(known.resources, line)
    const row = found?.row
    const prescription = prescriptionOf(line, at)
    const fragment = found?.same === true ? fragmentOf(found, raws) : undefined
    return [
      {
        statement: line,
        ...(row === undefined ? {} : { row }),
        ...(prescription === undefined ? {} : { prescription }),
        ...(fragment === undefined ? {} : { fragment }),
        questions: questionsOf(row, known),
      },
    ]
  })
}

type At = (reference: string | undefined) => StoredResource | undefined
const pllOf = ({ identifier }: MedicationStatement): string | undefined =>
  bareId(identifier?.find(({ type }) => type?.text === 'PLL'))?.toLowerCase()

/** Only e-prescriptions: an order of a hospital cannot be dispensed on, so that its line has none here. */
function prescriptionOf(line: MedicationStatement, at: At): MedicationRequest | undefined {
  for (const { reference } of line.basedOn ?? []) {
    const resource = at(reference)?.resource
    if (
      resource?.resourceType === 'MedicationRequest' &&
      resource.identifier?.some(({ type }) => type?.text === 'ReseptId')
    )
      return resource
  }
  return undefined
}

/** The source's own bytes where the treatment is still what it wrote (eresept.md 11.5). */
function fragmentOf(
  { row, stored }: Row,
  raws: ReadonlyMap<string, readonly Uint8Array[]>,
): string | undefined {
  const id = pllOf(row)
  const raw = stored.messageId && raws.get(stored.messageId)?.[0]
  return id === undefined || raw === undefined ? undefined : fragmentsOf(raw).get(id)
}

function questionsOf(row: MedicationStatement | undefined, known: Known): readonly Question[] {
  const id = row && pllOf(row)
  if (id === undefined) return []
  const all = resourcesOf(known, 'Communication').map(({ resource }) => resource)
  const asked = all.filter(
    (one) =>
      one.inResponseTo === undefined &&
      one.about?.some(({ identifier }) => bareId(identifier)?.toLowerCase() === id),
  )
  return asked.map((one) => {
    const answer = all.find((other) => answers(other, one))
    return answer === undefined ? { asked: one } : { asked: one, answer }
  })
}

const answers = (reply: Communication, asked: Communication): boolean =>
  reply.inResponseTo?.some(({ identifier }) => identifier?.value === asked.identifier?.[0]?.value) === true

function entryNode(entry: LibEntry, index: number, zone: string): XmlNode | undefined {
  const sheet = openSheet(zone)
  const made = statementToOppforing(sheet, entry, `List.entry[${index}]`)
  return sheet.problems.length === 0 ? made : undefined
}

function allergyNode(allergy: AllergyIntolerance, zone: string): XmlNode | undefined {
  const sheet = openSheet(zone)
  const made = allergyToAllergi(sheet, allergy, 'AllergyIntolerance')
  return sheet.problems.length === 0 ? made : undefined
}

/** The hub under the name by which the query addressed it. */
function partyOf(head: Head): Party {
  const element = head.receiverElement
  const ident = (type: string): string | undefined => {
    const found = children(element, 'Ident').find((one) => child(one, 'TypeId')?.attributes['V'] === type)
    return found && child(found, 'Id')?.text.trim()
  }
  const number = ident('ENH')
  return {
    name: child(element, 'OrganisationName')?.text.trim() ?? '',
    her: ident('HER') ?? '',
    ...(number === undefined ? {} : { organisationNumber: number }),
  }
}
