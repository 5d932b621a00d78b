/** M9.6: the prescriptions that the broker has of a patient, their M1s attached (eresept.md 9); formats of 2018 and 2015. */
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import {
  type Amount,
  amount,
  type Coded,
  child,
  children,
  coded,
  date,
  flag,
  neededCoded,
  neededText,
  type Reader,
  text,
  texts,
} from './reader.js'
import { type Choice, many, maybe, one, opt, type Part, type Shape, shape } from './shape.js'
import { pathOf, type XmlElement } from './xml.js'

export interface UtlevertVare {
  readonly varenr?: string
  readonly navnFormStyrke: string
  readonly pakningsstr?: Amount
  /** Decimals as written. */
  readonly utlevertTotalt: string
  readonly utlevertSiste: string
  /** xs:dateTime. */
  readonly sisteUtlevering: string
}
export interface Listeelement {
  readonly at: string
  readonly reseptId: string
  readonly navnUtleverer?: string
  readonly sendtSlvDato?: string
  /** Volven 7408. */
  readonly status: Coded
  /** Volven 7436. */
  readonly statusSoknadSlv?: Coded
  readonly tilbakekallingStatus?: boolean
  /** Volven 7500. */
  readonly arsak?: Coded
  readonly utlevert: readonly UtlevertVare[]
}
export interface M96 {
  readonly fnr?: string
  readonly andreFnr: readonly string[]
  /** Whether there are locked prescriptions, which are not shown. */
  readonly lastResept?: boolean
  readonly pasientreservasjon?: boolean
  /** Volven 7407: why nothing was found. */
  readonly statusSok?: Coded
  readonly elementer: readonly Listeelement[]
}

const utlevert = (ns: string): Shape =>
  shape(ns, [
    opt('Varenr', 'string'),
    one('NavnFormStyrke', 'text'),
    opt('Pakningsstr', 'PQ'),
    one('AntallPakningerUtlevertTotalt', 'decimal'),
    one('AntallPakningerUtlevertSiste', 'decimal'),
    one('TidspunktSisteUtlevering', 'ownDateTime'),
  ])
const found = (ns: string): readonly (Part | Choice)[] => [
  maybe(
    one('StatusSok', 'CS'),
    many(
      'Listeelement',
      shape(ns, [
        one('ReseptId', 'text'),
        opt('NavnUtleverer', 'string'),
        opt('SendtSLVDato', 'date'),
        one('Status', 'CS'),
        opt('StatusSoknadSlv', 'CS'),
        opt('TilbakekallingStatus', 'boolean'),
        opt('Arsak', 'CV'),
        many('Utlevering', utlevert(ns)),
      ]),
    ),
  ),
]
export const M96_SHAPE = shape(NS.m96, [
  opt('PasientInfo', shape(NS.m96, [one('Fnr', 'text'), many('AndreFnr', 'string')])),
  opt('LastResept', 'boolean'),
  opt('Pasientreservasjon', 'boolean'),
  ...found(NS.m96),
])
export const M96_SHAPE_OF_2015 = shape(NS.m96Of2015, found(NS.m96Of2015))

export function readM96(reader: Reader, element: XmlElement): M96 {
  const info = child(element, 'PasientInfo')
  return {
    ...given('fnr', info && text(reader, info, 'Fnr')),
    andreFnr: info === undefined ? [] : texts(reader, info, 'AndreFnr'),
    ...given('lastResept', flag(reader, element, 'LastResept')),
    ...given('pasientreservasjon', flag(reader, element, 'Pasientreservasjon')),
    ...given('statusSok', coded(reader, element, 'StatusSok')),
    elementer: children(element, 'Listeelement').map((one) => ({
      at: pathOf(one),
      reseptId: neededText(reader, one, 'ReseptId'),
      ...given('navnUtleverer', text(reader, one, 'NavnUtleverer')),
      ...given('sendtSlvDato', date(reader, one, 'SendtSLVDato')),
      status: neededCoded(reader, one, 'Status'),
      ...given('statusSoknadSlv', coded(reader, one, 'StatusSoknadSlv')),
      ...given('tilbakekallingStatus', flag(reader, one, 'TilbakekallingStatus')),
      ...given('arsak', coded(reader, one, 'Arsak')),
      utlevert: children(one, 'Utlevering').map((vare) => readUtlevert(reader, vare)),
    })),
  }
}

const readUtlevert = (reader: Reader, element: XmlElement): UtlevertVare => ({
  ...given('varenr', text(reader, element, 'Varenr')),
  navnFormStyrke: neededText(reader, element, 'NavnFormStyrke'),
  ...given('pakningsstr', amount(reader, element, 'Pakningsstr')),
  utlevertTotalt: neededText(reader, element, 'AntallPakningerUtlevertTotalt'),
  utlevertSiste: neededText(reader, element, 'AntallPakningerUtlevertSiste'),
  sisteUtlevering: neededText(reader, element, 'TidspunktSisteUtlevering'),
})
