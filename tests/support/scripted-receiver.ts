/** A receiver that answers as it is told, down to the bytes and the socket (reliability.md F-27). */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

export type Mode =
  /** A whole answer; `head` are status line and headers, without the last empty line. */
  | { readonly kind: 'answer'; readonly head: string; readonly body?: string }
  /** Reads the request and closes without a word. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silent' }
  /** `first` at once, then one byte every `everyMs`. */
  | { readonly kind: 'drip'; readonly first: string; readonly text: string; readonly everyMs: number }
  /** 200 and a body that does not end. */
  | { readonly kind: 'endless' }

export interface ReceivedRequest {
  readonly head: string
  readonly body: string
}

export interface ScriptedReceiver {
  readonly port: number
  readonly requests: ReceivedRequest[]
  /** How it answers from now on. */
  mode: Mode
  /** Bytes of answers that were taken off its hands. */
  readonly written: () => number
  readonly close: () => Promise<void>
}

export const status = (code: number, headers = '', body = ''): Mode => ({
  kind: 'answer',
  head: `HTTP/1.1 ${code} X\r\nContent-Length: ${body.length}\r\n${headers}`,
  body,
})

/** @param tls PEM texts; plain TCP without */
export async function startReceiver(tls?: {
  readonly cert: string
  readonly key: string
}): Promise<ScriptedReceiver> {
  const sockets = new Set<Socket>()
  const timers = new Set<NodeJS.Timeout>()
  const requests: ReceivedRequest[] = []
  let written = 0
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const receiver: ScriptedReceiver = {
    port: address.port,
    requests,
    mode: status(200),
    written: () => written,
    close: async () => {
      for (const timer of timers) clearInterval(timer)
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }

  function serve(socket: Socket): void {
    sockets.add(socket)
    // Peers of these tests go away in every manner.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const request = wholeRequest(text)
      if (request === undefined) return
      requests.push(request)
      answer(socket, receiver.mode)
    })
  }

  function answer(socket: Socket, mode: Mode): void {
    switch (mode.kind) {
      case 'answer':
        socket.end(`${mode.head}\r\n${mode.body ?? ''}`)
        return
      case 'empty':
        socket.end()
        return
      case 'reset':
        socket.resetAndDestroy()
        return
      case 'silent':
        return
      case 'drip': {
        let place = 0
        socket.write(mode.first)
        const timer = setInterval(() => {
          socket.write(mode.text.charAt(place))
          place += 1
          if (place >= mode.text.length) clearInterval(timer)
        }, mode.everyMs)
        timers.add(timer)
        return
      }
      case 'endless': {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        const block = Buffer.alloc(65_536, 'x')
        const more = () => {
          while (!socket.destroyed && socket.write(block)) written += block.length
        }
        socket.on('drain', more)
        more()
      }
    }
  }

  return receiver
}

function wholeRequest(text: string): ReceivedRequest | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
  const body = text.slice(end + 4)
  return body.length < length ? undefined : { head, body }
}
