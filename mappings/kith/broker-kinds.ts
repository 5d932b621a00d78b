/** Rows of the table for what the broker sends of its own accord: receipts of recalls, dispense reports, deletions. */
import { frameOf } from './frame.js'
import type { HeadMessage, KithKind } from './kind.js'
import {
  type ForwardedReport,
  readForwardedReport,
  UTLEVERINGSRAPPORT_FASTLEGE,
  UTLEVERINGSRAPPORT_KJERNEJOURNAL,
  UTLEVERINGSRAPPORT_REKVIRENT,
} from './m6.js'
import { m6ToMedicationDispense, type ReportRank } from './m6-to-medication-dispense.js'
import { readSlettetResept, recallMissing, recallOf, SLETTET_RESEPT, type SlettetResept } from './m7.js'
import { m7ToCommunication } from './m7-to-communication.js'
import {
  KVITTERING_TILBAKEKALLING,
  type KvitteringTilbakekalling,
  m52ToAmendments,
  readKvitteringTilbakekalling,
} from './m52.js'
import { addShared, mapped } from './mapped-message.js'
import { NS } from './namespaces.js'
import type { Shape } from './shape.js'
import { whomOfAttached, whomOfPrescription } from './whom.js'

export const m52Kind: KithKind<KvitteringTilbakekalling> = {
  kind: 'M5.2',
  payload: { ns: NS.m52, local: 'KvitteringTilbakekalling', shape: KVITTERING_TILBAKEKALLING },
  patient: 'elsewhere',
  whom: ({ payload }, context) => whomOfPrescription(payload.reseptId, context),
  answeredBy: 'transport',
  read: readKvitteringTilbakekalling,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const amendments = m52ToAmendments(frame, message.payload)
    return { ...mapped(frame, message, 'prescriber', 'recall receipt'), amendments }
  },
}

export const m6Kind = forwardedReport(
  'M6',
  NS.m6,
  'UtleveringsrapportRekvirent',
  UTLEVERINGSRAPPORT_REKVIRENT,
)
export const m8Kind = forwardedReport('M8', NS.m8, 'UtleveringsrapportFastlege', UTLEVERINGSRAPPORT_FASTLEGE)
export const m81Kind = forwardedReport(
  'M8.1',
  NS.m81,
  'UtleveringsrapportKjernejournal',
  UTLEVERINGSRAPPORT_KJERNEJOURNAL,
)

/** M8 and M8.1 bring the prescription along, since its GP and the summary record may not have it. */
function forwardedReport(
  kind: ReportRank,
  ns: string,
  local: string,
  rule: Shape,
): KithKind<ForwardedReport> {
  return {
    kind,
    payload: { ns, local, shape: rule },
    patient: 'elsewhere',
    whom: ({ payload }, context) => whomOfPrescription(payload.utlevering.reseptId, context),
    opens: new Set(['M1']),
    read: readForwardedReport,
    map: (message, context) => {
      const frame = frameOf(message.head, message.unmapped, context)
      addShared(frame, message)
      const amendments = m6ToMedicationDispense(frame, message.payload, kind)
      const activity = message.payload.utlevering.annullering ? 'CANCEL' : 'CREATE'
      const enclosed = message.attached.map((one) => one.map(context))
      return { ...mapped(frame, message, 'pharmacy', activity), amendments, enclosed }
    },
  }
}

export const m7Kind: KithKind<SlettetResept> = {
  kind: 'M7',
  payload: { ns: NS.m7, local: 'SlettetReseptRF', shape: SLETTET_RESEPT },
  patient: 'elsewhere',
  whom: ({ attached }, context) =>
    recallOf(attached) === undefined
      ? { problems: [recallMissing], subjects: [] }
      : whomOfAttached(attached, context),
  opens: new Set(['M5']),
  read: readSlettetResept,
  map: (message: HeadMessage<SlettetResept>, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const recall = recallOf(message.attached)
    const amendments = recall === undefined ? [] : m7ToCommunication(frame, message.payload, recall)
    const enclosed = message.attached.map((one) => one.map(context))
    return { ...mapped(frame, message, 'prescriber', 'recall'), amendments, enclosed }
  },
}
