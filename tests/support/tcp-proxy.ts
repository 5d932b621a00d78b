/** A TCP proxy on loopback that can hold back, delay, cut and refuse what goes through it. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** Bytes of clients are kept back until `letThrough`; connections stay open. */
  readonly holdRequests: () => void
  /** What was kept back, as text. */
  readonly held: () => string
  readonly letThrough: () => void
  /** Resets every connection that is open now. */
  readonly cut: () => void
  /** While true, new connections are reset at once. */
  readonly refuse: (refusing: boolean) => void
  /** Bytes of clients go on so many milliseconds late, in order; 0 ends it. */
  readonly delay: (delayMs: number) => void
  /** The next request that holds this text goes on, and its connection is reset before any answer to it. */
  readonly loseAnswerTo: (marker: string) => void
  /** Each connection is reset once it has carried so many bytes of clients; Infinity ends it. */
  readonly cutAfterBytes: (bytes: number) => void
  readonly connections: () => number
  readonly close: () => Promise<void>
}

export async function startTcpProxy(targetPort: number, host = '127.0.0.1'): Promise<TcpProxy> {
  const pairs = new Map<Socket, Socket>()
  const kept: { readonly to: Socket; readonly bytes: Buffer }[] = []
  const state = {
    holding: false,
    refusing: false,
    delayMs: 0,
    marker: '',
    bytesMax: Number.POSITIVE_INFINITY,
  }
  const server = createServer((client) => {
    if (state.refusing) {
      client.resetAndDestroy()
      return
    }
    const target = connect(targetPort, host)
    pairs.set(client, target)
    const own = { carried: 0, mute: false }
    client.on('data', (bytes) => {
      own.carried += bytes.length
      if (state.marker !== '' && bytes.includes(state.marker)) {
        state.marker = ''
        own.mute = true
      }
      if (state.holding) kept.push({ to: target, bytes })
      else if (own.carried > state.bytesMax) client.resetAndDestroy()
      else if (state.delayMs > 0) setTimeout(() => target.write(bytes), state.delayMs)
      else target.write(bytes)
    })
    target.on('data', (bytes) => {
      if (own.mute) client.resetAndDestroy()
      else client.write(bytes)
    })
    const end = () => {
      pairs.delete(client)
      client.destroy()
      target.destroy()
    }
    for (const socket of [client, target]) socket.on('close', end).on('error', end)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const cut = () => {
    for (const client of pairs.keys()) client.resetAndDestroy()
  }
  return {
    port: address.port,
    holdRequests: () => {
      state.holding = true
    },
    held: () => Buffer.concat(kept.map(({ bytes }) => bytes)).toString('latin1'),
    letThrough: () => {
      state.holding = false
      for (const { to, bytes } of kept.splice(0)) to.write(bytes)
    },
    cut,
    refuse: (refusing) => {
      state.refusing = refusing
    },
    delay: (delayMs) => {
      state.delayMs = delayMs
    },
    loseAnswerTo: (marker) => {
      state.marker = marker
    },
    cutAfterBytes: (bytes) => {
      state.bytesMax = bytes
    },
    connections: () => pairs.size,
    close: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
