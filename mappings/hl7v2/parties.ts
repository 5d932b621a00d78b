/** XCN and XON as logical references to Practitioner and Organization (hl7v2.md 4.6); those with a number are kept once. */
import type { HumanName, Organization, Practitioner, Reference } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import type { Identity } from '../../src/core/message.js'
import { localNameOf, nationalSystemOf, systemOfAuthority } from './authority.js'
import { cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { authorityOf, identifierType } from './identifiers.js'
import { referToParty, type Scope } from './scope.js'
import type { ValueReader } from './trail.js'

/** XCN → Practitioner. No id and no name: undefined. Never joined by name alone. */
export function xcnToPractitioner(value: ValueReader, scope: Scope): Reference | undefined {
  const id = value.text(1)
  const name = practitionerName(value)
  const authority = authorityOf(value, 9)
  const type = value.text(13)
  const degree = value.text(7)
  const display = displayOf(name)
  const identity: Identity | undefined =
    id === undefined
      ? undefined
      : {
          system:
            systemOfAuthority(authority) ??
            nationalSystemOf(type) ??
            senderSidUrl(scope.sender, localNameOf(authority) ?? type ?? 'practitioner'),
          value: id,
        }
  const practitioner: Practitioner | undefined =
    identity === undefined
      ? undefined
      : {
          resourceType: 'Practitioner',
          identifier: [{ ...(type === undefined ? {} : { type: identifierType(type) }), ...identity }],
          ...(name === undefined ? {} : { name: [name] }),
          ...(degree === undefined ? {} : { qualification: [{ code: { text: degree } }] }),
        }
  return referToParty(scope, 'Practitioner', identity, display, practitioner)
}

function practitionerName(value: ValueReader): HumanName | undefined {
  // FN.2 and FN.3 repeat in parts what FN.1 says whole.
  const family = value.text(2, 1)
  for (const part of [2, 3]) value.text(2, part)
  const given = [value.text(3), value.text(4)].filter((part) => part !== undefined)
  const suffix = value.text(5)
  const prefix = value.text(6)
  if (family === undefined && given.length === 0) return undefined
  return {
    ...(family === undefined ? {} : { family }),
    ...(given.length === 0 ? {} : { given }),
    ...(prefix === undefined ? {} : { prefix: [prefix] }),
    ...(suffix === undefined ? {} : { suffix: [suffix] }),
  }
}

const displayOf = (name: HumanName | undefined): string | undefined =>
  name === undefined
    ? undefined
    : [...(name.prefix ?? []), ...(name.given ?? []), name.family, ...(name.suffix ?? [])]
        .filter((part) => part !== undefined)
        .join(' ')

/** XON → Organization: .10, else .3, is its number. */
export function xonToOrganization(value: ValueReader, scope: Scope): Reference | undefined {
  const name = value.text(1)
  const id = value.text(10) ?? value.text(3)
  value.text(3)
  const authority = authorityOf(value, 6)
  const type = value.text(7)
  const identity: Identity | undefined =
    id === undefined
      ? undefined
      : {
          system:
            systemOfAuthority(authority) ??
            nationalSystemOf(type) ??
            senderSidUrl(scope.sender, localNameOf(authority) ?? type ?? 'organization'),
          value: id,
        }
  const organization: Organization | undefined =
    // R4 rule org-1: an organization has an identifier or a name.
    identity === undefined
      ? undefined
      : {
          resourceType: 'Organization',
          identifier: [{ ...(type === undefined ? {} : { type: identifierType(type) }), ...identity }],
          ...(name === undefined ? {} : { name }),
        }
  return referToParty(scope, 'Organization', identity, name, organization)
}

/** CWE that names an organization (a pharmacy): code and name. */
export function cweToOrganization(value: ValueReader, scope: Scope): Reference | undefined {
  const concept = cweToCodeableConcept(value, scope)
  const coding = concept?.coding?.[0]
  const name = concept?.text ?? coding?.display
  if (concept === undefined) return undefined
  const identity =
    coding?.system === undefined || coding.code === undefined
      ? undefined
      : { system: coding.system, value: coding.code }
  const organization: Organization | undefined =
    identity === undefined
      ? undefined
      : { resourceType: 'Organization', identifier: [identity], ...(name === undefined ? {} : { name }) }
  return referToParty(scope, 'Organization', identity, name, organization)
}

/** PL as a logical reference to a Location, by its whole path; undefined when it is empty. */
export function plToLocation(value: ValueReader, scope: Scope): Reference | undefined {
  // Point of care, room, bed, facility, building, floor, description.
  const parts = [1, 2, 3, 4, 7, 8, 9].flatMap((component) => {
    const text = component === 4 ? facilityOf(value) : value.text(component)
    return text === undefined ? [] : [text]
  })
  if (parts.length === 0) return undefined
  return {
    type: 'Location',
    identifier: { system: senderSidUrl(scope.sender, 'location'), value: parts.join('/') },
    display: parts.join(' '),
  }
}

/** PL → its point of care at its facility, as organisation: rooms and beds change within a ward. */
export function plToWard(value: ValueReader, scope: Scope): Reference | undefined {
  const pointOfCare = value.text(1)
  if (pointOfCare === undefined) return undefined
  const facility = facilityOf(value)
  const parts = facility === undefined ? [pointOfCare] : [pointOfCare, facility]
  return {
    type: 'Organization',
    identifier: { system: senderSidUrl(scope.sender, 'ward'), value: parts.join('/') },
    display: parts.join(' '),
  }
}

function facilityOf(value: ValueReader): string | undefined {
  const hd = authorityOf(value, 4)
  return hd.namespace ?? hd.universalId
}
