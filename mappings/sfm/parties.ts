/** Persons and organisations of the document, as the e-prescription family names them (norwegian-fhir.md 1.1, 2.4). */
import { ENH, HER, HPR } from '../../src/core/canonical.js'
import type { Ident } from '../kith/msghead.js'
import type { Helseperson, Organisasjon } from '../kith/roles.js'
import { resolve, type SfmDocument, typeOf } from './document.js'
import { child, children, extension, type Node, text, texts } from './json-trail.js'
import { coded, textValue } from './values.js'

export interface Party {
  readonly person?: Helseperson
  readonly organisation?: SfmOrganisation
}
/** A pharmacy is known by its licence number (AKO), others by HER-id or organisation number. */
export interface SfmOrganisation {
  readonly ident?: Ident
  readonly name?: string
  readonly telecom: readonly string[]
}

/** Whom a reference names: a Practitioner, an Organization, or the role that joins the two. */
export function partyOf(document: SfmDocument, reference: Node | undefined): Party {
  const target = resolve(document.byUrl, reference)
  switch (target === undefined ? '' : typeOf(target)) {
    case 'Practitioner':
      return withPerson(personOf(target))
    case 'Organization':
      return withOrganisation(organisationOf(target, undefined))
    case 'PractitionerRole': {
      const person = child(target, 'practitioner')
      const organisation = child(target, 'organization')
      // Said once more beside the reference; the role itself is read by who asks for it.
      for (const one of [person, organisation]) organisationOf(undefined, one)
      for (const one of children(target, 'code')) coded(one)
      return {
        ...(person === undefined
          ? {}
          : withPerson(personOf(resolve(document.byUrl, person) ?? identified(person)))),
        ...(organisation === undefined
          ? {}
          : withOrganisation(
              organisationOf(resolve(document.byUrl, organisation), identified(organisation)),
            )),
      }
    }
    default:
      return {}
  }
}

const withPerson = (person: Helseperson | undefined): Party => (person === undefined ? {} : { person })
const withOrganisation = (organisation: SfmOrganisation | undefined): Party =>
  organisation === undefined ? {} : { organisation }

/** The reference itself, where it carries the identifier of what it names. */
const identified = (reference: Node): Node | undefined =>
  child(reference, 'identifier') === undefined ? undefined : reference

function personOf(practitioner: Node | undefined): Helseperson | undefined {
  if (practitioner === undefined) return undefined
  const hpr = children(practitioner, 'identifier')
    .map((one) => ({ system: text(one, 'system'), value: text(one, 'value') }))
    .find(({ system, value }) => system === HPR && value !== undefined)?.value
  // Of a practitioner the hub keeps number and name.
  for (const one of ['active', 'gender', 'birthDate']) text(practitioner, one)
  const [name] = children(practitioner, 'name')
  const middle = textValue(extension(name, 'no-basis-middlename'))
  const given = [...texts(name, 'given'), ...(middle === undefined ? [] : [middle])].join(' ')
  const family = text(name, 'family') ?? (given === '' ? text(name, 'text') : undefined)
  if (hpr === undefined && family === undefined) return undefined
  return {
    ...(hpr === undefined ? {} : { hprId: { id: hpr, type: { V: 'HPR', DN: 'HPR-nummer' } } }),
    ...(given === '' ? {} : { fornavn: given }),
    ...(family === undefined ? {} : { etternavn: family }),
  }
}

const IDENT_TYPES: Readonly<Record<string, string>> = { [HER]: 'HER', [ENH]: 'ENH' }

function organisationOf(
  organisation: Node | undefined,
  reference: Node | undefined,
): SfmOrganisation | undefined {
  if (organisation === undefined && reference === undefined) return undefined
  const idents = children(organisation ?? reference, 'identifier').flatMap((one): Ident[] => {
    const value = text(one, 'value')
    const typed = children(child(one, 'type'), 'coding').map((coding) => text(coding, 'code'))
    const type = IDENT_TYPES[text(one, 'system') ?? ''] ?? typed.find((code) => code !== undefined)
    return value === undefined || type === undefined ? [] : [{ id: value, type: { V: type } }]
  })
  const best = (type: string) => idents.find((ident) => ident.type.V === type)
  const ident = best('AKO') ?? best('HER') ?? best('ENH') ?? idents[0]
  const name = text(organisation, 'name')
  return {
    ...(ident === undefined ? {} : { ident }),
    ...(name === undefined ? {} : { name }),
    telecom: children(organisation, 'telecom').flatMap((one) => {
      const value = text(one, 'value')
      return value === undefined ? [] : [text(one, 'system') === 'email' ? `mailto:${value}` : `tel:${value}`]
    }),
  }
}

export const asOrganisasjon = ({ ident, name }: SfmOrganisation): Organisasjon => ({
  ...(ident === undefined ? {} : { herId: ident }),
  ...(name === undefined ? {} : { inst: name }),
})
