/** The rows of the family's table: what each message is called, consists of, and becomes (eresept.md 1, 11). */
import { frameOf } from './frame.js'
import type { KithKind } from './kind.js'
import { type Resept, readResept } from './m1.js'
import { m1ToDeviceRequest } from './m1-to-device-request.js'
import { m1ToMedicationRequest } from './m1-to-medication-request.js'
import { readTilbakekalling, TILBAKEKALLING, type Tilbakekalling } from './m5.js'
import { m5ToAmendments } from './m5-to-amendments.js'
import { m5ToM52 } from './m5-to-m52.js'
import { readUtleveringsrapport, UTLEVERINGSRAPPORT, type Utleveringsrapport } from './m10.js'
import { m10ToMedicationDispense } from './m10-to-medication-dispense.js'
import { type LegemidlerIBruk, type ListKind, readLegemidlerIBruk } from './m25.js'
import { m25ToList, principalOf } from './m25-to-list.js'
import { addShared, mapped } from './mapped-message.js'
import { NS } from './namespaces.js'
import { RESEPT } from './shapes-m1.js'
import { LEGEMIDLER_I_BRUK } from './shapes-m25.js'

export const m1Kind: KithKind<Resept> = {
  kind: 'M1',
  payload: { ns: NS.m1, local: 'Resept', shape: RESEPT },
  patient: 'national-id-or-birth-date',
  reference: (resept) => resept.refNr,
  read: readResept,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    const resept = message.payload
    addShared(frame, message, resept.spesialitet)
    if (resept.dok.kind === 'medicine') m1ToMedicationRequest(frame, resept, resept.dok)
    else m1ToDeviceRequest(frame, resept, resept.dok)
    return mapped(frame, message, 'prescriber', 'CREATE')
  },
}

export const m5Kind: KithKind<Tilbakekalling> = {
  kind: 'M5',
  payload: { ns: NS.m5, local: 'Tilbakekalling', shape: TILBAKEKALLING },
  patient: 'national-id',
  read: readTilbakekalling,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const amendments = m5ToAmendments(frame, message.payload)
    return { ...mapped(frame, message, 'prescriber', 'recall'), amendments }
  },
  receipt: (message, context) => m5ToM52(message.head, message.payload, context),
}

export const m10Kind: KithKind<Utleveringsrapport> = {
  kind: 'M10',
  payload: { ns: NS.m10, local: 'Utleveringsrapport', shape: UTLEVERINGSRAPPORT },
  patient: 'national-id',
  read: readUtleveringsrapport,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const amendments = m10ToMedicationDispense(frame, message.payload)
    const activity = message.payload.utlevering.annullering ? 'CANCEL' : 'CREATE'
    return { ...mapped(frame, message, 'pharmacy', activity), amendments }
  },
}

/** M25.1 decides; what pharmacy and broker say of the list is below the prescriber's side. */
const listKind = (kind: ListKind, ns: string): KithKind<LegemidlerIBruk> => ({
  kind,
  payload: { ns, local: 'LegemidlerIBruk', shape: LEGEMIDLER_I_BRUK[kind] },
  patient: 'national-id',
  read: readLegemidlerIBruk,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const amendments = m25ToList(frame, message.head, kind, message.payload)
    const whole = mapped(frame, message, kind === 'M25.1' ? 'source-list' : 'pharmacy', 'UPDATE')
    const principal = principalOf(frame, message.payload)
    const onBehalfOf = principal === undefined ? {} : { onBehalfOf: principal }
    return { ...whole, amendments, authorship: { ...whole.authorship, ...onBehalfOf } }
  },
})
export const m251Kind = listKind('M25.1', NS.m251)
export const m252Kind = listKind('M25.2', NS.m252)
export const m253Kind = listKind('M25.3', NS.m253)
export const m254Kind = listKind('M25.4', NS.m254)
