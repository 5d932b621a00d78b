/** The fidelity report of a raw message of any channel: which channel it is of is told by its first character. */
import { isHubError, type Problem } from '../../src/core/errors.js'
import type { ChannelProtocol, DoorSettings, MapContext, Mapped } from '../../src/core/message.js'
import { canonicalDeviceProtocol } from '../devices/protocol.js'
import { hl7v2Protocol } from '../hl7v2/protocol.js'
import { kithProtocol } from '../kith/protocol.js'
import { hl7v2Leaves } from './hl7v2-leaves.js'
import { jsonLeaves } from './json-leaves.js'
import { kithLeaves } from './kith-leaves.js'
import { type FidelityReport, reportFidelity, type SourceLeaf } from './report.js'

export type FidelityOutcome =
  | ({ readonly kind: 'report'; readonly message: string } & FidelityReport)
  /** The door would not take the message: why. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

export interface FidelityContext {
  readonly zone: string
  /** ISO instant at which the message counts as received. */
  readonly receivedAt: string
}

interface Format {
  readonly protocol: ChannelProtocol
  readonly leaves: (raw: Uint8Array) => readonly SourceLeaf[]
}

/** Of a message about several people the first. */
export function fidelityOf(raw: Uint8Array, { zone, receivedAt }: FidelityContext): FidelityOutcome {
  const { protocol, leaves } = formatOf(raw)
  const settings: DoorSettings = { zone, syntheticIds: 'accept', processingIds: ['P', 'T', 'D'] }
  const door = protocol.check(raw, settings)
  if (door.kind !== 'accept') return { kind: 'refused', problems: door.refusal.problems }
  const envelope = door.items[0]
  const type = envelope && protocol.types.get(envelope.kind)
  if (envelope === undefined || type === undefined) return { kind: 'refused', problems: [] }
  const context: MapContext = { zone, receivedAt, sender: envelope.sender }
  const report = reportFidelity(raw, leaves(raw), {
    map: (bytes) => orRefused(() => type.map(type.parse(bytes, envelope.part, context), context)),
    envelope: (bytes) => {
      const other = protocol.check(bytes, settings)
      return other.kind === 'accept' ? other.items[0] : undefined
    },
  })
  return report === undefined
    ? { kind: 'refused', problems: [] }
    : { kind: 'report', message: envelope.kind, ...report }
}

/** A BOM and blanks aside. */
function formatOf(raw: Uint8Array): Format {
  const first = new TextDecoder().decode(raw.subarray(0, 64)).trimStart()[0]
  if (first === '<') return { protocol: kithProtocol, leaves: kithLeaves }
  if (first === '{') return { protocol: canonicalDeviceProtocol, leaves: jsonLeaves }
  return { protocol: hl7v2Protocol, leaves: hl7v2Leaves }
}

function orRefused(map: () => Mapped): Mapped | undefined {
  try {
    return map()
  } catch (error) {
    if (isHubError(error)) return undefined
    throw error
  }
}
