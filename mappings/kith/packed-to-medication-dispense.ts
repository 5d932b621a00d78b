/** M25.3 SisteUtlevering → MedicationDispense with the days that it is packed for (eresept.md 7, 11.5; docs/facts.md). */
import type { Extension, Reference } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import type { Amendment, Identity } from '../../src/core/message.js'
import { concept, ext, identifier, idIdentity, keyOf, logical } from './build.js'
import { toDate } from './dates.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import { m10ToMedicationDispense, type ReportedDispense } from './m10-to-medication-dispense.js'
import type { Enkeltoppforing, SisteUtlevering } from './m25.js'
import { entryIdentity, multidoseExtension, rowIdentity } from './m25-entry-to-medication-statement.js'

export interface Packed {
  readonly reference: Reference
  readonly amendments: readonly Amendment[]
}

/** Below every other report of the same dispense, whichever message comes first. */
const BEFORE_THE_REPORT = '0|0|'

/**
 * One dispense for each; days and treatment are added to it. Where it names its M10 it is that M10's dispense, and what
 * is told of it here counts only as long as the M10 is not here.
 */
export function packedToMedicationDispense(
  frame: Frame,
  entries: readonly Enkeltoppforing[],
): readonly Packed[] {
  const used = new Set<string>()
  return entries.flatMap((entry) =>
    entry.utleveringer.map((packed) => {
      const reported =
        packed.refM10 === undefined ? undefined : idIdentity(packed.refM10, frame.sender, 'MsgId')
      // The same M10 named for several spans of days: one of them can be its dispense.
      const isReported = reported !== undefined && !used.has(keyOf(reported))
      const identity = isReported ? reported : ownIdentity(entry, packed, used)
      used.add(keyOf(identity))
      if (isReported)
        return add(frame, entry, packed, { identity, order: BEFORE_THE_REPORT + frame.order }, [])
      const m10 = ext(EXT.m10Reference, 'valueIdentifier', reported && identifier(reported, 'M10id'))
      return add(frame, entry, packed, { identity, idType: 'SisteUtlevering', order: frame.order }, m10)
    }),
  )
}

function add(
  frame: Frame,
  entry: Enkeltoppforing,
  packed: SisteUtlevering,
  dispense: ReportedDispense,
  extension: readonly Extension[],
): Packed {
  const amendments = m10ToMedicationDispense(frame, packed.report, dispense)
  const isMedicine = packed.report.utlevering.dok?.kind !== 'merchandise'
  const type = isMedicine ? 'MedicationDispense' : 'SupplyDelivery'
  return {
    reference: logical(type, dispense.identity),
    amendments: [
      ...amendments,
      {
        type,
        key: keyOf(dispense.identity),
        name: 'packed',
        at: frame.order,
        set: {
          extension: [...packedExtensions(entry, packed), ...extension],
          ...(isMedicine
            ? {
                supportingInformation: [entryIdentity(frame, entry), rowIdentity(frame, 'M25.3', entry)].map(
                  statement,
                ),
              }
            : {}),
        },
      },
    ],
  }
}

/** Without an M10 a dispense has no id: treatment and days tell it apart, the same when the message repeats it. */
function ownIdentity(entry: Enkeltoppforing, packed: SisteUtlevering, used: ReadonlySet<string>): Identity {
  const system = senderSidUrl('eresept', 'SisteUtlevering')
  const value = `${entry.id.toLowerCase()}/${toDate(packed.forsteDose)}/${toDate(packed.sisteDose)}`
  for (let n = 1; ; n += 1) {
    const identity = { system, value: n === 1 ? value : `${value}/${n}` }
    if (!used.has(keyOf(identity))) return identity
  }
}

/** The treatment, and the pharmacy's own row: that has the dosage where the dispense states none. */
const statement = (identity: Identity): Reference => logical('MedicationStatement', identity)

const packedExtensions = (entry: Enkeltoppforing, packed: SisteUtlevering): readonly Extension[] => [
  { url: EXT.rollPeriod, valuePeriod: { start: toDate(packed.forsteDose), end: toDate(packed.sisteDose) } },
  ...multidoseExtension(entry),
  ...ext(
    EXT.repackingReason,
    'valueCodeableConcept',
    packed.ompakkingsgrunn && concept(packed.ompakkingsgrunn, 7492),
  ),
  ...ext(EXT.productImage, 'valueUrl', packed.bilderef),
]
