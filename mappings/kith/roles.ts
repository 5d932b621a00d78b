/** Persons and organisations named inside payloads: Helseperson, Organisasjon, Rolle (eresept.md 4, 7). */
import { given, type Ident, readIdent } from './msghead.js'
import { type Coded, child, coded, needed, neededCoded, type Reader, text } from './reader.js'
import type { XmlElement } from './xml.js'

export interface Helseperson {
  readonly hprId?: Ident
  readonly fornavn?: string
  readonly etternavn?: string
  readonly spesialitet?: Coded
}
export interface Organisasjon {
  readonly herId?: Ident
  readonly inst?: string
  readonly dept?: string
  readonly institusjonsId?: Coded
}
export interface Rolle {
  /** Volven 7490. */
  readonly rolle: Coded
  readonly helseperson?: Helseperson
  readonly organisasjon?: Organisasjon
}

/** Reads `Helseperson` and `Organisasjon` where they are children of `parent`. */
export function readParties(
  reader: Reader,
  parent: XmlElement,
): { readonly helseperson?: Helseperson; readonly organisasjon?: Organisasjon } {
  const person = child(parent, 'Helseperson')
  const organisation = child(parent, 'Organisasjon')
  return {
    ...given(
      'helseperson',
      person && {
        ...given('hprId', readIdent(reader, needed(child(person, 'HprId'), 'HprId'))),
        ...given('fornavn', text(reader, person, 'Fornavn')),
        ...given('etternavn', text(reader, person, 'Etternavn')),
        ...given('spesialitet', coded(reader, person, 'Spesialitet')),
      },
    ),
    ...given(
      'organisasjon',
      organisation && {
        ...given('herId', readIdent(reader, needed(child(organisation, 'HerId'), 'HerId'))),
        ...given('inst', text(reader, organisation, 'Inst')),
        ...given('dept', text(reader, organisation, 'Dept')),
        ...given('institusjonsId', coded(reader, organisation, 'InstitusjonsID')),
      },
    ),
  }
}

export const readRolle = (reader: Reader, element: XmlElement): Rolle => ({
  rolle: neededCoded(reader, element, 'Rolle'),
  ...readParties(reader, element),
})
