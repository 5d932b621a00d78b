/**
 * M6, M8 and M8.1: what the broker tells the prescriber, the GP and the summary record of an M10 (eresept.md 6). They
 * repeat its Utlevering and name it (ReferanseM10); they leave out pharmacist and payment.
 */

import {
  type DispenseReport,
  REKVIRENT_PAPIR,
  readRekvirentPapir,
  readUtlevering,
  UTLEVERING,
} from './m10.js'
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import { child, flag, needed, neededText, type Reader, text } from './reader.js'
import { one, opt, type Part, shape } from './shape.js'
import type { XmlElement } from './xml.js'

export interface ForwardedReport extends DispenseReport {
  /** MsgId of the M10. */
  readonly referanseM10: string
  readonly refNr?: string
  readonly vergeinnsynsreservasjon?: boolean
}

const forM6: readonly Part[] = [one('Utlevering', UTLEVERING, NS.utlevering), one('ReferanseM10', 'text')]
const forM8: readonly Part[] = [
  ...forM6,
  opt('Papirresept', 'boolean'),
  opt('RekvirentPapir', REKVIRENT_PAPIR, NS.utlevering),
]
export const UTLEVERINGSRAPPORT_REKVIRENT = shape(NS.m6, forM6)
export const UTLEVERINGSRAPPORT_FASTLEGE = shape(NS.m8, forM8)
export const UTLEVERINGSRAPPORT_KJERNEJOURNAL = shape(NS.m81, [
  ...forM8,
  opt('RefNr', 'string'),
  opt('ReservasjonRapportFastlege', 'boolean'),
  opt('Vergeinnsynsreservasjon', 'boolean'),
])

export function readForwardedReport(reader: Reader, element: XmlElement): ForwardedReport {
  const papir = child(element, 'RekvirentPapir')
  return {
    utlevering: readUtlevering(reader, needed(child(element, 'Utlevering'), 'Utlevering')),
    referanseM10: neededText(reader, element, 'ReferanseM10'),
    egenandeler: [],
    ...given('papirresept', flag(reader, element, 'Papirresept')),
    ...given('rekvirentPapir', papir && readRekvirentPapir(reader, papir)),
    ...given('refNr', text(reader, element, 'RefNr')),
    ...given('reservasjonRapportFastlege', flag(reader, element, 'ReservasjonRapportFastlege')),
    ...given('vergeinnsynsreservasjon', flag(reader, element, 'Vergeinnsynsreservasjon')),
  }
}
