/** What every mapping of one message shares: who sent it, when, under which id. */
import type { Reference } from 'fhir/r4.js'
import { ENH, HER, RESH, senderSidUrl } from '../../src/core/canonical.js'
import type {
  Authorship,
  Identity,
  MapContext,
  MappedResource,
  SourceRole,
  SourceStatement,
  Unmapped,
} from '../../src/core/message.js'
import { idIdentity, logical } from './build.js'
import { toDateTime, toUtc } from './dates.js'
import type { Head, Ident, Organisation, Professional } from './msghead.js'
import { personIdentity } from './national-id.js'

export interface Frame {
  readonly zone: string
  readonly receivedAt: string
  readonly sender: string
  /** GenDate as FHIR dateTime. */
  readonly genDate: string
  /** GenDate as UTC instant: order of resources, time of amendments. */
  readonly order: string
  readonly message: Identity
  readonly author: Reference
  readonly organisation: Reference | undefined
  /** Filled by the mappings. */
  readonly unmapped: Unmapped[]
  readonly resources: MappedResource[]
}

export function frameOf(head: Head, unmapped: readonly Unmapped[], context: MapContext): Frame {
  const organisationId = organisationIdentity(head.sender, context.sender)
  const organisation = organisationId && logical('Organization', organisationId, head.sender.name)
  const professional = professionalOf(head.sender)
  const professionalId = professional && professionalIdentity(professional, context.sender)
  return {
    zone: context.zone,
    receivedAt: context.receivedAt,
    sender: context.sender,
    genDate: toDateTime(head.genDate, context.zone),
    order: toUtc(head.genDate, context.zone),
    message: idIdentity(head.msgId, context.sender, 'MsgId'),
    author:
      professionalId === undefined
        ? (organisation ?? { type: 'Organization', display: head.sender.name ?? context.sender })
        : logical('Practitioner', professionalId, fullName(professional)),
    organisation,
    unmapped: [...unmapped],
    resources: [],
  }
}

/**
 * The broker passes on what prescribers and what pharmacies say, and a source has one role: what it says for a pharmacy
 * is a source of its own. A pharmacy is known by its licence number.
 */
export const sourceOf = (head: Head, role: SourceRole, sender: string): SourceStatement => ({
  key: role === 'pharmacy' && !isPharmacy(head.sender) ? `eresept|${sender}|pharmacy` : `eresept|${sender}`,
  role,
  name: head.sender.name ?? sender,
})

/** By its licence number or its pharmacy identification number (Volven 9051). */
export const isPharmacy = ({ idents }: Organisation): boolean =>
  idents.some(({ type }) => type.V === 'AKO' || type.V === 'APO')

export function authorshipOf(frame: Frame, activity: string): Authorship {
  return {
    recorded: frame.genDate,
    author: party(frame.author),
    ...(frame.organisation === undefined || frame.author.type !== 'Practitioner'
      ? {}
      : { onBehalfOf: party(frame.organisation) }),
    activity,
  }
}

/** A reference as author of a Provenance. */
export function party(reference: Reference): NonNullable<Authorship['author']> {
  const { system, value } = reference.identifier ?? {}
  return {
    type: reference.type ?? 'Organization',
    ...(system === undefined || value === undefined ? {} : { identifier: { system, value } }),
    ...(reference.display === undefined ? {} : { display: reference.display }),
  }
}

/** The healthcare professional behind the message: of the organisation, else of its department. */
export const professionalOf = (organisation: Organisation): Professional | undefined =>
  organisation.professional ?? (organisation.organisation && professionalOf(organisation.organisation))

export const fullName = (
  person:
    | {
        readonly givenName?: string
        readonly middleName?: string
        readonly familyName?: string
      }
    | undefined,
): string | undefined =>
  [person?.givenName, person?.middleName, person?.familyName]
    .filter((part) => part !== undefined)
    .join(' ') || undefined

export function professionalIdentity(person: Professional, sender: string): Identity | undefined {
  const hpr = person.idents.find((ident) => ident.type.V === 'HPR') ?? person.idents[0]
  return hpr && personIdentity(hpr.type.V ?? 'XXX', hpr.id, sender)
}

/** HER-id before organisation number before whatever else there is. */
export function organisationIdentity(organisation: Organisation, sender: string): Identity | undefined {
  const ident =
    organisation.idents.find(({ type }) => type.V === 'HER') ??
    organisation.idents.find(({ type }) => type.V === 'ENH') ??
    organisation.idents[0]
  return ident && organisationIdent(ident, sender)
}

/** The licence numbers of pharmacies are national, as HER-ids are, but have no system of their own. */
export const AKO = senderSidUrl('eresept', '9051-AKO')

/** Volven 9051; local numbers have no system of their own and stay with the sender. */
export function organisationIdent(ident: Ident, sender: string): Identity {
  switch (ident.type.V) {
    case 'HER':
      return { system: HER, value: ident.id }
    case 'ENH':
      return { system: ENH, value: ident.id }
    case 'RSH':
      return { system: RESH, value: ident.id }
    case 'AKO':
      return { system: AKO, value: ident.id }
    default:
      return { system: senderSidUrl(sender, `9051-${ident.type.V ?? 'LOK'}`), value: ident.id }
  }
}
