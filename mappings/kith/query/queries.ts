/** The queries M9.1, M9.3, M9.5, M9.7, M9.11 and M9.21: types and reading; both families of namespaces (eresept.md 9). */
import { given } from '../msghead.js'
import { NS } from '../namespaces.js'
import { administrative, child, coded, date, flag, neededText, type Reader, text, texts } from '../reader.js'
import { many, one, opt, type Shape, shape } from '../shape.js'
import type { XmlElement } from '../xml.js'

export type Query =
  | PrescriptionsForPharmacy
  | { readonly kind: 'M9.3'; readonly reseptId?: string; readonly refNr?: string }
  | {
      readonly kind: 'M9.5'
      readonly format: '2018' | '2015'
      readonly fnr?: string
      readonly all: boolean
      readonly refNr: readonly string[]
    }
  | { readonly kind: 'M9.7'; readonly format: '2018' | '2015'; readonly reseptId: string }
  | {
      readonly kind: 'M9.11'
      readonly format: '2018' | '2014'
      readonly fnr: string
      readonly withPrescriptions: boolean
    }
  | { readonly kind: 'M9.21'; readonly since: string }

interface PrescriptionsForPharmacy {
  readonly kind: 'M9.1'
  readonly fnr?: string
  readonly refNr: readonly string[]
  /** A search by name and birth date, which the hub does not do. */
  readonly byName: boolean
  readonly all: boolean
  readonly withGuardianReserved: boolean
}

const YES = '1'

export const FORESPORSEL = shape(NS.m91, [
  opt('Fnr', 'string'),
  many('RefNr', 'string'),
  opt('Fdato', 'date'),
  opt('Fornavn', 'string'),
  opt('Etternavn', 'string'),
  opt('Arsak', 'CS'),
  one('AlleResepter', 'CS'),
  opt('FonetiskSok', 'CS'),
  one('AnsattId', 'text'),
  one('InkluderVergeinnsynsreservasjon', 'CS'),
])
export const M93_SHAPE = shape(NS.m93, [
  opt('ReseptId', 'string'),
  opt('Kansellering', 'CS'),
  opt('RefNr', 'string'),
  one('AnsattId', 'text'),
])
export const M95_SHAPE = shape(NS.m95, [
  opt('Fnr', 'string'),
  one('AlleResepter', 'CS'),
  many('RefNr', 'string'),
  one('Komprimering', 'int'),
])
export const M95_SHAPE_OF_2015: Shape = shape(NS.m95Of2015, [
  opt('Fnr', 'string'),
  one('AlleResepter', 'CS'),
  many('RefNr', 'string'),
  one('Samtykke', 'CS'),
  one('Komprimering', 'int'),
])
export const M97_SHAPE = shape(NS.m97, [one('ReseptId', 'text'), one('Komprimering', 'int')])
export const M97_SHAPE_OF_2015 = shape(NS.m97Of2015, [
  one('Samtykke', 'CS'),
  one('ReseptId', 'text'),
  one('Komprimering', 'int'),
])
/** `AnstattId`: so the schema spells it. */
export const M911_SHAPE = shape(NS.m911, [
  one('Fnr', 'text'),
  opt('InklReseptinfo', 'boolean'),
  opt('AnstattId', 'string'),
  one('Komprimering', 'int'),
])
export const M911_SHAPE_OF_2014 = shape(NS.m911Of2014, [
  one('Fnr', 'text'),
  opt('Samtykke', 'CS'),
  opt('InklReseptinfo', 'boolean'),
  opt('AnstattId', 'string'),
])
export const M921_SHAPE = shape(NS.m921, [one('EndringerEtter', 'ownDateTime')])

const isYes = (reader: Reader, element: XmlElement, name: string): boolean =>
  coded(reader, element, name)?.V === YES

export function readM91(reader: Reader, element: XmlElement): PrescriptionsForPharmacy {
  const named = ['Fdato', 'Fornavn', 'Etternavn'].some((name) => text(reader, element, name) !== undefined)
  date(reader, element, 'Fdato')
  setAside(reader, element, ['Arsak', 'FonetiskSok', 'AnsattId'])
  const fnr = text(reader, element, 'Fnr')
  const refNr = texts(reader, element, 'RefNr')
  return {
    kind: 'M9.1',
    ...given('fnr', fnr),
    refNr,
    byName: fnr === undefined && refNr.length === 0 && named,
    all: isYes(reader, element, 'AlleResepter'),
    withGuardianReserved: isYes(reader, element, 'InkluderVergeinnsynsreservasjon'),
  }
}

/** Kansellering frees what was locked for dispensing; the hub locks nothing. */
export function readM93(reader: Reader, element: XmlElement): Query {
  setAside(reader, element, ['Kansellering', 'AnsattId'])
  return {
    kind: 'M9.3',
    ...given('reseptId', text(reader, element, 'ReseptId')),
    ...given('refNr', text(reader, element, 'RefNr')),
  }
}

export function readM95(reader: Reader, element: XmlElement): Query {
  setAside(reader, element, ['Samtykke', 'Komprimering'])
  return {
    kind: 'M9.5',
    format: element.ns === NS.m95 ? '2018' : '2015',
    ...given('fnr', text(reader, element, 'Fnr')),
    all: isYes(reader, element, 'AlleResepter'),
    refNr: texts(reader, element, 'RefNr'),
  }
}

export function readM97(reader: Reader, element: XmlElement): Query {
  setAside(reader, element, ['Samtykke', 'Komprimering'])
  return {
    kind: 'M9.7',
    format: element.ns === NS.m97 ? '2018' : '2015',
    reseptId: neededText(reader, element, 'ReseptId'),
  }
}

export function readM911(reader: Reader, element: XmlElement): Query {
  setAside(reader, element, ['Samtykke', 'Komprimering', 'AnstattId'])
  return {
    kind: 'M9.11',
    format: element.ns === NS.m911 ? '2018' : '2014',
    fnr: neededText(reader, element, 'Fnr'),
    withPrescriptions: flag(reader, element, 'InklReseptinfo') === true,
  }
}

export const readM921 = (reader: Reader, element: XmlElement): Query => ({
  kind: 'M9.21',
  since: neededText(reader, element, 'EndringerEtter'),
})

function setAside(reader: Reader, element: XmlElement, names: readonly string[]): void {
  for (const name of names) administrative(reader, child(element, name), 'how the query is made')
}
