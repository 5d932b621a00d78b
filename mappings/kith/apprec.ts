/** AppRec 1.0 and 1.1 as received: read leniently, matched by the id of the original message only (eresept.md 3). */
import type { Problem } from '../../src/core/errors.js'
import { YEAR_RULE } from '../../src/core/zone.js'
import { isUuid } from './build.js'
import { hasDateTimeForm, isDateTime } from './dates.js'
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import { type Coded, child, children, coded, codedAll, type Reader, text } from './reader.js'
import type { XmlElement } from './xml.js'

export interface AppRec {
  readonly id: string
  readonly genDate: string
  readonly senderName?: string
  /** Volven 8258. */
  readonly status: Coded
  /** Volven 8221. */
  readonly errors: readonly Coded[]
  readonly originalId: string
  readonly originalType?: Coded
}

export const isAppRec = (root: XmlElement): boolean =>
  root.local === 'AppRec' && (root.ns === NS.appRec10 || root.ns === NS.appRec11)

/** Type and id of every identifier that an AppRec party gives, its own before additional ones. */
export function appRecIdents(party: XmlElement): readonly { readonly type: string; readonly id: string }[] {
  const hcp = child(party, 'HCP')
  const inst = hcp && (child(hcp, 'Inst') ?? child(hcp, 'HCProf'))
  if (inst === undefined) return []
  const own = identPair(inst, 'TypeId')
  const additional = children(inst, 'AdditionalId').flatMap((one) => identPair(one, 'Type'))
  return [...own, ...additional]
}

function identPair(element: XmlElement, typeName: string): { type: string; id: string }[] {
  const id = child(element, 'Id')?.text.trim()
  const type = child(element, typeName)?.attributes['V']?.trim()
  return id && type ? [{ type, id }] : []
}

/** What is needed to tell which message was answered, and how; missing parts go to `problems`. */
export function readAppRec(reader: Reader, root: XmlElement, problems: Problem[]): AppRec {
  const original = child(root, 'OriginalMsgId')
  const sender = child(root, 'Sender')
  const hcp = sender && child(sender, 'HCP')
  const inst = hcp && (child(hcp, 'Inst') ?? child(hcp, 'HCProf'))
  const id = required(text(reader, root, 'Id'), 'AppRec/Id', problems)
  if (id !== '' && !isUuid(id)) problems.push(fault('AppRec/Id', 'message id is not a UUID', 'E10'))
  const status = coded(reader, root, 'Status')
  if (status?.V === undefined) problems.push(fault('AppRec/Status', 'code (V) is missing', 'T02'))
  return {
    id,
    genDate: ownTime(required(text(reader, root, 'GenDate'), 'AppRec/GenDate', problems), problems),
    ...given('senderName', inst && text(reader, inst, 'Name')),
    status: status ?? {},
    errors: codedAll(reader, root, 'Error'),
    originalId: required(original && text(reader, original, 'Id'), 'AppRec/OriginalMsgId/Id', problems),
    ...given('originalType', original && coded(reader, original, 'MsgType')),
  }
}

function required(value: string | undefined, at: string, problems: Problem[]): string {
  if (value === undefined) problems.push(fault(at, 'required element is missing', 'T02'))
  return value ?? ''
}

/** A receipt's time is read leniently, but for a year that no record can have. */
function ownTime(genDate: string, problems: Problem[]): string {
  if (hasDateTimeForm(genDate) && !isDateTime(genDate))
    problems.push(fault('AppRec/GenDate', YEAR_RULE, 'T02'))
  return genDate
}

const fault = (at: string, rule: string, protocolCode: string): Problem => ({
  at,
  text: rule,
  code: 'MESSAGE_INVALID',
  protocolCode,
})
