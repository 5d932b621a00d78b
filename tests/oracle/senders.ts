/**
 * Senders as they are: one message after the other for each patient, sent again until the hub says that it has it, over
 * HTTP or MLLP. What they remember is the evidence for I-1.
 */
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Acknowledged } from './invariants.js'
import type { Told } from './story.js'

export interface SendersLog {
  readonly acknowledged: Acknowledged[]
  /** Sent, answered or not. */
  sent: number
  /** Without any answer, or asked to come again (429, 202, 5xx). */
  unanswered: number
  /** Answers that a sender may not get. */
  readonly wrong: string[]
}

export const newSendersLog = (): SendersLog => ({ acknowledged: [], sent: 0, unanswered: 0, wrong: [] })

export interface Door {
  readonly url: string
  /** 0: HL7 v2 goes over HTTP only. */
  readonly mllpPort: number
}

export interface SendOptions {
  readonly door: Door
  readonly log: SendersLog
  /** Called by each sender before each of its messages. */
  readonly pace: () => Promise<void>
  /** Nothing more is begun then. */
  readonly isOver?: () => boolean
  /** A message that is still not taken then is given up, and told as wrong. */
  readonly patienceMs: number
}

const ANSWER_MS_MAX = 20_000
const AGAIN_MS = 40

/** Sends every list; resolves when all that was sent is acknowledged. */
export async function sendStory(story: readonly (readonly Told[])[], options: SendOptions): Promise<void> {
  await Promise.all(
    story.map(async (told, sender) => {
      for (const one of told) {
        await options.pace()
        if (options.isOver?.() === true) return
        await sendUntilTaken(one, sender, options)
      }
    }),
  )
}

async function sendUntilTaken(told: Told, sender: number, options: SendOptions): Promise<void> {
  const { door, log, patienceMs } = options
  const until = Date.now() + patienceMs
  for (;;) {
    log.sent += 1
    const overMllp = told.surface === 'hl7v2' && door.mllpPort !== 0 && sender % 2 === 0
    const status = await (overMllp ? sendFrame(door.mllpPort, told.body) : post(door.url, told))
    if (status !== undefined && told.expect.includes(status)) {
      if (told.conflicts === undefined)
        log.acknowledged.push({ channel: told.surface, id: told.id, body: told.body })
      return
    }
    if (status !== undefined && status < 500 && status !== 202 && status !== 429) {
      log.wrong.push(`${told.surface} ${told.id} was answered ${status}`)
      return
    }
    log.unanswered += 1
    if (Date.now() > until) {
      log.wrong.push(`${told.surface} ${told.id} was never taken`)
      return
    }
    await wait(AGAIN_MS)
  }
}

/** Undefined without a whole answer. */
async function post(url: string, told: Told): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}/intake/${told.surface}`, {
      method: 'POST',
      body: told.body,
      headers: { 'content-type': told.contentType },
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    // cut off, refused or too late: to the sender all the same
    return undefined
  }
}

const STATUS_OF: Readonly<Record<string, number>> = { AA: 200, CA: 200, AE: 422, CE: 422, AR: 400, CR: 400 }

function sendFrame(port: number, text: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(`\x0b${text}\x1c\r`))
    socket.setTimeout(ANSWER_MS_MAX, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(undefined))
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      const answer = Buffer.concat(chunks).toString()
      if (!answer.endsWith('\x1c\r')) return
      resolve(STATUS_OF[/\rMSA\|(\w\w)/.exec(answer)?.[1] ?? ''])
      socket.destroy()
    })
  })
}
