/** M9.12 and M9.2 → what the broker's register says: who is responsible, and the prescriptions (eresept.md 11.6). */
import type { Extension } from 'fhir/r4.js'
import type { Amendment } from '../../src/core/message.js'
import { ext, identifier, idIdentity } from './build.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { Reseptliste } from './m92.js'
import { numberOf } from './m92-patients.js'
import { addRegisterList } from './m96-to-list.js'
import type { M912 } from './m912.js'
import type { Multidoseapotek, Multidoselege } from './multidose-register.js'
import {
  addRegisterAnswer,
  multidoseapotekToParticipant,
  multidoselegeToParticipant,
} from './register-to-care-team.js'
import { addPatient, reseptinfoToMedicationRequest } from './reseptinfo-to-medication-request.js'

export function m912ToCareTeam(frame: Frame, answer: M912): readonly Amendment[] {
  const { refMsgId } = answer
  const team = addTeam(frame, answer.lege, answer.apotek, [
    ...ext(
      EXT.basedOnMessage,
      'valueIdentifier',
      refMsgId === undefined ? undefined : identifier(idIdentity(refMsgId, frame.sender, 'MsgId'), 'MsgId'),
    ),
  ])
  if (answer.resepter.length > 0)
    addRegisterList(
      frame,
      'M9.12',
      answer.resepter.map(({ reseptId }) => reseptId),
      {},
    )
  addPatient(frame, answer.resepter)
  return [...team, ...answer.resepter.flatMap((info) => reseptinfoToMedicationRequest(frame, info))]
}

/** @param number whose part of the list; undefined where nobody was found */
export function m92ToCareTeam(
  frame: Frame,
  answer: Reseptliste,
  number: string | undefined,
): readonly Amendment[] {
  const own = answer.resepter.filter((info) => numberOf(info) === number)
  const team = answer.multidosebrukere.flatMap(({ apotek, fnr, lege }) =>
    fnr === number ? addTeam(frame, lege, apotek, []) : [],
  )
  addRegisterList(
    frame,
    'M9.2',
    own.map(({ reseptId }) => reseptId),
    answer.status === undefined ? {} : { status: answer.status },
  )
  addPatient(frame, own)
  return [...team, ...own.flatMap((info) => reseptinfoToMedicationRequest(frame, info))]
}

/** The register is told also where it knows nobody: that is what it says then. */
function addTeam(
  frame: Frame,
  lege: Multidoselege | undefined,
  apotek: Multidoseapotek | undefined,
  extension: readonly Extension[],
): readonly Amendment[] {
  const registered = [
    ...(lege === undefined ? [] : [multidoselegeToParticipant(frame, lege)]),
    ...(apotek === undefined ? [] : [multidoseapotekToParticipant(frame, apotek)]),
  ]
  return registered.length > 0 || extension.length > 0 ? addRegisterAnswer(frame, registered, extension) : []
}
