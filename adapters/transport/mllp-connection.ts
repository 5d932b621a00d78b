/**
 * One MLLP connection: frames are handled one after the other, so that what a sender sends in order is stored and
 * answered in order. Time limits, back-pressure and the answers to frames that never became a message are here.
 */
import type { Socket } from 'node:net'
import { acknowledge } from '../../mappings/hl7v2/acknowledgement.js'
import { encodeReply } from '../../mappings/hl7v2/batch.js'
import { lenientHeader } from '../../mappings/hl7v2/header.js'
import type { HubErrorCode } from '../../src/core/errors.js'
import { failpoint } from '../../src/core/failpoint.js'
import type { Clock, Log } from '../../src/core/ports.js'
import type { MllpLimits } from './mllp.js'
import { type FrameEvent, type FrameReader, frameOf, openFrameReader } from './mllp-frames.js'

export interface ConnectionDeps {
  readonly limits: MllpLimits
  readonly log: Log
  readonly clock: Clock
  /** Undefined: nothing could be stored; no answer, and the connection is closed. Empty: no answer is wanted. */
  readonly handle: (raw: Uint8Array) => Promise<Uint8Array | undefined>
  /** While true nothing is read (back-pressure). */
  readonly held: () => boolean
  /** Number of this connection, for log lines and control ids. */
  readonly id: number
}

export interface Connection {
  /** Finishes the frame in hand, answers it, and closes; frames that wait stay unanswered and will be sent again. */
  readonly finish: () => void
  readonly destroy: () => void
}

type Work = Extract<FrameEvent, { kind: 'frame' | 'unfinished' | 'too-large' }>

interface State extends ConnectionDeps {
  readonly socket: Socket
  readonly reader: FrameReader
  readonly queue: Work[]
  queuedBytes: number
  working: boolean
  finishing: boolean
  peerEnded: boolean
  /** Milliseconds since the epoch. */
  frameStartedAt: number | undefined
  lastByteAt: number
  answers: number
}

/** How long an ended connection may take to be closed by the peer too. */
const LINGER_MS = 1_000

export function openConnection(socket: Socket, deps: ConnectionDeps): Connection {
  const state: State = {
    ...deps,
    socket,
    reader: openFrameReader(deps.limits),
    queue: [],
    queuedBytes: 0,
    working: false,
    finishing: false,
    peerEnded: false,
    frameStartedAt: undefined,
    lastByteAt: deps.clock(),
    answers: 0,
  }
  socket.on('data', (chunk: Buffer) => takeChunk(state, chunk))
  if (!mayRead(state)) socket.pause()
  socket.on('end', () => {
    state.peerEnded = true
    if (state.reader.pendingBytes() > 0) warn(state, 'mllp connection ended within a frame')
    void workOffQueue(state)
  })
  socket.on('error', (error: Error & { code?: string }) => {
    deps.log.warn('mllp connection failed', { connection: deps.id, code: error.code })
  })
  const watch = setInterval(() => watchTime(state), deps.limits.watchMs)
  watch.unref()
  socket.on('close', () => clearInterval(watch))
  return {
    finish: () => {
      state.finishing = true
      if (!state.working) close(state)
    },
    destroy: () => socket.destroy(),
  }
}

function takeChunk(state: State, chunk: Uint8Array): void {
  if (state.finishing) return
  state.lastByteAt = state.clock()
  for (const event of state.reader.push(chunk)) {
    takeEvent(state, event)
    state.frameStartedAt = undefined
  }
  if (!state.reader.isInside()) state.frameStartedAt = undefined
  else state.frameStartedAt ??= state.lastByteAt
  if (!mayRead(state)) state.socket.pause()
  void workOffQueue(state)
}

function takeEvent(state: State, event: FrameEvent): void {
  switch (event.kind) {
    case 'empty':
      return
    case 'noise':
      warn(state, 'mllp bytes outside of frames')
      state.socket.destroy()
      return
    case 'too-large':
      state.socket.pause()
      state.queue.push(event)
      return
    default:
      state.queue.push(event)
      state.queuedBytes += sizeOf(event)
  }
}

const mayRead = (state: State): boolean => !isFull(state) && !state.held()

const isFull = ({ queue, queuedBytes, limits }: State): boolean =>
  queue.length >= limits.queuedFramesMax || queuedBytes > limits.queuedBytesMax

const sizeOf = (work: Work): number => (work.kind === 'too-large' ? 0 : work.bytes.length)

/** One at a time: who comes while another works finds its frames worked off by that one. */
async function workOffQueue(state: State): Promise<void> {
  if (state.working) return
  state.working = true
  try {
    for (let work = state.queue.shift(); work !== undefined; work = state.queue.shift()) {
      state.queuedBytes -= sizeOf(work)
      const goesOn = await workOff(state, work)
      if (!goesOn || state.finishing) {
        close(state)
        return
      }
      if (state.socket.isPaused() && mayRead(state)) state.socket.resume()
    }
    if (state.peerEnded || state.finishing) close(state)
  } catch (cause) {
    state.log.error('mllp frame failed', { connection: state.id }, cause)
    state.socket.destroy()
  } finally {
    state.working = false
  }
}

/** False when the connection is to be closed. */
async function workOff(state: State, work: Work): Promise<boolean> {
  switch (work.kind) {
    case 'frame': {
      const answer = await state.handle(work.bytes)
      if (answer === undefined) return false
      await write(state, answer)
      failpoint('after-answer')
      return true
    }
    case 'unfinished':
      warn(state, 'mllp frame not ended before the next')
      await refuse(state, work.bytes, 'MESSAGE_UNREADABLE', 'the frame was not ended')
      return true
    case 'too-large': {
      warn(state, 'mllp frame over the limit')
      const rule = `a frame has at most ${state.limits.frameBytesMax} bytes`
      await refuse(state, work.head, 'MESSAGE_TOO_LARGE', rule)
      return false
    }
  }
}

/** Only by control id: without one the sender could not tell which message is meant. */
async function refuse(state: State, bytes: Uint8Array, code: HubErrorCode, text: string): Promise<void> {
  if ((lenientHeader(bytes)?.fields[10] ?? '').trim() === '') return
  state.answers += 1
  const now = state.clock()
  // Own control ids are unique by time, connection and number.
  const newId = `${now.toString(16)}${state.id.toString(16)}f${state.answers.toString(16)}`
  const refusal = { code, problems: [{ at: 'MSH', text, protocolCode: '207' }] }
  const context = { newId, now: new Date(now).toISOString() }
  await write(state, encodeReply(acknowledge(bytes, { kind: 'refused', refusal }, context)))
}

/** Answers, and waits while the peer does not read. */
async function write(state: State, answer: Uint8Array): Promise<void> {
  const { socket } = state
  if (socket.destroyed || answer.length === 0 || socket.write(frameOf(answer))) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      warn(state, 'mllp peer does not read its answers')
      socket.destroy()
    }, state.limits.writeMsMax)
    const done = () => {
      clearTimeout(timer)
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}

/** What still comes is read and thrown away for a moment: closing over unread bytes would reset our last answer. */
function close(state: State): void {
  state.finishing = true
  state.queue.length = 0
  state.queuedBytes = 0
  state.socket.end()
  state.socket.resume()
  setTimeout(() => state.socket.destroy(), LINGER_MS).unref()
}

/** While a frame is handled, or the socket held back, it is not the peer that is slow. */
function watchTime(state: State): void {
  if (state.working || state.finishing) return
  if (state.socket.isPaused()) {
    if (!mayRead(state)) return
    state.lastByteAt = state.clock()
    if (state.frameStartedAt !== undefined) state.frameStartedAt = state.lastByteAt
    state.socket.resume()
  }
  const { limits, frameStartedAt } = state
  const now = state.clock()
  const idleMsMax = frameStartedAt === undefined ? limits.connectionIdleMsMax : limits.frameIdleMsMax
  const isDripping = frameStartedAt !== undefined && now - frameStartedAt > limits.frameTotalMsMax
  if (now - state.lastByteAt <= idleMsMax && !isDripping) return
  if (frameStartedAt !== undefined) warn(state, 'mllp frame not ended in time')
  state.socket.destroy()
}

function warn(state: State, event: string): void {
  const ageMs = state.frameStartedAt === undefined ? 0 : state.clock() - state.frameStartedAt
  state.log.warn(event, { connection: state.id, bufferedBytes: state.reader.pendingBytes(), ageMs })
}
