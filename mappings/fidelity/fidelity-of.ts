/** The fidelity report of a raw message of any channel: which channel it is of is told by its first character. */
import { isHubError, type Problem } from '../../src/core/errors.js'
import type { ChannelProtocol, DoorSettings, Envelope, MapContext, Mapped } from '../../src/core/message.js'
import { canonicalDeviceProtocol } from '../devices/protocol.js'
import { splitBatch } from '../hl7v2/batch.js'
import { hl7v2Protocol } from '../hl7v2/protocol.js'
import { kithProtocol } from '../kith/protocol.js'
import { sfmProtocol } from '../sfm/protocol.js'
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
  readonly progress?: (done: number, all: number) => void
}

interface Format {
  readonly protocol: ChannelProtocol
  readonly leaves: (raw: Uint8Array) => readonly SourceLeaf[]
  readonly split: (raw: Uint8Array) => readonly Uint8Array[]
}

/** A batch has an outcome for each of its messages. */
export function fidelityOf(raw: Uint8Array, context: FidelityContext): readonly FidelityOutcome[] {
  const format = formatOf(raw)
  try {
    return format.split(raw).map((message) => outcomeOf(message, format, context))
  } catch (error) {
    if (!isHubError(error)) throw error
    return [{ kind: 'refused', problems: [{ at: '/', text: error.message, code: error.code }] }]
  }
}

function outcomeOf(raw: Uint8Array, { protocol, leaves }: Format, context: FidelityContext): FidelityOutcome {
  const settings: DoorSettings = {
    zone: context.zone,
    syntheticIds: 'accept',
    processingIds: ['P', 'T', 'D'],
  }
  const door = protocol.check(raw, settings)
  if (door.kind !== 'accept') return { kind: 'refused', problems: door.refusal.problems }
  const [first] = door.items
  if (first === undefined) return { kind: 'refused', problems: [] }
  const report = reportFidelity(raw, leaves(raw), {
    map: (bytes) => orRefused(() => mapParts(protocol, door.items, bytes, context)),
    envelope: (bytes) => {
      const other = protocol.check(bytes, settings)
      return other.kind === 'accept' ? other.items[0] : undefined
    },
    progress: context.progress,
  })
  return report === undefined
    ? { kind: 'refused', problems: [] }
    : { kind: 'report', message: first.kind, ...report }
}

/** All parts of a message that is about several people, as if one enclosed the others. */
function mapParts(
  protocol: ChannelProtocol,
  envelopes: readonly Envelope[],
  raw: Uint8Array,
  { zone, receivedAt }: FidelityContext,
): Mapped | undefined {
  const [first, ...others] = envelopes.flatMap(({ kind, part, sender }) => {
    const type = protocol.types.get(kind)
    const context: MapContext = { zone, receivedAt, sender }
    return type === undefined ? [] : [type.map(type.parse(raw, part, context), context)]
  })
  return first && { ...first, enclosed: [...(first.enclosed ?? []), ...others] }
}

/** A BOM and blanks aside; a JSON document that is a FHIR resource is SFM's. */
function formatOf(raw: Uint8Array): Format {
  const start = new TextDecoder().decode(raw.subarray(0, START_BYTES)).trimStart()
  if (start.startsWith('<')) return { protocol: kithProtocol, leaves: kithLeaves, split: whole }
  if (!start.startsWith('{')) return { protocol: hl7v2Protocol, leaves: hl7v2Leaves, split: messagesOf }
  return /"resourceType"\s*:/.test(start)
    ? { protocol: sfmProtocol, leaves: (bytes) => jsonLeaves(bytes, 'path'), split: whole }
    : { protocol: canonicalDeviceProtocol, leaves: (bytes) => jsonLeaves(bytes, 'pointer'), split: whole }
}
const START_BYTES = 1_000

const whole = (raw: Uint8Array): readonly Uint8Array[] => [raw]

function messagesOf(raw: Uint8Array): readonly Uint8Array[] {
  const batch = splitBatch(raw)
  return batch.kind === 'single' ? [batch.message] : batch.items
}

function orRefused(map: () => Mapped | undefined): Mapped | undefined {
  try {
    return map()
  } catch (error) {
    if (isHubError(error)) return undefined
    throw error
  }
}
