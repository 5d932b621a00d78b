/** A small XML writer: elements as values, written with every character escaped that XML asks for. */
import type { XmlElement } from './xml.js'

export interface XmlNode {
  readonly name: string
  readonly attributes?: Readonly<Record<string, string | undefined>>
  readonly content?: string | readonly (XmlNode | undefined)[]
  /** Text before the first inner element. */
  readonly before?: string
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

/** One element without prefix; a namespace is given as the attribute `xmlns`. Attributes of value undefined are left out. */
export const node = (
  name: string,
  content?: XmlNode['content'],
  attributes?: XmlNode['attributes'],
): XmlNode => ({
  name,
  ...(content === undefined ? {} : { content }),
  ...(attributes === undefined ? {} : { attributes }),
})

export function writeXml(element: XmlNode): string {
  let attributes = ''
  for (const [name, value] of Object.entries(element.attributes ?? {}))
    if (value !== undefined) attributes += ` ${name}="${escapeXml(value)}"`
  const { content, name } = element
  let inner = element.before === undefined ? '' : escapeXml(element.before)
  if (typeof content === 'string') inner = escapeXml(content)
  else if (content !== undefined)
    for (const child of content) inner += child === undefined ? '' : writeXml(child)
  return inner === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner}</${name}>`
}

/**
 * A read element and what is in it, to be written again.
 * @param ns default namespace of where it is put
 */
export function asNode(element: XmlElement, ns: string = element.ns): XmlNode {
  return {
    name: element.local,
    attributes: { ...(element.ns === ns ? {} : { xmlns: element.ns }), ...element.attributes },
    content:
      element.children.length > 0
        ? element.children.map((child) => asNode(child, element.ns))
        : element.text.trim(),
  }
}

/** A read element as it was written: text untouched, also where there are elements beside it. */
export function asWritten(element: XmlElement, ns?: string): XmlNode {
  return {
    name: element.local,
    attributes: { ...(element.ns === ns ? {} : { xmlns: element.ns }), ...element.attributes },
    content:
      element.children.length === 0
        ? element.text
        : element.children.map((child) => asWritten(child, element.ns)),
    ...(element.children.length === 0 || element.text.trim() === '' ? {} : { before: element.text }),
  }
}

/** Characters that XML 1.0 cannot carry are left out; nothing that was read from XML contains them. */
export function escapeXml(text: string): string {
  return text.replace(UNSAFE, (character) => ESCAPES[character] ?? '')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters that XML 1.0 forbids
const UNSAFE = /[&<>"'\r\n\t\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
