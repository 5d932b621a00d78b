/** AppRec 1.0, or 1.1 for senders that want it, as an answer: addresses mirrored, status 1 or 2 with the errors of list 8221 (eresept.md 3). */
import type { Problem } from '../../src/core/errors.js'
import type { AnswerContext, IntakeOutcome } from '../../src/core/message.js'
import { displayOf } from './code-lists.js'
import { NS, VOLVEN_OID } from './namespaces.js'
import { child, children } from './reader.js'
import type { XmlElement } from './xml.js'
import { node, writeXml, XML_DECLARATION, type XmlNode } from './xml-write.js'

const ERRORS_MAX = 20

export type AppRecVersion = '1.0' | '1.1'
/** 1.1 has the structure of 1.0 and asks for the roles: who answers was the main receiver, who is answered the sender. */
const VERSIONS = {
  '1.0': { mig: '1.0 2004-11-21', ns: NS.appRec10, roles: undefined },
  '1.1': {
    mig: 'v1.1 2012-02-15',
    ns: NS.appRec11,
    roles: {
      sender: node('Role', undefined, { V: 'PRIM', DN: 'Primærmottaker' }),
      receiver: node('Role', undefined, { V: 'AVS', DN: 'Avsender' }),
    },
  },
} as const

/** @param root a MsgHead of which MsgInfo could be read */
export function appRecAnswer(
  root: XmlElement,
  outcome: Exclude<IntakeOutcome, { kind: 'conflict' }>,
  context: Pick<AnswerContext, 'newId' | 'now'>,
  version: AppRecVersion = '1.0',
): string {
  const { mig, ns, roles } = VERSIONS[version]
  const info = child(root, 'MsgInfo')
  const text = (name: string): string => (info && child(info, name)?.text.trim()) ?? ''
  const type = info && child(info, 'Type')?.attributes
  const status = outcome.kind === 'accepted' ? '1' : '2'
  const receipt = node(
    'AppRec',
    [
      node('MsgType', undefined, { V: 'APPREC' }),
      node('MIGversion', mig),
      node('SoftwareName', 'Stafett'),
      node('GenDate', context.now),
      node('Id', context.newId),
      node('Sender', [roles?.sender, party(info, 'Receiver')]),
      node('Receiver', [roles?.receiver, party(info, 'Sender')]),
      node('Status', undefined, { V: status, DN: displayOf(8258, status) }),
      ...(outcome.kind === 'refused' ? outcome.refusal.problems.slice(0, ERRORS_MAX).map(errorNode) : []),
      node('OriginalMsgId', [
        node('MsgType', undefined, { V: type?.['V'], DN: type?.['DN'] }),
        node('IssueDate', issueDate(text('GenDate'), context.now)),
        node('Id', text('MsgId')),
      ]),
    ],
    { xmlns: ns },
  )
  return XML_DECLARATION + writeXml(receipt)
}

function errorNode(problem: Problem): XmlNode {
  const code = problem.protocolCode ?? 'X99'
  return node('Error', undefined, {
    V: code,
    S: `${VOLVEN_OID}8221`,
    DN: displayOf(8221, code),
    OT: `${problem.at}: ${problem.text}`,
  })
}

/** The original time cut to milliseconds, as receivers do; the schema demands one even where the sender gave none. */
function issueDate(genDate: string, now: string): string {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,3})?\d*(Z|[+-]\d{2}:\d{2})?$/.exec(genDate)
  return match === null ? now : `${match[1]}${match[2] ?? ''}${match[3] ?? ''}`
}

/** First Ident as Id and TypeId, further ones as AdditionalId; nested Organisation as Dept, the person as HCPerson. */
function party(info: XmlElement | undefined, name: string): XmlNode {
  const wrapper = info && child(info, name)
  const organisation = wrapper && child(wrapper, 'Organisation')
  const address = organisation && child(organisation, 'Address')
  return node('HCP', [
    node('Inst', organisation === undefined ? [] : institution(organisation)),
    address === undefined ? undefined : addressNode(address),
  ])
}

function institution(organisation: XmlElement): XmlNode[] {
  const inner = child(organisation, 'Organisation')
  const person = child(organisation, 'HealthcareProfessional')
  const { additional, own } = identNodes(organisation)
  return [
    node('Name', child(organisation, 'OrganisationName')?.text.trim() ?? ''),
    ...own,
    ...(inner === undefined ? [] : [department(inner)]),
    ...additional,
    ...(person === undefined ? [] : [personNode(person)]),
  ]
}

function department(inner: XmlElement): XmlNode {
  const { additional, own } = identNodes(inner)
  return node('Dept', [
    node('Name', child(inner, 'OrganisationName')?.text.trim() ?? ''),
    ...own,
    ...additional,
  ])
}

function personNode(person: XmlElement): XmlNode {
  const { additional, own } = identNodes(person)
  const name = ['GivenName', 'MiddleName', 'FamilyName']
    .map((part) => child(person, part)?.text.trim() ?? '')
    .filter((part) => part !== '')
    .join(' ')
  return node('HCPerson', [node('Name', name), ...own, ...additional])
}

function identNodes(element: XmlElement): { readonly own: XmlNode[]; readonly additional: XmlNode[] } {
  const idents = children(element, 'Ident').flatMap((ident) => {
    const id = child(ident, 'Id')?.text.trim()
    const type = child(ident, 'TypeId')?.attributes
    return id ? [{ id, type: { V: type?.['V'], DN: type?.['DN'] } }] : []
  })
  const [first, ...rest] = idents
  return {
    own: first === undefined ? [] : [node('Id', first.id), node('TypeId', undefined, first.type)],
    additional: rest.map(({ id, type }) =>
      node('AdditionalId', [node('Id', id), node('Type', undefined, type)]),
    ),
  }
}

/** The same parts as in MsgHead but the post box; AppRec demands a type. */
function addressNode(address: XmlElement): XmlNode {
  const type = child(address, 'Type')?.attributes
  const plain = (name: string): XmlNode | undefined => {
    const text = child(address, name)?.text.trim()
    return text ? node(name, text) : undefined
  }
  const code = (name: string): XmlNode | undefined => {
    const attributes = child(address, name)?.attributes
    return attributes && node(name, undefined, { V: attributes['V'], DN: attributes['DN'] })
  }
  return node('Address', [
    node('Type', undefined, type === undefined ? { V: 'PST' } : { V: type['V'], DN: type['DN'] }),
    plain('StreetAdr'),
    plain('PostalCode'),
    plain('City'),
    code('County'),
    code('Country'),
  ])
}
