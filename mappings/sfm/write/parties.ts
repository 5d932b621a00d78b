/** Practitioners and organisations that the document names, each as an entry of its own. */
import type {
  FhirResource,
  Identifier,
  Organization,
  Practitioner,
  PractitionerRole,
  Reference,
} from 'fhir/r4.js'
import { volven } from '../../../src/core/canonical.js'
import { type Entry, entryUrl, idOf, refer, sfmProfile } from './parts.js'

/** Resources of the hub by `<type>/<id>`. */
export type Resources = ReadonlyMap<string, FhirResource>

export interface Parties {
  /** The reference as it stands in the document; undefined where nothing of the party is known. */
  readonly of: (reference: Reference | undefined) => Reference | undefined
  /** A party in a role of Volven 7490. */
  readonly inRole: (code: string, display: string, member: Reference, office?: Reference) => Reference
  readonly entries: () => readonly Entry[]
}

export function openParties(resources: Resources): Parties {
  const entries = new Map<string, Entry>()
  const add = (url: string, resource: FhirResource): void => {
    if (!entries.has(url)) entries.set(url, { fullUrl: url, resource })
  }
  const of = (reference: Reference | undefined): Reference | undefined => {
    if (reference === undefined) return undefined
    const known = resources.get(reference.reference ?? '')
    switch (reference.type ?? known?.resourceType) {
      case 'Practitioner':
        return practitioner(reference, known, add)
      case 'Organization':
        return organization(reference, known, add)
      case 'PractitionerRole':
        return known?.resourceType === 'PractitionerRole'
          ? (of(known.practitioner) ?? of(known.organization))
          : undefined
      default:
        return undefined
    }
  }
  return {
    of,
    inRole: (code, display, member, office) => {
      const url = entryUrl('PractitionerRole', `${code} ${member.reference} ${office?.reference ?? ''}`)
      const isPerson = member.type === 'Practitioner'
      const organisation = isPerson ? office : member
      const role: PractitionerRole = {
        resourceType: 'PractitionerRole',
        id: idOf(url),
        meta: sfmProfile('sfm-PractitionerRole'),
        ...(isPerson ? { practitioner: member } : {}),
        ...(organisation === undefined ? {} : { organization: organisation }),
        code: [{ coding: [{ system: volven(7490), code, display }] }],
      }
      add(url, role)
      return refer('PractitionerRole', url, [member.display, display].filter(Boolean).join(', '))
    },
    entries: () => [...entries.values()],
  }
}

type Add = (url: string, resource: FhirResource) => void

const official = ({ system, value, type }: Identifier): Identifier => ({
  use: 'official',
  ...(type === undefined ? {} : { type }),
  ...(system === undefined ? {} : { system }),
  ...(value === undefined ? {} : { value }),
})

const keyOf = (reference: Reference): string | undefined =>
  reference.identifier?.value === undefined
    ? (reference.reference ?? reference.display)
    : `${reference.identifier.system}|${reference.identifier.value}`

function practitioner(
  reference: Reference,
  known: FhirResource | undefined,
  add: Add,
): Reference | undefined {
  const key = keyOf(reference)
  if (key === undefined) return undefined
  const url = entryUrl('Practitioner', key)
  const stored = known?.resourceType === 'Practitioner' ? known : undefined
  const name = stored?.name ?? (reference.display === undefined ? undefined : [{ text: reference.display }])
  const resource: Practitioner = {
    resourceType: 'Practitioner',
    id: idOf(url),
    meta: sfmProfile('sfm-Practitioner'),
    ...(reference.identifier === undefined ? {} : { identifier: [official(reference.identifier)] }),
    ...(name === undefined ? {} : { name }),
  }
  add(url, resource)
  return refer('Practitioner', url, reference.display)
}

function organization(
  reference: Reference,
  known: FhirResource | undefined,
  add: Add,
): Reference | undefined {
  const key = keyOf(reference)
  if (key === undefined) return undefined
  const url = entryUrl('Organization', key)
  const stored = known?.resourceType === 'Organization' ? known : undefined
  const name = stored?.name ?? reference.display
  const own = stored?.identifier?.find(({ value }) => value === reference.identifier?.value)
  const identifier = own ?? reference.identifier
  // R4 rule org-1.
  if (identifier === undefined && name === undefined) return undefined
  const resource: Organization = {
    resourceType: 'Organization',
    id: idOf(url),
    meta: sfmProfile('sfm-Organization'),
    ...(identifier === undefined ? {} : { identifier: [official(identifier)] }),
    ...(name === undefined ? {} : { name }),
    ...(stored?.telecom === undefined ? {} : { telecom: stored.telecom }),
  }
  add(url, resource)
  return refer('Organization', url, name)
}
