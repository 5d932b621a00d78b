/** Whose a message is where its head does not say: by a number in the payload, an attachment, or a prescription. */
import type { Problem } from '../../src/core/errors.js'
import type { Identity, Subject } from '../../src/core/message.js'
import { idIdentity, keyOf } from './build.js'
import type { AttachedMessage, Whom, WhomContext } from './kind.js'
import type { Head } from './msghead.js'
import { isNationalId, nationalIdSystem } from './national-id.js'

/** Patients that one message may be about. */
const PARTS_MAX = 500
/** Both kinds of prescription: a message that names one does not say which it is. */
export const PRESCRIPTION_TYPES = ['MedicationRequest', 'DeviceRequest'] as const

/** The head's patient, else whoever has the prescription. */
export function whomOfPrescription(reseptId: string, context: WhomContext): Whom {
  const { stated } = context
  if (stated.length > 0) return known([{ by: 'person', identifiers: stated }])
  const identifier = idIdentity(reseptId, context.sender, 'ReseptId')
  return known([{ by: 'resource', types: PRESCRIPTION_TYPES, identifier }])
}

/**
 * A national number as plain text (Fnr, which may be a D-number), and further numbers of the same person, older ones.
 * @param at place of the number
 */
export function whomOfNumber(
  number: string,
  others: readonly string[],
  at: string,
  context: WhomContext,
): Whom {
  const problems = [number, ...others].some((one) => !isNationalId(one, context.synthetic))
    ? [wrongNumber(at)]
    : []
  const survivor = [numberIdentity(number)]
  const prior = others.filter((one) => one !== number).map(numberIdentity)
  const subject: Subject =
    prior.length === 0 ? { by: 'person', identifiers: survivor } : { by: 'merge', survivor, prior }
  return { problems, subjects: [subject] }
}

/** The persons that the attachments are about; one message is about one person. */
export function whomOfAttached(attached: readonly AttachedMessage[], context: WhomContext): Whom {
  const { stated } = context
  if (stated.length > 0) return known([{ by: 'person', identifiers: stated }])
  const byKey = new Map<string, Subject>()
  for (const { subject } of attached) {
    const [first] = subject.by === 'person' ? subject.identifiers : []
    if (first !== undefined && !byKey.has(first.value)) byKey.set(first.value, subject)
  }
  if (byKey.size > 1) return { problems: [severalPersons], subjects: [] }
  if (byKey.size > 0) return known([...byKey.values()])
  return known([attached.find(({ subject }) => subject.by === 'resource')?.subject ?? { by: 'none' }])
}

/** Several patients, each a part of the message of its own; none at all is fine too. */
export function whomOfNumbers(numbers: readonly string[], at: string, context: WhomContext): Whom {
  const distinct = [...new Set(numbers)]
  const problems = distinct.some((one) => !isNationalId(one, context.synthetic)) ? [wrongNumber(at)] : []
  if (distinct.length > PARTS_MAX) return { problems: [...problems, { ...tooMany, at }], subjects: [] }
  const subjects = distinct.map((one): Subject => ({ by: 'person', identifiers: [numberIdentity(one)] }))
  return { problems, subjects: subjects.length === 0 ? [{ by: 'none' }] : subjects }
}

/** Whoever has what the message before in the thread made. */
export function whomOfParent(head: Head, type: 'Consent', context: WhomContext): Whom {
  const { stated } = context
  if (stated.length > 0) return known([{ by: 'person', identifiers: stated }])
  if (head.refToParent === undefined) return { problems: [parentMissing], subjects: [] }
  const identifier = idIdentity(head.refToParent, context.sender, 'MsgId')
  return known([{ by: 'resource', types: [type], identifier }])
}

/** What the message states of its person; undefined where it does not name one. */
export function identitiesOf(subject: Subject): readonly Identity[] | undefined {
  if (subject.by === 'person') return subject.identifiers
  return subject.by === 'merge' ? [...subject.survivor, ...subject.prior] : undefined
}

/** Attached messages about somebody else than the message: they must never reach its patient. */
export function othersOf(attached: readonly AttachedMessage[], whom: Whom): readonly Problem[] {
  const own = whom.subjects.flatMap((subject) => identitiesOf(subject) ?? [])
  if (own.length === 0) return []
  const keys = new Set(own.map(keyOf))
  return attached.flatMap(({ at, subject }) => {
    const stated = identitiesOf(subject)
    return stated === undefined || stated.some((one) => keys.has(keyOf(one))) ? [] : [{ ...otherPerson, at }]
  })
}

export const numberIdentity = (value: string): Identity => ({ system: nationalIdSystem(value), value })

const known = (subjects: readonly Subject[]): Whom => ({ problems: [], subjects })

const wrongNumber = (at: string): Problem => ({
  at,
  text: 'national id is not valid',
  code: 'IDENTITY_INVALID',
  protocolCode: 'E31',
})
const tooMany: Problem = {
  at: '',
  text: `more than ${PARTS_MAX} patients in one message`,
  code: 'MESSAGE_INVALID',
  protocolCode: 'T99',
}
const parentMissing: Problem = {
  at: 'MsgHead/MsgInfo/ConversationRef/RefToParent',
  text: 'the answered message must be named',
  code: 'MESSAGE_INVALID',
  protocolCode: 'T02',
}
const otherPerson: Problem = {
  at: '',
  text: 'the attached message is about another patient',
  code: 'IDENTITY_INVALID',
  protocolCode: 'E36',
}
const severalPersons: Problem = {
  at: 'MsgHead/Document',
  text: 'the attached messages are about several patients',
  code: 'IDENTITY_INVALID',
  protocolCode: 'E36',
}
