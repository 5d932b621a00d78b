/**
 * M5 Tilbakekalling → changes to prescriptions (eresept.md 5, 11.3). A recall ends a prescription and never a treatment.
 */
import type { Amendment } from '../../src/core/message.js'
import { concept, ext, filled, identifier, idIdentity, keyOf, logical } from './build.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { Tilbakekalling } from './m5.js'

/**
 * The recalled prescription is cancelled, whichever of the two kinds it is (medicine or merchandise: the M5 does not
 * say), and the new one, where named, gets the old one as its predecessor. Both wait where the prescription is not
 * here yet. The remark goes into an extension, since `note` holds the prescription's own.
 */
export function m5ToAmendments(frame: Frame, recall: Tilbakekalling): readonly Amendment[] {
  const old = idIdentity(recall.reseptId, frame.sender, 'ReseptId')
  const reason = concept(recall.arsak, 7500)
  const name = `recall:${frame.message.value}`
  const extension = [
    ...ext(EXT.statusDate, 'valueDateTime', frame.genDate),
    ...ext(EXT.recalledBy, 'valueIdentifier', identifier(frame.message, 'M5')),
    ...ext(EXT.recallNote, 'valueString', recall.merknad),
  ]
  const cancelled: Amendment[] = [
    {
      type: 'MedicationRequest',
      key: keyOf(old),
      name,
      at: frame.order,
      set: { status: 'cancelled', statusReason: reason, extension },
    },
    {
      type: 'DeviceRequest',
      key: keyOf(old),
      name,
      at: frame.order,
      set: {
        status: 'revoked',
        extension: [...extension, { url: EXT.recallReason, valueCodeableConcept: reason }],
      },
    },
  ]
  if (recall.nyReseptId === undefined) return cancelled
  const renewed = keyOf(idIdentity(recall.nyReseptId, frame.sender, 'ReseptId'))
  const predecessor = `predecessor:${keyOf(old)}`
  return [
    ...cancelled,
    {
      type: 'MedicationRequest',
      key: renewed,
      name: predecessor,
      at: frame.order,
      set: { priorPrescription: logical('MedicationRequest', old) },
    },
    {
      type: 'DeviceRequest',
      key: renewed,
      name: predecessor,
      at: frame.order,
      set: filled('priorRequest', [logical('DeviceRequest', old)]),
    },
  ]
}
