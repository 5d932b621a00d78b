/** CX of PID-2, PID-3, PID-4, MRG-1 and MRG-4 as identities of a person (hl7v2.md 3.4, 4.6). */
import { senderSidUrl } from '../../src/core/canonical.js'
import type { Identity } from '../../src/core/message.js'
import {
  type Authority,
  localNameOf,
  NATIONAL_PERSON_SYSTEMS,
  nationalSystemOf,
  systemOfAuthority,
} from './authority.js'
import { readNationalNumber } from './national-number.js'

/** The parts of a CX that identity needs, unescaped. */
export interface PersonCx {
  /** CX.1. */
  readonly value: string | undefined
  readonly authority: Authority
  /** CX.5, table 0203. */
  readonly type: string | undefined
}

export type PersonIdentity =
  | { readonly kind: 'identity'; readonly identity: Identity }
  /** A national number that does not hold, or a synthetic one where none are taken. */
  | { readonly kind: 'invalid' }
  /** No number, or a number that is not a person's. */
  | { readonly kind: 'none' }

/** Identifier types (0203) of visits, accounts and specimens: never a person. */
const NOT_A_PERSON: ReadonlySet<string> = new Set([
  'AN',
  'ANC',
  'AND',
  'ANON',
  'ANT',
  'AM',
  'ACSN',
  'VN',
  'PLAC',
  'FILL',
  'FGN',
  'PGN',
  'LACSN',
  'SNO',
])

/**
 * Authority of a number that comes with neither authority nor type: the sender's own numbering, of which old messages
 * have three (PID-3 and MRG-1; PID-2 and MRG-4; PID-4 and MRG-2).
 */
export type Numbering = 'patient' | 'external' | 'alternate'

export function readPersonIdentity(
  cx: PersonCx,
  numbering: Numbering,
  sender: string,
  takesSynthetic: boolean,
): PersonIdentity {
  const { value, authority, type } = cx
  if (value === undefined || (type !== undefined && NOT_A_PERSON.has(type.toUpperCase())))
    return { kind: 'none' }
  const system = systemOfAuthority(authority) ?? nationalSystemOf(type)
  if (system !== undefined && NATIONAL_PERSON_SYSTEMS.has(system)) {
    const digits = value.replace(/ /g, '')
    const number = readNationalNumber(digits, system)
    if (number.kind === 'invalid' || (number.synthetic && !takesSynthetic)) return { kind: 'invalid' }
    return { kind: 'identity', identity: { system: number.system, value: digits } }
  }
  const own = system ?? senderSidUrl(sender, localNameOf(authority) ?? type ?? numbering)
  return { kind: 'identity', identity: { system: own, value } }
}

/** Without repetitions of the same identity, first come first. */
export function distinctIdentities(identities: readonly Identity[]): readonly Identity[] {
  const seen = new Set<string>()
  return identities.filter(({ system, value }) => {
    const key = `${system}|${value}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
