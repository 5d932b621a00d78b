/** M27.1, M27.2 and M28 → CareTeam facts of multidose responsibility (eresept.md 8, 11.6). */
import type { Extension } from 'fhir/r4.js'
import type { Problem } from '../../src/core/errors.js'
import type { Amendment } from '../../src/core/message.js'
import { telecomOf } from './address.js'
import { concept, ext, identifier, idIdentity, keyOf, logical } from './build.js'
import { EXT } from './extensions.js'
import {
  type Frame,
  fullName,
  isPharmacy,
  organisationIdent,
  professionalIdentity,
  professionalOf,
} from './frame.js'
import type { M28, M271, M272 } from './m27.js'
import type { Head, Organisation } from './msghead.js'
import {
  addRegisterTeam,
  multidoseapotekToParticipant,
  multidoselegeToParticipant,
  participantOf,
  type Registered,
} from './register-to-care-team.js'

/** Volven 7496. */
const REGISTER = 'R'
const DEREGISTER = 'A'

/** Who registers is who sends: a pharmacy, or a doctor with an HPR number. */
export function checkM271(head: Head, { status }: M271): readonly Problem[] {
  const problems: Problem[] = []
  if (status.V !== REGISTER && status.V !== DEREGISTER)
    problems.push({ ...PROBLEM, at: 'M271/Status', text: 'neither R (register) nor A (deregister)' })
  if (!isPharmacy(head.sender) && hprOf(head.sender) === undefined)
    problems.push({
      ...PROBLEM,
      at: 'MsgHead/MsgInfo/Sender/Organisation',
      text: 'the sender is neither a doctor (HPR) nor a pharmacy (AKO)',
      protocolCode: 'E20',
    })
  return problems
}
const PROBLEM = { code: 'MESSAGE_INVALID', protocolCode: 'T02' } as const

const hprOf = (organisation: Organisation) =>
  professionalOf(organisation)?.idents.find(({ type }) => type.V === 'HPR')

export function m271ToCareTeam(frame: Frame, head: Head, registration: M271): void {
  const days =
    registration.status.V === DEREGISTER ? { to: registration.gjelderFra } : { from: registration.gjelderFra }
  const participant = isPharmacy(head.sender)
    ? participantOf(frame, 'multidose-pharmacy', pharmacyReference(frame, head.sender), days)
    : participantOf(frame, 'multidose-doctor', frame.author, days, frame.organisation)
  addRegisterTeam(
    frame,
    frame.message,
    [{ participant, telecom: telecomOf(head.sender.telecom) }],
    ext(EXT.registrationStatus, 'valueCodeableConcept', concept(registration.status, 7496)),
  )
}

/** The register knows pharmacies by their licence number. */
function pharmacyReference(frame: Frame, pharmacy: Organisation) {
  const licence = pharmacy.idents.find(({ type }) => type.V === 'AKO')
  return licence === undefined
    ? (frame.organisation ?? frame.author)
    : logical('Organization', organisationIdent(licence, frame.sender), pharmacy.name)
}

/** The answer tells who is, or was, responsible beside the one who registered; a refusal takes that one back. */
export function m272ToCareTeam(frame: Frame, head: Head, answer: M272): readonly Amendment[] {
  const registered = [
    ...(answer.lege === undefined ? [] : [multidoselegeToParticipant(frame, answer.lege)]),
    ...(answer.apotek === undefined ? [] : [multidoseapotekToParticipant(frame, answer.apotek)]),
  ]
  const accepted = ext(EXT.registrationAccepted, 'valueBoolean', answer.registrertEndring)
  addRegisterTeam(frame, frame.message, registered, [...accepted, ...threadOf(frame, head)])
  if (head.refToParent === undefined) return []
  return [
    {
      type: 'CareTeam',
      key: keyOf(idIdentity(head.refToParent, frame.sender, 'MsgId')),
      name: `answered:${frame.message.value}`,
      at: frame.order,
      set: {
        ...(answer.registrertEndring ? {} : { status: 'inactive' }),
        extension: [...accepted],
      },
    },
  ]
}

/** Sent to the former doctor, whose responsibility ends on the day on which the new one's begins. */
export function m28ToCareTeam(frame: Frame, head: Head, change: M28): void {
  addRegisterTeam(
    frame,
    frame.message,
    [multidoselegeToParticipant(frame, change.lege, change.aktivFra), ...formerDoctor(frame, change)],
    threadOf(frame, head),
  )
}

function formerDoctor(frame: Frame, { receiver, aktivFra }: M28): readonly Registered[] {
  const professional = professionalOf(receiver)
  const identity = professional && professionalIdentity(professional, frame.sender)
  if (identity === undefined) return []
  const member = logical('Practitioner', identity, fullName(professional))
  return [{ participant: participantOf(frame, 'multidose-doctor', member, { to: aktivFra }), telecom: [] }]
}

const threadOf = (frame: Frame, head: Head): readonly Extension[] =>
  ext(
    EXT.basedOnMessage,
    'valueIdentifier',
    head.refToParent === undefined
      ? undefined
      : identifier(idIdentity(head.refToParent, frame.sender, 'MsgId'), 'MsgId'),
  )
