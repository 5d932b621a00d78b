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

interface ReaderState {
  parts: Uint8Array[]
  size: number
  inside: boolean
  /** The last byte was 0x1C, not yet known to be the end; it is counted in no part. */
  endSeen: boolean
  noise: number
  closed: boolean
}

export function openFrameReader(limits: FrameLimits): FrameReader {
  const state: ReaderState = { parts: [], size: 0, inside: false, endSeen: false, noise: 0, closed: false }
  return {
    push: (chunk) => {
      const events: FrameEvent[] = []
      let at = 0
      while (at < chunk.length && !state.closed) {
        at = state.inside ? readInside(state, chunk, at, limits, events) : readOutside(state, chunk, at)
        if (state.noise > limits.noiseBytesMax) {
          state.closed = true
          events.push({ kind: 'noise', bytes: state.noise })
        } else if (state.size > limits.frameBytesMax) {
          state.closed = true
          events.push({ kind: 'too-large', head: join(state.parts, state.size).subarray(0, HEAD_BYTES) })
        }
      }
      return withoutTooLarge(events, limits.frameBytesMax)
    },
    pendingBytes: () => state.size,
    isInside: () => state.inside,
  }
}

/** Outside of frames, from `start`; returns where inside begins, or the chunk's length. */
function readOutside(state: ReaderState, chunk: Uint8Array, start: number): number {
  for (let at = start; at < chunk.length; at++) {
    const byte = chunk[at]
    if (byte === START_BLOCK) {
      state.inside = true
      return at + 1
    }
    if (byte !== CARRIAGE_RETURN && byte !== LINE_FEED && byte !== SPACE) state.noise++
  }
  return chunk.length
}

/** Inside a frame, from `start`; returns where outside begins, or the chunk's length. */
function readInside(
  state: ReaderState,
  chunk: Uint8Array,
  start: number,
  limits: FrameLimits,
  events: FrameEvent[],
): number {
  let from = start
  for (let at = start; at < chunk.length; at++) {
    const byte = chunk[at]
    if (state.endSeen) {
      state.endSeen = false
      if (byte === CARRIAGE_RETURN) {
        complete(state, events)
        return at + 1
      }
      // Not the end: the byte before was text, which may hold it.
      keep(state, LONE_END, 0, 1)
      from = at
    }
    if (byte === END_BLOCK) {
      keep(state, chunk, from, at)
      from = at + 1
      if (limits.acceptLoneEnd) {
        complete(state, events)
        return at + 1
      }
      state.endSeen = true
    } else if (byte === START_BLOCK) {
      keep(state, chunk, from, at)
      from = at + 1
      const lost = take(state)
      if (lost.length > 0) events.push({ kind: 'unfinished', bytes: lost })
      state.inside = true
    }
  }
  keep(state, chunk, from, chunk.length)
  return chunk.length
}

function keep(state: ReaderState, chunk: Uint8Array, from: number, to: number): void {
  if (to <= from) return
  state.parts.push(chunk.subarray(from, to))
  state.size += to - from
}

function take(state: ReaderState): Uint8Array {
  const bytes = join(state.parts, state.size)
  state.parts = []
  state.size = 0
  state.inside = false
  state.endSeen = false
  return bytes
}

function complete(state: ReaderState, events: FrameEvent[]): void {
  const bytes = take(state)
  events.push(bytes.length === 0 ? { kind: 'empty' } : { kind: 'frame', bytes })
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
