/** Base64Container: what is attached to a message, as XML, compressed XML, or something that is not to be looked at. */
import { decodeBase64 } from './base64.js'
import { type Budget, compressionOf, inflate } from './inflate.js'
import { NS } from './namespaces.js'
import { child, children } from './reader.js'
import { pathOf, XML_LIMITS, type XmlElement } from './xml.js'

/** What all compressed attachments of one message may unpack to: a hundred times what the largest answers hold. */
const UNPACKED_BYTES_MAX = 4 * 1024 * 1024
export const openBudget = (): Budget => ({ left: UNPACKED_BYTES_MAX })

/** Where something may be enclosed in base64. */
export interface Carrier {
  /** What is set aside once it is opened: the whole Document of an attachment. */
  readonly element: XmlElement
  /** undefined: a Document of some other kind (reference to a file, embedded XML). */
  readonly container: XmlElement | undefined
}

/** Every Document but the first (eresept.md 2, fact 3). */
export const attachmentsOf = (root: XmlElement): readonly Carrier[] =>
  children(root, 'Document')
    .slice(1)
    .map((document) => {
      const refDoc = child(document, 'RefDoc')
      const inner = (refDoc && child(refDoc, 'Content'))?.children[0]
      const container = inner?.ns === NS.base64 && inner.local === 'Base64Container' ? inner : undefined
      return { element: document, container }
    })

/** An element whose own text is base64. */
export const carrierOf = (element: XmlElement): Carrier => ({ element, container: element })

/**
 * The XML inside, unpacked; undefined for anything else, such as an access token (eresept.md 2, fact 4).
 * @throws HubError MESSAGE_INVALID, MESSAGE_TOO_LARGE when it is compressed and cannot be unpacked within the budget
 */
export function containedXml(container: XmlElement, budget: Budget): Uint8Array | undefined {
  const at = pathOf(container)
  const plain = unpacked(decodeBase64(container.text, at, XML_LIMITS.bytesMax), budget, at)
  return looksLikeXml(plain) ? plain : undefined
}

/** @throws HubError MESSAGE_INVALID, MESSAGE_TOO_LARGE */
export function unpacked(bytes: Uint8Array, budget: Budget, at: string): Uint8Array {
  const compression = compressionOf(bytes)
  return compression === undefined ? bytes : inflate(bytes, compression, budget, at)
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d])
const LESS_THAN = 0x3c

export function looksLikeXml(bytes: Uint8Array): boolean {
  let at = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte) ? BYTE_ORDER_MARK.length : 0
  while (BLANKS.has(bytes[at] ?? 0)) at += 1
  return bytes[at] === LESS_THAN
}
