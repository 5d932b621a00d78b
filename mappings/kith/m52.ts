/** M5.2 KvitteringTilbakekalling as received: what the broker made of a recall (eresept.md 5). */
import type { Amendment } from '../../src/core/message.js'
import { concept, ext, idIdentity, keyOf } from './build.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import { NS } from './namespaces.js'
import { type Coded, neededCoded, neededText, type Reader } from './reader.js'
import { one, shape } from './shape.js'
import type { XmlElement } from './xml.js'

export interface KvitteringTilbakekalling {
  readonly reseptId: string
  /** Volven 7503: 1 recalled, 2 being dispensed, to be recalled when that ends. */
  readonly status: Coded
}

export const KVITTERING_TILBAKEKALLING = shape(NS.m52, [one('ReseptId', 'text'), one('Status', 'CV')])

export const readKvitteringTilbakekalling = (
  reader: Reader,
  element: XmlElement,
): KvitteringTilbakekalling => ({
  reseptId: neededText(reader, element, 'ReseptId'),
  status: neededCoded(reader, element, 'Status'),
})

const RECALLED = '1'
const BEING_DISPENSED = '2'

/** While the pharmacy dispenses the prescription it is still in force (eresept.md 11.3); another status only stands noted. */
export function m52ToAmendments(frame: Frame, receipt: KvitteringTilbakekalling): readonly Amendment[] {
  const key = keyOf(idIdentity(receipt.reseptId, frame.sender, 'ReseptId'))
  const shared = { key, name: `recall-receipt:${frame.message.value}`, at: frame.order }
  const extension = [
    ...ext(EXT.recallReceipt, 'valueCodeableConcept', concept(receipt.status, 7503)),
    ...ext(EXT.statusDate, 'valueDateTime', frame.genDate),
  ]
  const state = receipt.status.V
  if (state !== RECALLED && state !== BEING_DISPENSED)
    frame.unmapped.push({ at: 'KvitteringTilbakekalling/Status', reason: 'unknown-code' })
  return [
    { type: 'MedicationRequest', ...shared, set: { ...statusOf(state, 'cancelled'), extension } },
    { type: 'DeviceRequest', ...shared, set: { ...statusOf(state, 'revoked'), extension } },
  ]
}

function statusOf(state: string | undefined, ended: string): Readonly<Record<string, unknown>> {
  if (state === RECALLED) return { status: ended }
  return state === BEING_DISPENSED ? { status: 'active' } : {}
}
