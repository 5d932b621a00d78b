/** M7 SlettetReseptRF: another prescriber recalled the prescription; the recall (M5) is attached (eresept.md 5). */
import type { Problem } from '../../src/core/errors.js'
import type { AttachedMessage } from './kind.js'
import type { Tilbakekalling } from './m5.js'
import { type Organisation, readReceiver } from './msghead.js'
import { NS } from './namespaces.js'
import { neededText, type Reader } from './reader.js'
import { one, shape } from './shape.js'
import type { XmlElement } from './xml.js'

export interface SlettetResept {
  /** xs:dateTime: when the broker took the prescription out. */
  readonly tidspunkt: string
  /** Whom it tells: the prescriber of the M1. */
  readonly receiver: Organisation
}

export const SLETTET_RESEPT = shape(NS.m7, [one('Tidspunkt', 'ownDateTime')])

export const readSlettetResept = (reader: Reader, element: XmlElement): SlettetResept => ({
  tidspunkt: neededText(reader, element, 'Tidspunkt'),
  receiver: readReceiver(reader),
})

/** The attached recall. */
export function recallOf(attached: readonly AttachedMessage[]): Tilbakekalling | undefined {
  const m5 = attached.find(({ kind }) => kind === 'M5')
  // Messages of kind M5 were read by the row of M5, whose payload this is.
  return m5 && (m5.payload as Tilbakekalling)
}

export const recallMissing: Problem = {
  at: 'MsgHead/Document[2]',
  text: 'the recall (M5) must be attached',
  code: 'MESSAGE_INVALID',
  protocolCode: 'T02',
}
