/** The rows of the family's table: what each message is called, consists of, and becomes (eresept.md 1, 11). */
import { HubError } from '../../src/core/errors.js'
import type { Mapped, SourceRole } from '../../src/core/message.js'
import { authorshipOf, type Frame, frameOf, sourceOf } from './frame.js'
import type { HeadMessage, KithKind } from './kind.js'
import { type Resept, readResept } from './m1.js'
import { m1ToDeviceRequest } from './m1-to-device-request.js'
import { m1ToMedicationRequest } from './m1-to-medication-request.js'
import { readTilbakekalling, TILBAKEKALLING, type Tilbakekalling } from './m5.js'
import { m5ToAmendments } from './m5-to-amendments.js'
import { m5ToM52 } from './m5-to-m52.js'
import { readUtleveringsrapport, UTLEVERINGSRAPPORT, type Utleveringsrapport } from './m10.js'
import { m10ToMedicationDispense } from './m10-to-medication-dispense.js'
import { LEGEMIDLER_I_BRUK, type LegemidlerIBruk, readLegemidlerIBruk } from './m25.js'
import { m25ToList } from './m25-to-list.js'
import { msgheadToPatient } from './msghead-to-patient.js'
import { NS } from './namespaces.js'
import { addSender } from './parties.js'
import type { Coded } from './reader.js'
import { RESEPT } from './shapes-m1.js'

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

export const m251Kind: KithKind<LegemidlerIBruk> = {
  kind: 'M25.1',
  payload: { ns: NS.m251, local: 'LegemidlerIBruk', shape: LEGEMIDLER_I_BRUK },
  patient: 'national-id',
  read: readLegemidlerIBruk,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    m25ToList(frame, message.head, message.payload)
    return mapped(frame, message, 'source-list', 'UPDATE')
  },
}

function addShared(frame: Frame, message: HeadMessage<unknown>, specialty?: Coded): void {
  msgheadToPatient(frame, message.head.patient, message.identities)
  addSender(frame, message.head, specialty)
}

function mapped(frame: Frame, message: HeadMessage<unknown>, role: SourceRole, activity: string): Mapped {
  return {
    source: sourceOf(message.head, role, frame.sender),
    authorship: authorshipOf(frame, activity),
    resources: distinctByKey(frame),
    amendments: [],
    identifiers: message.identities,
    unmapped: frame.unmapped,
  }
}

/** The same practitioner or organisation may stand in many places of one message: the fullest statement is kept. */
function distinctByKey(frame: Frame): Mapped['resources'] {
  const byKey = new Map<string, Mapped['resources'][number]>()
  for (const one of frame.resources) {
    const key = `${one.resource.resourceType}|${one.key}`
    const before = byKey.get(key)
    if (before !== undefined && one.scope === 'person')
      throw new HubError('MESSAGE_INVALID', 'two statements of one message have the same id', {
        at: one.resource.resourceType,
      })
    if (before === undefined || size(one) > size(before)) byKey.set(key, one)
  }
  return [...byKey.values()]
}

const size = (one: Mapped['resources'][number]): number => Object.keys(one.resource).length
