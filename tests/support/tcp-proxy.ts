/** A TCP proxy on loopback that can hold back, cut and refuse what goes through it. */
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
  readonly connections: () => number
  readonly close: () => Promise<void>
}

export async function startTcpProxy(targetPort: number, host = '127.0.0.1'): Promise<TcpProxy> {
  const pairs = new Map<Socket, Socket>()
  const kept: { readonly to: Socket; readonly bytes: Buffer }[] = []
  const state = { holding: false, refusing: false }
  const server = createServer((client) => {
    if (state.refusing) {
      client.resetAndDestroy()
      return
    }
    const target = connect(targetPort, host)
    pairs.set(client, target)
    client.on('data', (bytes) => {
      if (state.holding) kept.push({ to: target, bytes })
      else target.write(bytes)
    })
    target.on('data', (bytes) => void client.write(bytes))
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
    connections: () => pairs.size,
    close: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
