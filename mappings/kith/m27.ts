/** M27.1 and M27.2: registering as multidose doctor or pharmacy, and the answer; M28: the doctor was replaced (eresept.md 8). */
import { given, type Organisation, readReceiver } from './msghead.js'
import {
  MULTIDOSELEGE,
  type Multidoseapotek,
  type Multidoselege,
  REGISTER_PARTS,
  readMultidoseapotek,
  readMultidoselege,
} from './multidose-register.js'
import { NS } from './namespaces.js'
import { type Coded, flag, needed, neededCoded, neededText, type Reader } from './reader.js'
import { one, shape } from './shape.js'
import type { XmlElement } from './xml.js'

export interface M271 {
  /** Volven 7496: R register, A deregister. */
  readonly status: Coded
  /** xs:date. */
  readonly gjelderFra: string
}
export interface M272 {
  readonly registrertEndring: boolean
  readonly lege?: Multidoselege
  readonly apotek?: Multidoseapotek
}
export interface M28 {
  /** xs:date. */
  readonly aktivFra: string
  readonly lege: Multidoselege
  /** Whom the message tells that they are no longer responsible. */
  readonly receiver: Organisation
}

export const M271_SHAPE = shape(NS.m271, [one('Status', 'CS'), one('GjelderFra', 'ownDate')])
export const M272_SHAPE = shape(NS.m272, [one('RegistrertEndring', 'boolean'), ...REGISTER_PARTS])
export const M28_SHAPE = shape(NS.m28, [
  one('AktivFra', 'ownDate'),
  one('Multidoselege', MULTIDOSELEGE, NS.m274),
])

export const readM271 = (reader: Reader, element: XmlElement): M271 => ({
  status: neededCoded(reader, element, 'Status'),
  gjelderFra: neededText(reader, element, 'GjelderFra'),
})

export const readM272 = (reader: Reader, element: XmlElement): M272 => ({
  registrertEndring: flag(reader, element, 'RegistrertEndring') === true,
  ...given('lege', readMultidoselege(reader, element)),
  ...given('apotek', readMultidoseapotek(reader, element)),
})

export const readM28 = (reader: Reader, element: XmlElement): M28 => ({
  aktivFra: neededText(reader, element, 'AktivFra'),
  lege: needed(readMultidoselege(reader, element), 'Multidoselege'),
  receiver: readReceiver(reader),
})
