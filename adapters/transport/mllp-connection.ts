/**
 * One MLLP connection: frames are handled one after the other, so that what a sender sends in order is stored and
 * answered in order. Time limits, back-pressure and the answers to frames that never became a message are here.
 */
import type { Socket } from 'node:net'
import { acknowledge } from '../../mappings/hl7v2/acknowledgement.js'
import { encodeReply } from '../../mappings/hl7v2/batch.js'
import { lenientHeader } from '../../mappings/hl7v2/header.js'
import type { HubErrorCode } from '../../src/core/errors.js'
import type { Clock, Log } from '../../src/core/ports.js'
import type { MllpLimits } from './mllp.js'
import { type FrameEvent, frameOf, openFrameReader } from './mllp-frames.js'

export interface ConnectionDeps {
  readonly limits: MllpLimits
  readonly log: Log
  readonly clock: Clock
  /** Undefined: nothing could be stored; no answer, and the connection is closed. Empty: no answer is wanted. */
  readonly handle: (raw: Uint8Array) => Promise<Uint8Array | undefined>
  /** Number of this connection, for log lines and control ids. */
  readonly id: number
}

export interface Connection {
  /** Finishes the frame in hand, answers it, and closes; frames that wait stay unanswered and will be sent again. */
  readonly finish: () => void
  readonly destroy: () => void
}

/** How long an ended connection may take to be closed by the peer too. */
const LINGER_MS = 1_000

type Work = Extract<FrameEvent, { kind: 'frame' | 'unfinished' | 'too-large' }>

export function openConnection(socket: Socket, deps: ConnectionDeps): Connection {
  const { limits, log, clock, id } = deps
  const reader = openFrameReader(limits)
  const queue: Work[] = []
  let queuedBytes = 0
  let working = false
  let finishing = false
  let peerEnded = false
  let frameStartedAt: number | undefined
  let lastByteAt = clock()
  let answers = 0

  const warn = (event: string) => {
    const ageMs = frameStartedAt === undefined ? 0 : clock() - frameStartedAt
    log.warn(event, { connection: id, bufferedBytes: reader.pendingBytes(), ageMs })
  }
  const isFull = () => queue.length >= limits.queuedFramesMax || queuedBytes > limits.queuedBytesMax
  /** What still comes is read and thrown away for a moment: closing over unread bytes would reset our last answer. */
  const close = () => {
    finishing = true
    queue.length = 0
    queuedBytes = 0
    socket.end()
    socket.resume()
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
  }

  /** Own control ids are unique by time, connection and number. */
  const ackContext = () => {
    answers += 1
    const now = clock()
    const newId = `${now.toString(16)}${id.toString(16)}f${answers.toString(16)}`
    return { newId, now: new Date(now).toISOString() }
  }
  const refusalOf = (bytes: Uint8Array, code: HubErrorCode, text: string): Uint8Array | undefined => {
    // Without a control id the sender could not tell which message is meant.
    if ((lenientHeader(bytes)?.fields[10] ?? '').trim() === '') return undefined
    const refusal = { code, problems: [{ at: 'MSH', text, protocolCode: '207' }] }
    const reply = acknowledge(bytes, { kind: 'refused', refusal }, ackContext())
    return encodeReply(reply)
  }

  /** Answers, and waits while the peer does not read. */
  const write = async (answer: Uint8Array): Promise<void> => {
    if (socket.destroyed || answer.length === 0) return
    if (socket.write(frameOf(answer))) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        warn('mllp peer does not read its answers')
        socket.destroy()
      }, limits.writeMsMax)
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

  /** False when the connection is to be closed. */
  const workOff = async (work: Work): Promise<boolean> => {
    switch (work.kind) {
      case 'frame': {
        const answer = await deps.handle(work.bytes)
        if (answer === undefined) return false
        await write(answer)
        return true
      }
      case 'unfinished': {
        warn('mllp frame not ended before the next')
        const answer = refusalOf(work.bytes, 'MESSAGE_UNREADABLE', 'the frame was not ended')
        if (answer !== undefined) await write(answer)
        return true
      }
      case 'too-large': {
        warn('mllp frame over the limit')
        const text = `a frame has at most ${limits.frameBytesMax} bytes`
        const answer = refusalOf(work.head, 'MESSAGE_TOO_LARGE', text)
        if (answer !== undefined) await write(answer)
        return false
      }
    }
  }

  const run = async (): Promise<void> => {
    if (working) return
    working = true
    try {
      for (let work = queue.shift(); work !== undefined; work = queue.shift()) {
        queuedBytes -= sizeOf(work)
        const goesOn = await workOff(work)
        if (!goesOn || finishing) {
          close()
          return
        }
        if (socket.isPaused() && !isFull()) socket.resume()
      }
      if (peerEnded || finishing) close()
    } catch (cause) {
      log.error('mllp frame failed', { connection: id }, cause)
      socket.destroy()
    } finally {
      working = false
    }
  }

  const onEvent = (event: FrameEvent) => {
    switch (event.kind) {
      case 'empty':
        return
      case 'noise':
        warn('mllp bytes outside of frames')
        socket.destroy()
        return
      case 'too-large':
        socket.pause()
        queue.push(event)
        return
      default:
        queue.push(event)
        queuedBytes += sizeOf(event)
    }
  }

  socket.on('data', (chunk: Buffer) => {
    if (finishing) return
    lastByteAt = clock()
    for (const event of reader.push(chunk)) {
      onEvent(event)
      frameStartedAt = undefined
    }
    if (!reader.isInside()) frameStartedAt = undefined
    else frameStartedAt ??= lastByteAt
    if (isFull()) socket.pause()
    void run()
  })
  socket.on('end', () => {
    peerEnded = true
    if (reader.pendingBytes() > 0) warn('mllp connection ended within a frame')
    void run()
  })
  socket.on('error', (error: Error & { code?: string }) => {
    log.warn('mllp connection failed', { connection: id, code: error.code })
  })

  const watch = setInterval(() => {
    const now = clock()
    const waitsForPeer = !working && !socket.isPaused()
    if (!waitsForPeer) return
    const inFrame = frameStartedAt !== undefined
    const limit = inFrame ? limits.frameIdleMsMax : limits.connectionIdleMsMax
    const total = inFrame && now - (frameStartedAt ?? now) > limits.frameTotalMsMax
    if (now - lastByteAt <= limit && !total) return
    if (inFrame) warn('mllp frame not ended in time')
    socket.destroy()
  }, limits.watchMs)
  watch.unref()
  socket.on('close', () => clearInterval(watch))

  return {
    finish: () => {
      finishing = true
      if (!working) close()
    },
    destroy: () => socket.destroy(),
  }
}

const sizeOf = (work: Work): number => (work.kind === 'too-large' ? 0 : work.bytes.length)
