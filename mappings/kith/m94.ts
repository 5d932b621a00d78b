/** M9.4 ReseptNedlasting: one prescription for dispensing, its M1 attached (eresept.md 9). */
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import {
  type Amount,
  type Coded,
  children,
  coded,
  date,
  flag,
  neededAmount,
  neededCoded,
  type Reader,
} from './reader.js'
import { many, one, opt, shape } from './shape.js'
import { pathOf, type XmlElement } from './xml.js'

export interface ReseptNedlasting {
  readonly at: string
  /** Days are xs:date as sent. */
  readonly applicationSent?: string
  readonly applicationAnswered?: string
  readonly applicationApproved?: boolean
  /** Volven 7408. */
  readonly status: Coded
  /** Volven 7436. */
  readonly applicationStatus?: Coded
  readonly egenandeler: readonly { readonly start?: string; readonly betalt: Amount }[]
}

export const RESEPT_NEDLASTING = shape(NS.m94, [
  opt('DatoSoknadSendtSLV', 'date'),
  opt('SvarSLVDato', 'date'),
  opt('InnvligetGodkjFritak', 'boolean'),
  one('Status', 'CS'),
  opt('StatusSoknadSlv', 'CS'),
  many('Egenandel', shape(NS.m94, [one('StartEgenandelsperiode', 'date'), one('BetaltEgenandel', 'MO')])),
])

export const readReseptNedlasting = (reader: Reader, element: XmlElement): ReseptNedlasting => ({
  at: pathOf(element),
  ...given('applicationSent', date(reader, element, 'DatoSoknadSendtSLV')),
  ...given('applicationAnswered', date(reader, element, 'SvarSLVDato')),
  // The schema spells it so.
  ...given('applicationApproved', flag(reader, element, 'InnvligetGodkjFritak')),
  status: neededCoded(reader, element, 'Status'),
  ...given('applicationStatus', coded(reader, element, 'StatusSoknadSlv')),
  egenandeler: children(element, 'Egenandel').map((one) => ({
    ...given('start', date(reader, one, 'StartEgenandelsperiode')),
    betalt: neededAmount(reader, one, 'BetaltEgenandel'),
  })),
})
