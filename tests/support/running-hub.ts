/** The whole hub in this process: embedded store in memory, ports of its own. */
import { connect } from 'node:net'
import { parseConfig } from '../../src/config.js'
import type { Log } from '../../src/core/ports.js'
import { type Hub, startHub } from '../../src/main.js'
import { freePort } from './free-port.js'

export interface RunningHub {
  readonly url: string
  readonly mllpPort: number
  readonly hub: Hub
  readonly send: (surface: string, body: string, contentType: string) => Promise<Answer>
  /** One frame over MLLP; the text of the answer. */
  readonly sendMllp: (text: string) => Promise<string>
  /** State of a message once it has its end. */
  readonly settled: (messageId: string) => Promise<MessageState>
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly messageId: string
}

export interface MessageState {
  readonly state: string
  readonly reason: { readonly code: string } | null
  readonly resources: readonly string[]
}

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const SETTLE_MS_MAX = 20_000

export async function runHub(
  env: Readonly<Record<string, string>> = {},
  log: Log = SILENT,
): Promise<RunningHub> {
  const port = await freePort()
  const mllpPort = await freePort()
  const config = parseConfig({ DATA_DIR: 'memory', ...env, PORT: String(port), MLLP_PORT: String(mllpPort) })
  const hub = await startHub(config, log, { env })
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    mllpPort,
    hub,
    send: async (surface, body, contentType) => {
      const response = await fetch(`${url}/intake/${surface}`, {
        method: 'POST',
        body,
        headers: { 'content-type': contentType },
      })
      const messageId = response.headers.get('stafett-message') ?? ''
      return { status: response.status, text: await response.text(), messageId }
    },
    sendMllp: (text) => sendFrame(mllpPort, text),
    settled: async (messageId) => {
      const until = Date.now() + SETTLE_MS_MAX
      for (;;) {
        const response = await fetch(`${url}/ops/messages/${messageId}`)
        const message = (await response.json()) as MessageState
        if (message.state !== 'waiting' && message.state !== 'claimed') return message
        if (Date.now() > until) throw new Error(`still ${message.state}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
  }
}

function sendFrame(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(`\x0b${text}\x1c\r`))
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer over MLLP')))
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      const answer = Buffer.concat(chunks).toString()
      if (!answer.endsWith('\x1c\r')) return
      socket.destroy()
      resolve(answer.slice(1, -2))
    })
  })
}
