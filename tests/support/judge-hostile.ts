/**
 * A process of its own that judges one message as intake does: door check, what would be stored, the answer. It prints
 * how long that took and how far the peak of its resident memory rose above what the message itself needs.
 */
import { readFileSync } from 'node:fs'
import { kithProtocol } from '../../mappings/kith/protocol.js'
import type { IntakeOutcome } from '../../src/core/message.js'
import { m1 } from './kith-fixtures.js'

export interface Judged {
  readonly kind: 'accept' | 'refuse' | 'unreadable'
  readonly code?: string
  readonly ms: number
  readonly riseBytes: number
}

const SETTINGS = { zone: 'Europe/Oslo', syntheticIds: 'accept', processingIds: ['P'] } as const
const KIBI = 1024

function judge(raw: Uint8Array): Omit<Judged, 'ms' | 'riseBytes'> {
  const door = kithProtocol.check(raw, SETTINGS)
  const context = { newId: 'a1b2c3d4-0000-4000-8000-0000000000ff', now: '2024-03-02T12:00:00.000Z' }
  if (door.kind !== 'unreadable') kithProtocol.toStore?.(raw)
  const outcome: IntakeOutcome =
    door.kind === 'accept' ? { kind: 'accepted' } : { kind: 'refused', refusal: door.refusal }
  const envelope = door.kind === 'unreadable' ? null : door.kind === 'refuse' ? door.envelope : door.items[0]
  kithProtocol.answer(envelope ?? null, raw, outcome, context)
  return { kind: door.kind, ...(door.kind === 'accept' ? {} : { code: door.refusal.code }) }
}

const [file] = process.argv.slice(2)
if (file !== undefined) {
  for (let i = 0; i < 20; i += 1) judge(new TextEncoder().encode(m1()))
  const raw = new Uint8Array(readFileSync(file))
  const before = process.resourceUsage().maxRSS
  const started = performance.now()
  const judged = judge(raw)
  const ms = performance.now() - started
  const riseBytes = (process.resourceUsage().maxRSS - before) * KIBI
  console.log(JSON.stringify({ ...judged, ms, riseBytes } satisfies Judged))
}
