/** Who answers for something: a person, the organisation that the person acts for, or an organisation alone. */
import type { Reference } from 'fhir/r4.js'
import { partyKey } from '../facts/tokens.js'

export interface Party {
  /** Key of the person (`partyKey`), where one is named. */
  readonly person: string | undefined
  /** Key of the organisation, where one is named. */
  readonly organisation: string | undefined
  readonly member: Reference
  readonly onBehalfOf: Reference | undefined
}

/** Undefined where nobody is named. A name without identity makes a party that is the same as nobody else. */
export function partyOf(member: Reference | undefined, onBehalfOf?: Reference): Party | undefined {
  if (member === undefined) return onBehalfOf === undefined ? undefined : partyOf(onBehalfOf)
  const isOrganisation = typeOf(member) === 'Organization'
  return {
    person: isOrganisation ? undefined : partyKey(member),
    organisation: isOrganisation ? partyKey(member) : partyKey(onBehalfOf),
    member,
    onBehalfOf: isOrganisation ? undefined : onBehalfOf,
  }
}

/** Type of what a reference names, as far as it says. */
export const typeOf = ({ type, reference }: Reference): string | undefined =>
  type ?? reference?.split('/').at(-2)

/** Of two named persons the persons decide; a ward or practice is the same as whoever acts for it. */
export function isSameParty(a: Party, b: Party): boolean {
  if (a.person !== undefined && b.person !== undefined) return a.person === b.person
  return a.organisation !== undefined && a.organisation === b.organisation
}

/** Who said something: keys of a person, and of the organisation that the person acted for. */
export interface Speaker {
  readonly author: string | undefined
  readonly onBehalfOf?: string | undefined
}

/** Whether what was said is the party's word; where a person is the party, that person's alone. */
export const speaksFor = ({ author, onBehalfOf }: Speaker, party: Party): boolean =>
  (author !== undefined && (author === party.person || author === party.organisation)) ||
  (onBehalfOf !== undefined && party.person === undefined && onBehalfOf === party.organisation)

/** For ids: the person before the organisation, the name where neither has an identity. */
export const keyOfParty = ({ person, organisation, member }: Party): string =>
  person ?? organisation ?? `name|${member.display ?? ''}`
