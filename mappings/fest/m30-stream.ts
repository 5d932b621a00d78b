/**
 * Reads an M30 piece by piece (eresept.md 10). Never more than one catalogue entry is held, and of it only what the hub
 * keeps, so that memory does not grow with the file. The same safety as for other XML: no DTD, no entities, UTF-8 only,
 * limits on everything.
 */
import { SaxesParser } from 'saxes'
import { HubError, isHubError } from '../../src/core/errors.js'
import type { FestElement } from './fest-element.js'
import type { CatalogueItem } from './item.js'
import { ENTRY_CATALOGUES, readEntry, SKIPPED_ELEMENTS } from './read-entry.js'

export interface M30Limits {
  readonly depthMax: number
  readonly entriesMax: number
  readonly elementsPerEntryMax: number
  readonly textCharactersMax: number
}

export const M30_LIMITS: M30Limits = {
  depthMax: 32,
  entriesMax: 1_000_000,
  elementsPerEntryMax: 50_000,
  textCharactersMax: 1_000_000,
}

/** Places of entries that could not be read, of which this many are named. */
export const UNREAD_NAMED_MAX = 20

export interface M30Stream {
  /** Entries that were completed by this piece of the text, in its order. @throws HubError MESSAGE_UNREADABLE, MESSAGE_TOO_LARGE */
  readonly write: (text: string) => readonly CatalogueItem[]
  /** @throws HubError MESSAGE_UNREADABLE when the document is not complete */
  readonly end: () => void
  /** HentetDato as sent, once it was read: the time of the catalogue. */
  readonly fetchedAt: () => string | undefined
  /** Entries that break the catalogue's own rules and were left out. */
  readonly unread: () => { readonly count: number; readonly places: readonly string[] }
}

interface State {
  depth: number
  fetchedAt: string | undefined
  /** Depth below which nothing is kept. */
  skipFrom: number | undefined
  open: FestElement | undefined
  /** What an entry that is open now belongs to. */
  catalogue: string | undefined
  catalogues: Map<string, number>
  entries: number
  elements: number
  characters: number
  readonly done: CatalogueItem[]
  unread: number
  readonly places: string[]
}

const ROOT_NAMESPACE = /\/xmlstds\/eresept\/m30\/\d{4}-\d{2}-\d{2}$/

export function openM30Stream(limits: M30Limits = M30_LIMITS): M30Stream {
  const state: State = {
    depth: 0,
    fetchedAt: undefined,
    skipFrom: undefined,
    open: undefined,
    catalogue: undefined,
    catalogues: new Map(),
    entries: 0,
    elements: 0,
    characters: 0,
    done: [],
    unread: 0,
    places: [],
  }
  const parser = openParser(state, limits)
  const guarded = (work: () => void): void => {
    try {
      work()
    } catch (cause) {
      throw isHubError(cause) ? cause : unreadable('is not well-formed XML', cause)
    }
  }
  return {
    write: (text) => {
      guarded(() => parser.write(text))
      return state.done.splice(0)
    },
    end: () => {
      guarded(() => parser.close())
      if (state.fetchedAt === undefined) throw unreadable('has no HentetDato')
    },
    fetchedAt: () => state.fetchedAt,
    unread: () => ({ count: state.unread, places: state.places }),
  }
}

function openParser(state: State, limits: M30Limits) {
  const parser = new SaxesParser({ xmlns: true, position: false })
  // Five handlers and no more, as in the reader of messages: see there.
  parser.on('doctype', () => {
    throw unreadable('has a document type declaration, which is not taken')
  })
  parser.on('opentag', (tag) => {
    state.depth += 1
    if (state.depth > limits.depthMax) throw tooLarge('depth')
    if (state.depth === 1) checkRoot(tag.local, tag.uri, parser.xmlDecl.encoding)
    if (state.skipFrom !== undefined) return
    const attributes: Record<string, string> = {}
    for (const [name, { value, uri }] of Object.entries(tag.attributes)) {
      if (value.length > limits.textCharactersMax) throw tooLarge('attribute')
      if (uri === '') attributes[name] = value
    }
    openElement(state, tag.local, attributes, limits)
  })
  const onText = (text: string): void => {
    if (state.skipFrom !== undefined || state.open === undefined) return
    state.characters += text.length
    if (state.characters > limits.textCharactersMax) throw tooLarge('text of one entry')
    state.open.text += text
  }
  parser.on('text', onText)
  parser.on('cdata', onText)
  parser.on('closetag', () => {
    if (state.skipFrom === undefined) closeElement(state)
    else if (state.skipFrom === state.depth) state.skipFrom = undefined
    state.depth -= 1
  })
  return parser
}

function checkRoot(local: string, namespace: string, encoding: string | undefined): void {
  if (local !== 'FEST' || !ROOT_NAMESPACE.test(namespace))
    throw new HubError('MESSAGE_TYPE_UNSUPPORTED', 'this is no FEST of message M30', { at: '/' })
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
    throw unreadable('declares another encoding than UTF-8')
}

/** Depth 1 is FEST, 2 a catalogue, 3 an entry; a subtree is kept from the entry on. */
function openElement(
  state: State,
  local: string,
  attributes: Readonly<Record<string, string>>,
  limits: M30Limits,
): void {
  if (state.depth === 1) return
  if (state.depth === 2) {
    state.catalogue = local
    if (local === 'HentetDato') state.open = { local, attributes, children: [], text: '', parent: undefined }
    else if (!ENTRY_CATALOGUES.has(local)) state.skipFrom = state.depth
    return
  }
  if (state.depth === 3) {
    state.entries += 1
    state.elements = 0
    state.characters = 0
    if (state.entries > limits.entriesMax) throw tooLarge('number of entries')
    state.open = { local, attributes, children: [], text: '', parent: undefined }
    return
  }
  if (SKIPPED_ELEMENTS.has(local)) {
    state.skipFrom = state.depth
    return
  }
  state.elements += 1
  if (state.elements > limits.elementsPerEntryMax) throw tooLarge('number of elements of one entry')
  const element: FestElement = { local, attributes, children: [], text: '', parent: state.open }
  state.open?.children.push(element)
  state.open = element
}

function closeElement(state: State): void {
  const { open, catalogue } = state
  if (open === undefined) return
  state.open = open.parent
  if (state.depth === 2 && catalogue === 'HentetDato') {
    const text = open.text.trim()
    if (Number.isNaN(Date.parse(text))) throw unreadable('has a HentetDato that is no time')
    state.fetchedAt = text
    return
  }
  if (state.depth !== 3 || catalogue === undefined) return
  const number = (state.catalogues.get(catalogue) ?? 0) + 1
  state.catalogues.set(catalogue, number)
  const item = readEntry(open)
  if (item.kind === 'read') state.done.push(item.item)
  else if (item.kind === 'broken') {
    state.unread += 1
    if (state.places.length < UNREAD_NAMED_MAX)
      state.places.push(`/FEST/${catalogue}/${open.local}[${number}]: ${item.why}`)
  }
}

const unreadable = (rule: string, cause?: unknown): HubError =>
  new HubError('MESSAGE_UNREADABLE', `the catalogue ${rule}`, { at: '/', cause })
const tooLarge = (what: string): HubError =>
  new HubError('MESSAGE_TOO_LARGE', `the catalogue is larger than the limit: ${what}`, { at: '/' })
