/** M6, M8, M8.1 → the MedicationDispense (SupplyDelivery) of their M10, never a second one (eresept.md 11.4). */
import type { Extension } from 'fhir/r4.js'
import type { Amendment } from '../../src/core/message.js'
import { ext, idIdentity, keyOf } from './build.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { ForwardedReport } from './m6.js'
import { m10ToMedicationDispense } from './m10-to-medication-dispense.js'

/** What a report is worth against others of the same dispense: the M10 itself says most and always wins. */
export type ReportRank = 'M6' | 'M8' | 'M8.1'
const RANKS: Readonly<Record<ReportRank, string>> = { M6: '0|1', M8: '0|2', 'M8.1': '0|3' }

export function m6ToMedicationDispense(
  frame: Frame,
  report: ForwardedReport,
  rank: ReportRank,
): readonly Amendment[] {
  const identity = idIdentity(report.referanseM10, frame.sender, 'MsgId')
  const order = `${RANKS[rank]}|${frame.order}`
  const amendments = m10ToMedicationDispense(frame, report, { identity, order })
  const extension: Extension[] = [
    ...ext(EXT.prescriptionReference, 'valueString', report.refNr),
    ...ext(EXT.guardianReservation, 'valueBoolean', report.vergeinnsynsreservasjon),
  ]
  if (extension.length === 0) return amendments
  const at = frame.resources.findIndex((one) => one.key === keyOf(identity) && one.order === order)
  const made = frame.resources[at]
  if (
    made?.resource.resourceType === 'MedicationDispense' ||
    made?.resource.resourceType === 'SupplyDelivery'
  )
    frame.resources[at] = {
      ...made,
      resource: { ...made.resource, extension: [...(made.resource.extension ?? []), ...extension] },
    }
  return amendments
}
