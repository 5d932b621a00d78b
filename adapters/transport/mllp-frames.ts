/**
 * MLLP framing (hl7v2.md 9): 0x0B, data, 0x1C 0x0D. Works on bytes, keeps chunks in a list and joins each frame once:
 * linear in what arrives, however it is cut. No socket and no clock here.
 */

export const START_BLOCK = 0x0b
export const END_BLOCK = 0x1c
export const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const SPACE = 0x20

export interface FrameLimits {
  readonly frameBytesMax: number
  /** Bytes other than line ends and blanks that may stand between frames. */
  readonly noiseBytesMax: number
  /** Whether 0x1C alone ends a frame, for senders that leave out the 0x0D. */
  readonly acceptLoneEnd: boolean
}

export type FrameEvent =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** A keep-alive: start and end with nothing between. */
  | { readonly kind: 'empty' }
  /** A new start byte came before the end: what had arrived of the first frame is lost. */
  | { readonly kind: 'unfinished'; readonly bytes: Uint8Array }
  /** The frame is over the limit; `head` has its first bytes. Nothing more is read. */
  | { readonly kind: 'too-large'; readonly head: Uint8Array }
  /** Too many bytes outside of frames. Nothing more is read. */
  | { readonly kind: 'noise'; readonly bytes: number }

export interface FrameReader {
  /** Events in the order of the bytes. */
  readonly push: (chunk: Uint8Array) => readonly FrameEvent[]
  /** Bytes of a frame that has begun and not ended. */
  readonly pendingBytes: () => number
  readonly isInside: () => boolean
}

/** Enough of an over-long frame to read its MSH. */
const HEAD_BYTES = 4_096

export function openFrameReader(limits: FrameLimits): FrameReader {
  let parts: Uint8Array[] = []
  let size = 0
  let inside = false
  /** The last byte was 0x1C, not yet known to be the end; it is counted in no part. */
  let endSeen = false
  let noise = 0
  let closed = false

  const begin = () => {
    parts = []
    size = 0
    inside = true
    endSeen = false
  }
  const take = (): Uint8Array => {
    const bytes = join(parts, size)
    parts = []
    size = 0
    inside = false
    endSeen = false
    return bytes
  }
  const keep = (chunk: Uint8Array, from: number, to: number) => {
    if (to <= from) return
    parts.push(chunk.subarray(from, to))
    size += to - from
  }
  const complete = (events: FrameEvent[]) => {
    const bytes = take()
    events.push(bytes.length === 0 ? { kind: 'empty' } : { kind: 'frame', bytes })
  }

  /** Inside a frame, from `start`; returns where outside begins, or the chunk's length. */
  const readInside = (chunk: Uint8Array, start: number, events: FrameEvent[]): number => {
    let from = start
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at]
      if (endSeen) {
        endSeen = false
        if (byte === CARRIAGE_RETURN) {
          complete(events)
          return at + 1
        }
        // Not the end: the byte before was text, which may hold it.
        keep(LONE_END, 0, 1)
        from = at
      }
      if (byte === END_BLOCK) {
        keep(chunk, from, at)
        from = at + 1
        if (limits.acceptLoneEnd) {
          complete(events)
          return at + 1
        }
        endSeen = true
      } else if (byte === START_BLOCK) {
        keep(chunk, from, at)
        from = at + 1
        const lost = take()
        if (lost.length > 0) events.push({ kind: 'unfinished', bytes: lost })
        begin()
      }
    }
    keep(chunk, from, chunk.length)
    return chunk.length
  }

  const readOutside = (chunk: Uint8Array, start: number): number => {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at]
      if (byte === START_BLOCK) {
        begin()
        return at + 1
      }
      if (byte !== CARRIAGE_RETURN && byte !== LINE_FEED && byte !== SPACE) noise++
    }
    return chunk.length
  }

  return {
    push: (chunk) => {
      const events: FrameEvent[] = []
      let at = 0
      while (at < chunk.length && !closed) {
        at = inside ? readInside(chunk, at, events) : readOutside(chunk, at)
        if (noise > limits.noiseBytesMax) {
          closed = true
          events.push({ kind: 'noise', bytes: noise })
        } else if (size > limits.frameBytesMax) {
          closed = true
          events.push({ kind: 'too-large', head: join(parts, size).subarray(0, HEAD_BYTES) })
        }
      }
      return withoutTooLarge(events, limits.frameBytesMax)
    },
    pendingBytes: () => size,
    isInside: () => inside,
  }
}

const LONE_END = Uint8Array.of(END_BLOCK)

/** A frame may pass the limit within one chunk that also ends it. */
function withoutTooLarge(events: readonly FrameEvent[], bytesMax: number): readonly FrameEvent[] {
  return events.map((event) =>
    event.kind === 'frame' && event.bytes.length > bytesMax
      ? { kind: 'too-large', head: event.bytes.subarray(0, HEAD_BYTES) }
      : event,
  )
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return Uint8Array.from(first)
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A message between its frame bytes. */
export function frameOf(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(message.length + 3)
  framed[0] = START_BLOCK
  framed.set(message, 1)
  framed[message.length + 1] = END_BLOCK
  framed[message.length + 2] = CARRIAGE_RETURN
  return framed
}
