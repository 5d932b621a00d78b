import { createHash } from 'node:crypto'
import type { LaneKey } from '../src/core/ids.js'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const QUEUE_NAME_LENGTH = 16

/**
 * Job id of a lane: never only digits, no `:`, tells nothing of the lane, and differs after the database was rebuilt
 * (reliability.md 5.3).
 */
export function jobIdOf(incarnation: string, lane: LaneKey): string {
  const digest = createHash('sha256').update(`${incarnation}\n${lane}`).digest()
  return `d-${base32(digest)}`
}

/**
 * Queue of an installation. Two that share a Redis hear their own doorbells only: a job taken by the other would be lost
 * until the sweep; and what an old database left behind is heard by nobody.
 */
export function queueNameOf(incarnation: string): string {
  const digest = createHash('sha256').update(`queue\n${incarnation}`).digest()
  return `lanes-${base32(digest).slice(0, QUEUE_NAME_LENGTH)}`
}

function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32.charAt((held >>> bits) & 31)
    }
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + BASE32.charAt((held << (5 - bits)) & 31) : text
}
