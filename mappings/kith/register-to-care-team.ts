/**
 * What the register of multidose responsibility says → CareTeam, one a message (eresept.md 8, 11.6). It is a fact: who
 * is responsible now, and was before, follows from all of them together (src/medication-list/responsibility).
 */
import type { CareTeam, CareTeamParticipant, ContactPoint, Extension, Reference } from 'fhir/r4.js'
import { codeSystemUrl, senderSidUrl } from '../../src/core/canonical.js'
import { type Amendment, type Identity, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { addressOf, telecomOf } from './address.js'
import { ext, filled, identifier, keyOf, logical } from './build.js'
import { startOfDay, toDate } from './dates.js'
import { EXT } from './extensions.js'
import { type Frame, organisationIdent } from './frame.js'
import type { Multidoseapotek, Multidoselege } from './multidose-register.js'
import { addNamedOrganisation, hprPractitionerNamed } from './parties.js'

export type MultidoseRole = 'multidose-doctor' | 'multidose-pharmacy'

/** A participant with the contact details that its message gives. */
export interface Registered {
  readonly participant: CareTeamParticipant
  readonly telecom: readonly ContactPoint[]
}

/** Adds the CareTeam that the message states. `extension`: what the message says of the registration itself. */
export function addRegisterTeam(
  frame: Frame,
  identity: Identity,
  registered: readonly Registered[],
  extension: readonly Extension[] = [],
  idType = 'MsgId',
): void {
  const resource: CareTeam = {
    resourceType: 'CareTeam',
    extension: [...ext(EXT.statedAt, 'valueDateTime', frame.genDate), ...extension],
    identifier: [identifier(identity, idType)],
    status: 'active',
    category: [{ coding: [{ system: codeSystemUrl('care-team-category'), code: 'multidose-register' }] }],
    subject: { reference: SUBJECT_REFERENCE },
    ...filled(
      'participant',
      registered.map(({ participant }) => participant),
    ),
    ...filled(
      'telecom',
      registered.flatMap(({ telecom }) => telecom),
    ),
  }
  frame.resources.push({ key: keyOf(identity), resource, order: frame.order, scope: 'person' })
}

/**
 * What a register shows whenever it is asked (M9.2, M9.12): the same answer again is the same fact, of which the first and
 * the last time are kept, so that a patient looked up every week has one and not fifty.
 */
export function addRegisterAnswer(
  frame: Frame,
  registered: readonly Registered[],
  extension: readonly Extension[],
): readonly Amendment[] {
  const shown = registered.map(({ participant: { member, period, role } }) =>
    [role?.[0]?.coding?.[0]?.code, member?.identifier?.value ?? member?.display, period?.end]
      .map((part) => encodeURIComponent(part ?? ''))
      .join(':'),
  )
  const identity = {
    system: senderSidUrl(frame.sender, 'multidose-register'),
    value: shown.join('/') || 'nobody',
  }
  if (frame.resources.some(({ key }) => key === keyOf(identity))) return []
  addRegisterTeam(frame, identity, registered, extension, 'Register')
  return [
    {
      type: 'CareTeam',
      key: keyOf(identity),
      name: 'first-stated',
      // The earlier, the later in order: of several the earliest holds.
      at: String(INSTANT_MAX - Date.parse(frame.order)),
      set: { extension: [...ext(EXT.firstStatedAt, 'valueDateTime', frame.genDate)] },
    },
  ]
}
/** Of the same number of digits as its differences from any time of a message, so that they compare as text. */
const INSTANT_MAX = 8_640_000_000_000_000

/** Days are xs:date. From the day `to` on the party is no longer responsible. */
export function participantOf(
  frame: Frame,
  role: MultidoseRole,
  member: Reference,
  days: { readonly from?: string; readonly to?: string },
  onBehalfOf?: Reference,
): CareTeamParticipant {
  const start = days.from === undefined ? undefined : toDate(days.from)
  const end = days.to === undefined ? undefined : startOfDay(toDate(days.to), frame.zone)
  return {
    role: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: role }] }],
    member,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(start === undefined && end === undefined
      ? {}
      : { period: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) } }),
  }
}

/** The doctor as the register names one; with `from` where the message says since when. */
export function multidoselegeToParticipant(frame: Frame, lege: Multidoselege, from?: string): Registered {
  const { hprNr, navn, org, herId, aktivTil } = lege
  const member =
    hprNr === undefined
      ? { type: 'Practitioner', ...(navn === undefined ? {} : { display: navn }) }
      : hprPractitionerNamed(frame, hprNr, navn)
  const office = herId && organisationIdent(herId, frame.sender)
  if (office !== undefined) addNamedOrganisation(frame, office, org)
  return {
    participant: participantOf(
      frame,
      'multidose-doctor',
      member,
      daysOf(from, aktivTil),
      office === undefined
        ? org === undefined
          ? undefined
          : { type: 'Organization', display: org }
        : logical('Organization', office, org),
    ),
    telecom: telecomOf(lege.telefon),
  }
}

export function multidoseapotekToParticipant(
  frame: Frame,
  apotek: Multidoseapotek,
  from?: string,
): Registered {
  const { navn, adresse, konsesjonsnr, aktivTil } = apotek
  const identity = konsesjonsnr && organisationIdent(konsesjonsnr, frame.sender)
  if (identity !== undefined)
    addNamedOrganisation(frame, identity, navn, undefined, {
      ...filled('telecom', telecomOf(apotek.telefon)),
      ...(adresse === undefined ? {} : { address: [addressOf(adresse)] }),
    })
  return {
    participant: participantOf(
      frame,
      'multidose-pharmacy',
      identity === undefined
        ? { type: 'Organization', ...(navn === undefined ? {} : { display: navn }) }
        : logical('Organization', identity, navn),
      daysOf(from, aktivTil),
    ),
    telecom: telecomOf(apotek.telefon),
  }
}

const daysOf = (from: string | undefined, to: string | undefined) => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
})
