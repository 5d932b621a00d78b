/** M5 Tilbakekalling (eresept.md 5). */
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import { type Coded, neededCoded, neededText, type Reader, text } from './reader.js'
import { one, opt, shape } from './shape.js'
import type { XmlElement } from './xml.js'

export interface Tilbakekalling {
  readonly reseptId: string
  readonly merknad?: string
  /** Volven 7500. */
  readonly arsak: Coded
  readonly nyReseptId?: string
}

export const TILBAKEKALLING = shape(NS.m5, [
  one('ReseptId', 'text'),
  opt('Merknad', 'string'),
  one('Arsak', 'CV'),
  opt('NyReseptId', 'string'),
])

export const readTilbakekalling = (reader: Reader, element: XmlElement): Tilbakekalling => ({
  reseptId: neededText(reader, element, 'ReseptId'),
  ...given('merknad', text(reader, element, 'Merknad')),
  arsak: neededCoded(reader, element, 'Arsak'),
  ...given('nyReseptId', text(reader, element, 'NyReseptId')),
})
