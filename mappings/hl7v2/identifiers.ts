/** CX, EI and HD as identifiers (hl7v2.md 4.6). A number whose authority only its sender knows is kept apart for it. */
import type { CodeableConcept, Identifier } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import type { Identity } from '../../src/core/message.js'
import { type Authority, localNameOf, systemOfAuthority } from './authority.js'
import { v2Table } from './code-systems.js'
import { toDate } from './date-time.js'
import { type Numbering, readPersonIdentity } from './person-identity.js'
import { readDateTime, type Scope } from './scope.js'
import type { ValueReader } from './trail.js'

/** HD in the subcomponents of one component. */
export function authorityOf(value: ValueReader, component: number): Authority {
  const hd = value.component(component)
  return { namespace: hd.text(1), universalId: hd.text(2), universalIdType: hd.text(3) }
}

export const identifierType = (code: string): CodeableConcept => ({
  coding: [{ system: v2Table('0203'), code }],
})

/** A person's number with type, period and assigner; undefined when it is empty or not a person's. */
export function cxToPersonIdentifier(
  value: ValueReader,
  numbering: Numbering,
  scope: Scope,
): { readonly identity: Identity; readonly identifier: Identifier } | undefined {
  const type = value.text(5)
  const read = readPersonIdentity(
    { value: value.text(1), authority: authorityOf(value, 4), type },
    numbering,
    scope.sender,
    // The door has judged national numbers; here they are only read.
    true,
  )
  if (read.kind !== 'identity') {
    if (read.kind === 'invalid' || value.has(1)) value.reject('no-element')
    return undefined
  }
  const start = readDateTime(scope, value, 7)
  const end = readDateTime(scope, value, 8)
  // Where the system is the authority's OID, its name has no other place.
  const assigner = value.text(6) ?? (value.has(4, 2) ? value.text(4, 1) : undefined)
  return {
    identity: read.identity,
    identifier: {
      ...(type === undefined ? {} : { type: identifierType(type) }),
      system: read.identity.system,
      value: read.identity.value,
      ...(start === undefined && end === undefined
        ? {}
        : {
            period: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) },
          }),
      ...(assigner === undefined ? {} : { assigner: { display: assigner } }),
    },
  }
}

/** CX of a visit or another thing: value with system. */
export function cxToIdentity(value: ValueReader, authority: string, scope: Scope): Identity | undefined {
  const id = value.text(1)
  const hd = authorityOf(value, 4)
  const type = value.text(5)
  if (id === undefined) return undefined
  return {
    system: systemOfAuthority(hd) ?? senderSidUrl(scope.sender, localNameOf(hd) ?? type ?? authority),
    value: id,
  }
}

/**
 * EI of an order. A namespace is agreed within the site, so that an order number that several applications of one
 * facility send is the same number (hl7v2.md 5.1: these join RDE and RDS to the order).
 * @param authority `placer` or `filler`, for a number without any namespace
 */
export function eiToIdentity(value: ValueReader, authority: string, scope: Scope): Identity | undefined {
  const id = value.text(1)
  const hd = { namespace: value.text(2), universalId: value.text(3), universalIdType: value.text(4) }
  if (id === undefined) return undefined
  const local = localNameOf(hd)
  return {
    system:
      systemOfAuthority(hd) ??
      (local === undefined ? senderSidUrl(scope.sender, authority) : senderSidUrl(scope.facility, local)),
    value: id,
  }
}

/** Date of a DT or TS; noted when it is none. */
export function readDate(value: ValueReader, component = 1): string | undefined {
  const text = value.text(component)
  if (text === undefined) return undefined
  const date = toDate(text)
  if (date === undefined) value.reject('invalid-value', component)
  return date
}
