/** M9.12: medicines in use of one patient, the last M25 messages whole inside (eresept.md 9); formats of 2018 and 2014. */
import { RESEPTINFO, type Reseptinfo, readReseptinfo } from './m92.js'
import { given } from './msghead.js'
import {
  type Multidoseapotek,
  type Multidoselege,
  REGISTER_PARTS,
  readMultidoseapotek,
  readMultidoselege,
} from './multidose-register.js'
import { NS } from './namespaces.js'
import { child, children, needed, neededText, type Reader, text, texts } from './reader.js'
import { many, one, opt, type Part, shape } from './shape.js'
import type { XmlElement } from './xml.js'

export interface M912 {
  /** National id or D-number. */
  readonly fnr: string
  readonly andreFnr: readonly string[]
  /** MsgId of the last M25 that the broker received: what the next M25.1 answers. */
  readonly refMsgId?: string
  readonly lege?: Multidoselege
  readonly apotek?: Multidoseapotek
  readonly resepter: readonly Reseptinfo[]
}

const content: readonly Part[] = [
  opt('RefMsgId', 'string'),
  ...REGISTER_PARTS,
  many('Reseptinfo', RESEPTINFO, NS.m92),
  many('VarerIBrukB64', 'text'),
]
export const M912_SHAPE = shape(NS.m912, [
  one('Pasient', shape(NS.m912, [one('Fnr', 'text'), many('AndreFnr', 'string'), ...content])),
])
export const M912_SHAPE_OF_2014 = shape(NS.m912Of2014, [
  one('Multidosepasient', shape(NS.m912Of2014, [one('Fnr', 'text'), ...content])),
])

const patientOf = (element: XmlElement): XmlElement =>
  needed(child(element, 'Pasient') ?? child(element, 'Multidosepasient'), 'Pasient')

/** The M25.1, and for multidose patients the M25.2 and M25.3. */
export const listsInside = (element: XmlElement): readonly XmlElement[] =>
  children(patientOf(element), 'VarerIBrukB64')

export function readM912(reader: Reader, element: XmlElement): M912 {
  const patient = patientOf(element)
  return {
    fnr: neededText(reader, patient, 'Fnr'),
    andreFnr: texts(reader, patient, 'AndreFnr'),
    ...given('refMsgId', text(reader, patient, 'RefMsgId')),
    ...given('lege', readMultidoselege(reader, patient)),
    ...given('apotek', readMultidoseapotek(reader, patient)),
    resepter: children(patient, 'Reseptinfo').map((one) => readReseptinfo(reader, one)),
  }
}
