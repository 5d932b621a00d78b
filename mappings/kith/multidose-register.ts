/** Multidoselege and Multidoseapotek (namespace m274): who answers for a multidose patient, as the register says it (eresept.md 8). */
import {
  type Address,
  given,
  type Ident,
  readAddress,
  readIdent,
  readTelecom,
  type Telecom,
} from './msghead.js'
import { NS } from './namespaces.js'
import { child, date, needed, type Reader, text } from './reader.js'
import { one, opt, type Part, shape } from './shape.js'
import { FK1_ADDRESS, FK1_IDENT } from './shapes-m1.js'
import type { XmlElement } from './xml.js'

export interface Multidoselege {
  readonly hprNr?: string
  readonly navn?: string
  readonly org?: string
  readonly herId?: Ident
  /** xs:date: from this day on no longer responsible. */
  readonly aktivTil?: string
  readonly telefon: readonly Telecom[]
}
export interface Multidoseapotek {
  readonly navn?: string
  readonly adresse?: Address
  readonly konsesjonsnr?: Ident
  readonly aktivTil?: string
  readonly telefon: readonly Telecom[]
}

const FK1_TELECOM = shape(NS.fk1, [opt('TypeTelecom', 'CS'), one('TeleAddress', 'URL')])
export const MULTIDOSELEGE = shape(NS.m274, [
  one('HprNr', 'text'),
  one('Navn', 'string'),
  one('Org', 'string'),
  one('HerId', FK1_IDENT),
  opt('AktivTil', 'date'),
  opt('Telefon', FK1_TELECOM),
])
export const MULTIDOSEAPOTEK = shape(NS.m274, [
  one('Navn', 'string'),
  opt('Adresse', FK1_ADDRESS),
  one('Konsesjonsnr', FK1_IDENT),
  opt('AktivTil', 'date'),
  opt('Telefon', FK1_TELECOM),
])
/** The two elements where they stand one after the other, each optional (M27.2, M9.12). */
export const REGISTER_PARTS: readonly Part[] = [
  opt('Multidoselege', MULTIDOSELEGE, NS.m274),
  opt('Multidoseapotek', MULTIDOSEAPOTEK, NS.m274),
]

export function readMultidoselege(reader: Reader, parent: XmlElement): Multidoselege | undefined {
  const element = child(parent, 'Multidoselege')
  if (element === undefined) return undefined
  return {
    ...given('hprNr', text(reader, element, 'HprNr')),
    ...given('navn', text(reader, element, 'Navn')),
    ...given('org', text(reader, element, 'Org')),
    ...given('herId', readIdent(reader, needed(child(element, 'HerId'), 'HerId'))),
    ...given('aktivTil', date(reader, element, 'AktivTil')),
    telefon: readTelecom(reader, element, 'Telefon'),
  }
}

export function readMultidoseapotek(reader: Reader, parent: XmlElement): Multidoseapotek | undefined {
  const element = child(parent, 'Multidoseapotek')
  if (element === undefined) return undefined
  return {
    ...given('navn', text(reader, element, 'Navn')),
    ...given('adresse', readAddress(reader, element, 'Adresse')),
    ...given('konsesjonsnr', readIdent(reader, needed(child(element, 'Konsesjonsnr'), 'Konsesjonsnr'))),
    ...given('aktivTil', date(reader, element, 'AktivTil')),
    telefon: readTelecom(reader, element, 'Telefon'),
  }
}
