/** The answer of `$getMedication` opened: its Bundle, what the document says of itself, and whom it is about. */

import { DNR, ENH, FHN, FNR, HER, HPR } from '../../src/core/canonical.js'
import type { Problem } from '../../src/core/errors.js'
import { HubError } from '../../src/core/errors.js'
import type { Identity } from '../../src/core/message.js'
import { readNationalNumber } from '../hl7v2/national-number.js'
import { isDate, isDateTime } from '../kith/dates.js'
import { child, children, isObject, type Node, nodeOf, type Trail, text } from './json-trail.js'

export interface SfmDocument {
  /** Whole message: what nobody reads of it is told. */
  readonly root: Node
  readonly composition: Node
  /** Resources by `fullUrl`, and by `<type>/<id>`. */
  readonly byUrl: ReadonlyMap<string, Node>
  readonly messageId: string
  readonly sender: string
  /** Name of the sending organisation or person, for people. */
  readonly senderName: string
  /** When the registers were asked; a FHIR dateTime or date. */
  readonly fetchedAt: string | undefined
  readonly patient: Node | undefined
  readonly identities: readonly Identity[]
}

const SENDER_CHARACTERS_MAX = 100
const ID = /^[A-Za-z0-9._:-]{1,128}$/

/**
 * @throws HubError MESSAGE_TYPE_UNSUPPORTED for another kind of JSON, MESSAGE_UNREADABLE without sender or id
 */
export function openDocument(body: unknown): SfmDocument {
  const trail: Trail = { read: new Set() }
  const root = nodeOf(
    body,
    isObject(body) && typeof body['resourceType'] === 'string' ? body['resourceType'] : '',
    trail,
  )
  const bundle = root && bundleOf(root)
  if (root === undefined || bundle === undefined)
    throw new HubError(
      'MESSAGE_TYPE_UNSUPPORTED',
      'neither Parameters with the parameter medication nor a Bundle',
      {
        at: 'Parameters.parameter',
      },
    )
  text(child(bundle, 'identifier'), 'system')
  text(child(bundle, 'identifier'), 'value')
  const byUrl = new Map<string, Node>()
  let composition: Node | undefined
  for (const entry of children(bundle, 'entry')) {
    const resource = child(entry, 'resource')
    if (resource === undefined) continue
    const url = text(entry, 'fullUrl')
    if (url !== undefined) byUrl.set(url, resource)
    const type = typeOf(resource)
    byUrl.set(`${type}/${text(resource, 'id')}`, resource)
    if (type === 'Composition') composition ??= resource
  }
  if (composition === undefined)
    throw new HubError('MESSAGE_TYPE_UNSUPPORTED', 'the Bundle is no document: it has no Composition', {
      at: `${bundle.at}.entry`,
    })
  const patient = resolve(byUrl, child(composition, 'subject')) ?? onlyPatient(byUrl)
  const { sender, senderName } = senderOf(composition, byUrl)
  const messageId = text(child(composition, 'identifier'), 'value') ?? text(bundle, 'id')
  if (sender === undefined || messageId === undefined || !ID.test(messageId))
    throw new HubError(
      'MESSAGE_UNREADABLE',
      'sender (Composition.author) or id (Composition.identifier) is missing',
      {
        at: composition.at,
      },
    )
  return {
    root,
    composition,
    byUrl,
    messageId,
    sender,
    senderName,
    fetchedAt: fetchedAtOf(root, bundle, composition),
    patient,
    identities: identitiesOf(patient),
  }
}

export const typeOf = (resource: Node): string => String(resource.value['resourceType'] ?? '')

/** The resource that a reference leads to, within the document. */
export function resolve(byUrl: SfmDocument['byUrl'], reference: Node | undefined): Node | undefined {
  const to = text(reference, 'reference')
  return to === undefined ? undefined : byUrl.get(to)
}

function bundleOf(root: Node): Node | undefined {
  if (typeOf(root) === 'Bundle') return root
  if (typeOf(root) !== 'Parameters') return undefined
  const medication = children(root, 'parameter').find((one) => text(one, 'name') === 'medication')
  const bundle = child(medication, 'resource')
  return bundle !== undefined && typeOf(bundle) === 'Bundle' ? bundle : undefined
}

const onlyPatient = (byUrl: ReadonlyMap<string, Node>): Node | undefined => {
  const patients = new Set([...byUrl.values()].filter((one) => typeOf(one) === 'Patient'))
  return patients.size === 1 ? [...patients][0] : undefined
}

/** HER-id or organisation number of the author's organisation, else the person's HPR number, else another hub's own id. */
function senderOf(
  composition: Node,
  byUrl: ReadonlyMap<string, Node>,
): { sender: string | undefined; senderName: string } {
  const authors = children(composition, 'author').flatMap((one) => resolve(byUrl, one) ?? [])
  const values = (system: string) =>
    authors.flatMap((author) =>
      children(author, 'identifier')
        .filter((one) => text(one, 'system') === system)
        .flatMap((one) => text(one, 'value') ?? []),
    )
  const device = authors.find((author) => typeOf(author) === 'Device')
  const hub = children(device, 'identifier').flatMap((one) => text(one, 'value') ?? [])[0]
  const key = values(HER)[0] ?? values(ENH)[0] ?? values(HPR).map((hpr) => `HPR:${hpr}`)[0] ?? hub
  const organisation = authors.find((author) => typeOf(author) === 'Organization')
  const sender = key !== undefined && key.length <= SENDER_CHARACTERS_MAX ? key : undefined
  return {
    sender,
    senderName:
      text(organisation, 'name') ??
      text(children(device, 'deviceName')[0], 'name') ??
      `SFM ${sender ?? ''}`.trim(),
  }
}

function fetchedAtOf(root: Node, bundle: Node, composition: Node): string | undefined {
  const parameters = children(root, 'parameter')
  const asked = (name: string) =>
    text(
      parameters.find((one) => text(one, 'name') === name),
      'valueDateTime',
    )
  return [asked('RFHentetTidspunkt'), text(bundle, 'timestamp'), text(composition, 'date')].find(
    (time) => time !== undefined && (isDateTime(time) || isDate(time)),
  )
}

/** All forms in which the number's kind is written (norwegian-fhir.md 1.1); the number itself tells D-numbers apart. */
const PERSON_SYSTEMS: Readonly<Record<string, string>> = {
  [FNR]: FNR,
  [DNR]: DNR,
  [FHN]: FHN,
  'http://hl7.no/fhir/NamingSystem/FNR': FNR,
  'http://hl7.no/fhir/NamingSystem/DNR': DNR,
  'http://hl7.no/fhir/NamingSystem/FHNR': FHN,
}

function identitiesOf(patient: Node | undefined): Identity[] {
  return children(patient, 'identifier').flatMap((one) => {
    const value = text(one, 'value')
    const systems = [
      text(one, 'system'),
      ...children(child(one, 'type'), 'coding').map((coding) => text(coding, 'system')),
    ]
    const system = systems.map((name) => PERSON_SYSTEMS[name ?? '']).find((known) => known !== undefined)
    if (value === undefined || system === undefined) return []
    const number = readNationalNumber(value, system)
    return [{ system: number.kind === 'valid' ? number.system : system, value }]
  })
}

/** What keeps the document from being taken: whom it is about must be certain. */
export function problemsOf(document: SfmDocument, synthetic: 'accept' | 'refuse'): Problem[] {
  const { identities, patient } = document
  const at = `${patient?.at ?? document.composition.at}.identifier`
  if (identities.length === 0)
    return [{ at, text: 'no national identity number of the patient', code: 'IDENTITY_INVALID' }]
  return identities.flatMap(({ system, value }): Problem[] => {
    const number = readNationalNumber(value, system)
    if (number.kind === 'invalid')
      return [{ at, text: 'is not a valid national number', code: 'IDENTITY_INVALID' }]
    return number.synthetic && synthetic === 'refuse'
      ? [
          {
            at,
            text: 'is a synthetic national number, which this hub does not take',
            code: 'IDENTITY_INVALID',
          },
        ]
      : []
  })
}
