/** References to people and organisations as the Helseperson and Organisasjon of payloads (eresept.md 2.1, 4, 7). */
import type { CodeableConcept, Identifier, Reference } from 'fhir/r4.js'
import { ENH, HER, HPR, RESH } from '../../../src/core/canonical.js'
import { NS, VOLVEN_OID } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { cv, text } from './values.js'

const ORGANISATION_TYPES: ReadonlyMap<string, string> = new Map([
  [HER, 'HER'],
  [ENH, 'ENH'],
  [RESH, 'RSH'],
])
/** `…/sid/sender/<sender>/9051-<type>`: a number that stays with its sender (frame.ts). */
const LOCAL = /\/sid\/sender\/[^/]+\/(9051|8116)-([A-Z]{3})$/

/** Wrapper in the payload's namespace, Id and TypeId in that of felleskomponent1. */
export const fk1Ident = (name: string, id: string, type: string, list: 9051 | 8116): XmlNode =>
  node(name, [
    node('Id', id, { xmlns: NS.fk1 }),
    node('TypeId', undefined, { xmlns: NS.fk1, V: type, S: `${VOLVEN_OID}${list}` }),
  ])

/** Type code of an organisation's number, undefined for a system of others. */
export const organisationType = (identifier: Identifier): string | undefined =>
  ORGANISATION_TYPES.get(identifier.system ?? '') ?? LOCAL.exec(identifier.system ?? '')?.[2]

/** @returns undefined when the reference has no number by which the message could name it */
export function partyNode(
  { display, identifier, type }: Reference,

  specialty?: CodeableConcept,
): XmlNode | undefined {
  const id = identifier?.value
  if (id === undefined || identifier === undefined) return undefined
  if (type === 'Organization') {
    const kind = organisationType(identifier)
    return kind === undefined
      ? undefined
      : node('Organisasjon', [fk1Ident('HerId', id, kind, 9051), text('Inst', display)])
  }
  const kind = identifier.system === HPR ? 'HPR' : LOCAL.exec(identifier.system ?? '')?.[2]
  if (kind === undefined) return undefined
  const { family, given } = nameOf(display)
  return node('Helseperson', [
    fk1Ident('HprId', id, kind, 8116),
    text('Fornavn', given),
    text('Etternavn', family),
    specialty && cv('Spesialitet', specialty, 7426),
  ])
}

/** A display is "given … family": its last word is taken for the family name. */
function nameOf(display: string | undefined): { readonly family?: string; readonly given?: string } {
  const words = display?.split(' ') ?? []
  const family = words.pop()
  if (family === undefined) return {}
  return { family, ...(words.length === 0 ? {} : { given: words.join(' ') }) }
}
