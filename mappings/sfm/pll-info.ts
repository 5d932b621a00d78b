/** sfm-PLL-info: what the document says of an M25 message, or of the register alone (norwegian-fhir.md 2.6). */
import { resolve, type SfmDocument } from './document.js'
import { child, children, extension, extensions, flag, type Node, text } from './json-trail.js'
import { type Party, partyOf } from './parties.js'
import { coded, codeOf, timeValue } from './values.js'

export const PLL = 'M25.1'
export const PACKED = 'M25.3'
export const REGISTER_ONLY = 'M9.12'

export interface Info {
  readonly node: Node
  /** M25.1, M25.2, M25.3 or M9.12. */
  readonly kind: string | undefined
  readonly id: string | undefined
  readonly date: string | undefined
  readonly author: Party
  readonly parties: readonly { readonly role: string | undefined; readonly party: Party }[]
  readonly deliveries: readonly Node[]
}

export function readInfo(document: SfmDocument, node: Node): Info {
  const pll = extension(node, 'sfm-pllInformation')
  resolve(document.byUrl, child(node, 'subject'))
  flag(extension(pll, 'substitute'), 'valueBoolean')
  return {
    node,
    kind: codeOf(child(node, 'code')),
    id: children(node, 'identifier').flatMap((one) => text(one, 'value') ?? [])[0],
    date: timeValue(extension(pll, 'PLLdate')),
    author: partyOf(document, child(node, 'author')),
    parties: extensions(pll, 'relatedparties').map((one) => {
      const reference = child(one, 'valueReference')
      const target = resolve(document.byUrl, reference)
      const [role] = children(target, 'code').map((code) => coded(code)?.V)
      return { role, party: partyOf(document, reference) }
    }),
    deliveries: extensions(pll, 'deliveryinformation'),
  }
}
