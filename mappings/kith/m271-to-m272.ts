/** M27.1 → M27.2, the answer that a registration waits for: who is, or was, responsible beside the sender (eresept.md 8). */
import type { CareTeam, CareTeamParticipant } from 'fhir/r4.js'
import { codeSystemUrl, HER, HPR } from '../../src/core/canonical.js'
import type { ReceiptContext, Reply } from '../../src/core/message.js'
import { AKO, isPharmacy, professionalOf } from './frame.js'
import type { Head } from './msghead.js'
import { NS, VOLVEN_OID } from './namespaces.js'
import { stripLeadingZeros } from './national-id.js'
import type { MultidoseRole } from './register-to-care-team.js'
import { replyHead } from './reply-head.js'
import { node, writeXml, XML_DECLARATION, type XmlNode } from './xml-write.js'

/**
 * Always registered: the hub keeps every registration that it takes. A pharmacy is told the doctor in charge; a doctor
 * the one before, with the day on which that responsibility ended, and the pharmacy in charge. A party of which the
 * schema demands more than is known is left out.
 */
export function m271ToM272(head: Head, context: ReceiptContext): Reply {
  const team = context.resources('CareTeam').find(isResponsibility)
  const today = context.now
  const ofRole = (role: MultidoseRole) => (team?.participant ?? []).filter((one) => roleOf(one) === role)
  const inCharge = (one: CareTeamParticipant) => one.period?.end === undefined || one.period.end > today
  const doctors = ofRole('multidose-doctor')
  const doctor = isPharmacy(head.sender) ? doctors.findLast(inCharge) : formerDoctor(head, doctors)
  const pharmacy = isPharmacy(head.sender) ? undefined : ofRole('multidose-pharmacy').findLast(inCharge)
  const answer = node('M272', [node('RegistrertEndring', 'true'), lege(doctor), apotek(pharmacy)], {
    xmlns: NS.m272,
  })
  return {
    status: 200,
    contentType: 'application/xml; charset=utf-8',
    body:
      XML_DECLARATION +
      writeXml(
        replyHead(head, { V: 'ERM272', DN: 'Svar på registrering av multidoseansvarlig' }, answer, context),
      ),
  }
}

export const isResponsibility = (team: CareTeam): boolean =>
  team.status !== 'inactive' &&
  (team.category ?? []).some(({ coding }) => coding?.some(({ code }) => code === 'medlist-responsibility'))

export const roleOf = ({ role }: CareTeamParticipant): string | undefined =>
  role?.flatMap(({ coding }) => coding ?? []).find(({ system }) => system === codeSystemUrl('care-team-role'))
    ?.code

/** The last doctor besides the sender whose responsibility has ended. */
function formerDoctor(head: Head, doctors: readonly CareTeamParticipant[]): CareTeamParticipant | undefined {
  const own = professionalOf(head.sender)?.idents.find(({ type }) => type.V === 'HPR')?.id
  return doctors.findLast(
    ({ member, period }) =>
      period?.end !== undefined &&
      (own === undefined || member?.identifier?.value !== stripLeadingZeros(own)),
  )
}

/** Multidoselege of a participant; nothing where the schema demands more than is known. */
export function lege(doctor: CareTeamParticipant | undefined): XmlNode | undefined {
  const hpr = valueIn(doctor?.member, HPR)
  const her = valueIn(doctor?.onBehalfOf, HER)
  if (hpr === undefined || her === undefined) return undefined
  return node(
    'Multidoselege',
    [
      node('HprNr', hpr),
      node('Navn', doctor?.member?.display ?? ''),
      node('Org', doctor?.onBehalfOf?.display ?? ''),
      ident('HerId', her, 'HER'),
      activeTo(doctor),
    ],
    { xmlns: NS.m274 },
  )
}

/** Multidoseapotek of a participant, likewise. */
export function apotek(pharmacy: CareTeamParticipant | undefined): XmlNode | undefined {
  const licence = valueIn(pharmacy?.member, AKO)
  if (licence === undefined) return undefined
  return node(
    'Multidoseapotek',
    [
      node('Navn', pharmacy?.member?.display ?? ''),
      ident('Konsesjonsnr', licence, 'AKO'),
      activeTo(pharmacy),
    ],
    { xmlns: NS.m274 },
  )
}

const valueIn = (reference: CareTeamParticipant['member'], system: string): string | undefined =>
  reference?.identifier?.system === system ? reference.identifier.value : undefined

const activeTo = (one: CareTeamParticipant | undefined): XmlNode | undefined =>
  one?.period?.end === undefined ? undefined : node('AktivTil', one.period.end.slice(0, 10))

const ident = (name: string, id: string, type: 'HER' | 'AKO'): XmlNode =>
  node(name, [
    node('Id', id, { xmlns: NS.fk1 }),
    node('TypeId', undefined, { xmlns: NS.fk1, V: type, S: `${VOLVEN_OID}9051` }),
  ])
