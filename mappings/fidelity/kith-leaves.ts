/** Leaves of a KITH message: elements without children that hold a value, those of embedded and attached documents among them. */
import { isHubError } from '../../src/core/errors.js'
import { encodeBase64 } from '../kith/base64.js'
import { containedXml, openBudget } from '../kith/containers.js'
import { parseXml, pathOf, type XmlElement } from '../kith/xml.js'
import { escapeXml, XML_DECLARATION } from '../kith/xml-write.js'
import type { LeafPart, SourceLeaf } from './report.js'

/** Displays and code lists beside a code (eresept.md 2.2). */
const BESIDE = new Set(['DN', 'S'])
/** Shorter text is no document in base64. */
const EMBEDDED_CHARACTERS_MIN = 60

/** @throws HubError MESSAGE_UNREADABLE, MESSAGE_TOO_LARGE */
export function kithLeaves(raw: Uint8Array): readonly SourceLeaf[] {
  const root = parseXml(raw)
  const encoder = new TextEncoder()
  return leavesOf(root, root, (text) => encoder.encode(XML_DECLARATION + text))
}

/** @param outer makes the whole message out of the text of this document */
function leavesOf(root: XmlElement, element: XmlElement, outer: (text: string) => Uint8Array): SourceLeaf[] {
  if (element.children.length > 0) return element.children.flatMap((child) => leavesOf(root, child, outer))
  const exchanged =
    (name: string) =>
    (value: string): Uint8Array =>
      outer(writeTree(root, { element, name, value }))
  const inner = embedded(element)
  if (inner !== undefined) return leavesOf(inner, inner, (text) => exchanged('')(encodeBase64(text)))
  const parts: LeafPart[] = []
  const text = element.text.trim()
  if (text !== '') parts.push({ name: '', value: text, beside: false, exchanged: exchanged('') })
  const { attributes } = element
  for (const [name, value] of Object.entries(attributes)) {
    const beside = BESIDE.has(name) && ('V' in attributes || ('OT' in attributes && name === 'S'))
    if (value.trim() !== '') parts.push({ name, value: value.trim(), beside, exchanged: exchanged(name) })
  }
  return parts.length === 0 || isTypeOfNothing(element) ? [] : [{ at: pathOf(element), parts }]
}

/** An Ident without an id states nothing, whatever its type says (eresept.md 2, fact 6). */
const isTypeOfNothing = ({ local, parent }: XmlElement): boolean =>
  local === 'TypeId' &&
  parent !== undefined &&
  parent.children.some((sibling) => sibling.local === 'Id' && sibling.text.trim() === '')

function embedded(element: XmlElement): XmlElement | undefined {
  if (element.text.length < EMBEDDED_CHARACTERS_MIN) return undefined
  try {
    const bytes = containedXml(element, openBudget())
    return bytes && parseXml(bytes, { base: `${pathOf(element)}/` })
  } catch (error) {
    if (isHubError(error)) return undefined
    throw error
  }
}

interface Exchange {
  readonly element: XmlElement
  /** Empty for the text. */
  readonly name: string
  readonly value: string
}

function writeTree(element: XmlElement, exchange: Exchange): string {
  const own = exchange.element === element ? exchange : undefined
  const ns = element.parent?.ns === element.ns ? '' : ` xmlns="${escapeXml(element.ns)}"`
  let attributes = ''
  for (const [name, value] of Object.entries(element.attributes))
    attributes += ` ${name}="${escapeXml(own?.name === name ? own.value : value)}"`
  const inner =
    element.children.length > 0
      ? element.children.map((child) => writeTree(child, exchange)).join('')
      : escapeXml(own?.name === '' ? own.value : element.text)
  return `<${element.local}${ns}${attributes}>${inner}</${element.local}>`
}
