/** What one core reads: messages parsed and mapped, and their resources validated, without store and HTTP. */
import { hl7v2Protocol } from '../mappings/hl7v2/protocol.js'
import { kithProtocol } from '../mappings/kith/protocol.js'
import type { ChannelProtocol, Envelope, MessageType } from '../src/core/message.js'
import type { Validation } from '../src/validation/validate.js'
import type { Shot } from './client.js'

const ZONE = 'Europe/Oslo'
const SETTINGS = { zone: ZONE, syntheticIds: 'accept', processingIds: ['P', 'T', 'D'] } as const
const RECEIVED = '2026-11-20T08:00:00.000Z'

/** Messages made and looked at by the door before the clock runs. */
const BURST = 20

/**
 * Messages a second of processor time, over `ms` of it.
 * @throws Error for a message that the door refuses, and for a resource that is not valid
 */
export function readOnOneCore(next: () => Shot, ms: number, validation: Validation | undefined): number {
  let usedMs = 0
  let count = 0
  while (usedMs < ms) {
    const burst = Array.from({ length: BURST }, () => throughDoor(next()))
    const started = process.cpuUsage()
    for (const message of burst) readOne(message, validation)
    const { user, system } = process.cpuUsage(started)
    usedMs += (user + system) / 1_000
    count += BURST
  }
  return (count * 1_000) / usedMs
}

interface Message {
  readonly raw: Uint8Array
  readonly envelope: Envelope
  readonly type: MessageType
}

function throughDoor({ body = '', path }: Shot): Message {
  const protocol: ChannelProtocol = path === '/intake/hl7v2' ? hl7v2Protocol : kithProtocol
  const raw = Buffer.from(body)
  const door = protocol.check(raw, SETTINGS)
  const envelope = door.kind === 'accept' ? door.items[0] : undefined
  const type = envelope === undefined ? undefined : protocol.types.get(envelope.kind)
  if (envelope === undefined || type === undefined) throw new Error('the door refused a message of the bench')
  return { raw, envelope, type }
}

function readOne({ raw, envelope, type }: Message, validation: Validation | undefined): void {
  const context = { zone: ZONE, receivedAt: RECEIVED, sender: envelope.sender }
  const { resources } = type.map(type.parse(raw, envelope.part, context), context)
  if (validation === undefined) return
  for (const { resource } of resources) {
    const [problem] = validation.validate(resource)
    if (problem !== undefined) throw new Error(`${resource.resourceType} ${problem.at}: ${problem.text}`)
  }
}
