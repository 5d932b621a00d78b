/**
 * A small, safe XML reader: namespaces resolved, no DTD, no entities but the five predefined and numeric ones, UTF-8
 * only, limits on everything. Every way in which a text is not acceptable XML throws MESSAGE_UNREADABLE (T01).
 */
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes'
import { HubError, isHubError } from '../../src/core/errors.js'

export interface XmlElement {
  readonly ns: string
  readonly local: string
  /** Attributes without a namespace, by name. Those of other namespaces (xsi:schemaLocation) say nothing here. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** Character data directly inside this element, pieces joined, not trimmed. */
  readonly text: string
  readonly parent: XmlElement | undefined
  /** Place in document order; the subtree is `index` … `last`. */
  readonly index: number
  readonly last: number
  /** Path of what the whole document stands in, for a document decoded from inside another. */
  readonly base: string
}

export interface XmlLimits {
  readonly bytesMax: number
  readonly depthMax: number
  readonly elementsMax: number
  readonly attributesPerElementMax: number
  readonly attributesMax: number
  readonly textCharactersMax: number
}

export const XML_LIMITS: XmlLimits = {
  bytesMax: 10 * 1024 * 1024,
  depthMax: 64,
  elementsMax: 20_000,
  attributesPerElementMax: 64,
  attributesMax: 50_000,
  textCharactersMax: 8 * 1024 * 1024,
}

export interface XmlOptions {
  readonly limits?: XmlLimits
  /** Stop, successfully, when this element (local name) closes; what follows it is not looked at. */
  readonly until?: string
  /** Prefix of `pathOf` for a document found inside another. */
  readonly base?: string
}

interface OpenElement {
  ns: string
  local: string
  attributes: Record<string, string>
  children: OpenElement[]
  text: string
  parent: OpenElement | undefined
  index: number
  last: number
  base: string
}

/** Only as much is scanned at once as is needed to stop soon after `until`. */
const CHUNK_CHARACTERS = 4 * 1024
const UTF8 = new TextDecoder('utf-8', { fatal: true })
const NO_CHILDREN: OpenElement[] = []
const NO_ATTRIBUTES: Record<string, string> = {}

/**
 * The document's root element.
 * @throws HubError MESSAGE_UNREADABLE (T01) when it is not well-formed or not safe, MESSAGE_TOO_LARGE beyond the limits
 */
export function parseXml(raw: Uint8Array, options: XmlOptions = {}): XmlElement {
  const limits = options.limits ?? XML_LIMITS
  if (raw.byteLength > limits.bytesMax) throw tooLarge('bytes')
  return parseText(decodeUtf8(raw), limits, options)
}

/** `MsgHead/MsgInfo/Ident[2]/Id`: names from the root, with a position where siblings share the name. */
export function pathOf(element: XmlElement): string {
  const parent = element.parent
  if (parent === undefined) return element.base + element.local
  let namesakes = 0
  let position = 0
  for (const sibling of parent.children) {
    if (sibling.local !== element.local) continue
    namesakes += 1
    if (sibling === element) position = namesakes
  }
  return `${pathOf(parent)}/${namesakes > 1 ? `${element.local}[${position}]` : element.local}`
}

function decodeUtf8(raw: Uint8Array): string {
  try {
    return UTF8.decode(raw)
  } catch (cause) {
    throw unreadable('is not UTF-8', cause)
  }
}

function parseText(text: string, limits: XmlLimits, options: XmlOptions): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false })
  const state: { root: OpenElement | undefined; open: OpenElement | undefined; done: boolean } = {
    root: undefined,
    open: undefined,
    done: false,
  }
  let count = 0
  let depth = 0
  let attributes = 0
  let own = 0
  // Six handlers and no more: from the seventh on V8 keeps the parser as a slow dictionary, at a sixth of the speed.
  // Without an error handler the parser throws.
  parser.on('doctype', () => {
    throw unreadable('has a document type declaration, which is not taken')
  })
  // Counted as they come: the parser itself would gather any number of them.
  parser.on('attribute', () => {
    own += 1
    attributes += 1
    if (own > limits.attributesPerElementMax || attributes > limits.attributesMax)
      throw tooLarge('number of attributes')
  })
  parser.on('opentag', (tag) => {
    own = 0
    if (state.done) return
    if (count === 0) checkEncoding(parser.xmlDecl.encoding)
    depth += 1
    if (depth > limits.depthMax) throw tooLarge('depth')
    if (count >= limits.elementsMax) throw tooLarge('number of elements')
    const element = openElement(tag, state.open, count, limits, options.base ?? '')
    count += 1
    state.root ??= element
    state.open = element
  })
  const onText = (piece: string): void => {
    const open = state.open
    if (open === undefined || state.done) return
    if (open.text.length + piece.length > limits.textCharactersMax) throw tooLarge('text')
    open.text += piece
  }
  parser.on('text', onText)
  parser.on('cdata', onText)
  parser.on('closetag', () => {
    const open = state.open
    if (open === undefined || state.done) return
    depth -= 1
    open.last = count - 1
    if (open.local === options.until) state.done = true
    else state.open = open.parent
  })
  try {
    feed(parser, text, options.until === undefined ? text.length : CHUNK_CHARACTERS, state)
  } catch (cause) {
    throw isHubError(cause) ? cause : unreadable('is not well-formed XML', cause)
  }
  if (state.root === undefined) throw unreadable('has no element')
  return state.root
}

function checkEncoding(encoding: string | undefined): void {
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
    throw unreadable('declares another encoding than UTF-8')
}

function feed(
  parser: SaxesParser<{ xmlns: true; position: false }>,
  text: string,
  chunkCharacters: number,
  state: { done: boolean },
): void {
  for (let at = 0; at < text.length && !state.done; at += chunkCharacters)
    parser.write(text.slice(at, at + chunkCharacters))
  if (!state.done) parser.close()
}

function openElement(
  tag: SaxesTagNS,
  parent: OpenElement | undefined,
  index: number,
  limits: XmlLimits,
  base: string,
): OpenElement {
  const element: OpenElement = {
    ns: tag.uri,
    local: tag.local,
    attributes: plainAttributes(tag.attributes, limits),
    children: NO_CHILDREN,
    text: '',
    parent,
    index,
    last: index,
    base,
  }
  if (parent !== undefined) {
    if (parent.children === NO_CHILDREN) parent.children = [element]
    else parent.children.push(element)
  }
  return element
}

function plainAttributes(
  attributes: Readonly<Record<string, SaxesAttributeNS>>,
  limits: XmlLimits,
): Record<string, string> {
  let plain = NO_ATTRIBUTES
  for (const name in attributes) {
    const attribute = attributes[name]
    if (attribute === undefined || attribute.uri !== '' || attribute.name === 'xmlns') continue
    if (attribute.value.length > limits.textCharactersMax) throw tooLarge('attribute')
    if (plain === NO_ATTRIBUTES) plain = {}
    plain[attribute.local] = attribute.value
  }
  return plain
}

const unreadable = (rule: string, cause?: unknown): HubError =>
  new HubError('MESSAGE_UNREADABLE', `the message ${rule}`, { protocolCode: 'T01', cause })
const tooLarge = (what: string): HubError =>
  new HubError('MESSAGE_TOO_LARGE', `the message is beyond the limit on ${what}`, { protocolCode: 'T01' })
