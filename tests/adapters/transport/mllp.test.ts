import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type MllpLimits, type MllpServer, startMllpServer } from '../../../adapters/transport/mllp.js'

const HEADER = 'MSH|^~\\&|A|B|C|D|20261120||ADT^A08|M-1|P|2.5'
const framed = (text: string) => Buffer.from(`\x0b${text}\x1c\r`, 'latin1')

interface Line {
  readonly event: string
  readonly fields: unknown
}

describe('MLLP server', () => {
  const servers: MllpServer[] = []
  const sockets: Socket[] = []
  const logged: Line[] = []
  const log = {
    info: (event: string, fields?: unknown) => void logged.push({ event, fields }),
    warn: (event: string, fields?: unknown) => void logged.push({ event, fields }),
    error: (event: string, fields?: unknown) => void logged.push({ event, fields }),
  }
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await Promise.all(servers.splice(0).map((server) => server.stop(100)))
    logged.length = 0
  })

  const echo = async (raw: Uint8Array) => Buffer.from(`ok ${Buffer.from(raw).toString('latin1')}`)
  async function start(
    handle: (raw: Uint8Array) => Promise<Uint8Array | undefined> = echo,
    limits: Partial<MllpLimits> = {},
    held: () => boolean = () => false,
  ): Promise<MllpServer> {
    const server = await startMllpServer({
      host: '127.0.0.1',
      port: 0,
      log,
      handle,
      held,
      limits: { watchMs: 10, ...limits },
    })
    servers.push(server)
    return server
  }
  async function client(server: MllpServer, options: { allowHalfOpen?: boolean } = {}) {
    const socket = connect({ host: '127.0.0.1', port: server.port, ...options })
    sockets.push(socket)
    const received: Buffer[] = []
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    const text = () => Buffer.concat(received).toString('latin1')
    const until = async (done: () => boolean) => {
      for (let i = 0; i < 400 && !done(); i++) await wait(5)
      assert.ok(done(), `not seen: ${JSON.stringify(text())}`)
    }
    return {
      socket,
      text,
      answered: (expected: string) => until(() => text() === expected),
      closed: () => until(() => socket.closed || socket.readableEnded),
    }
  }
  const answers = (...texts: readonly string[]) => texts.map((text) => `\x0bok ${text}\x1c\r`).join('')

  it('answers a frame', async () => {
    const { socket, answered } = await client(await start())
    socket.write(framed('A'))
    await answered(answers('A'))
  })
  it('answers a frame that comes one byte a packet', async () => {
    const { socket, answered } = await client(await start())
    socket.setNoDelay(true)
    for (const byte of framed('ABC')) {
      socket.write(Buffer.of(byte))
      await wait(1)
    }
    await answered(answers('ABC'))
  })
  it('handles the frames of a connection one after the other, and answers in order', async () => {
    const busy = { now: 0, most: 0 }
    const delays = [30, 1, 10]
    const server = await start(async (raw) => {
      busy.now += 1
      busy.most = Math.max(busy.most, busy.now)
      await wait(delays[Number(Buffer.from(raw).toString())] ?? 0)
      busy.now -= 1
      return echo(raw)
    })
    const { socket, answered } = await client(server)
    socket.write(Buffer.concat(['0', '1', '2'].map(framed)))
    await answered(answers('0', '1', '2'))
    assert.equal(busy.most, 1)
  })
  it('sends nothing for an empty answer and keeps the connection', async () => {
    const server = await start(async (raw) => (raw[0] === 0x4e ? new Uint8Array() : echo(raw)))
    const { socket, answered } = await client(server)
    socket.write(Buffer.concat([framed('NE'), framed('B')]))
    await answered(answers('B'))
  })
  it('gives no answer and closes when nothing could be stored, and leaves what waits', async () => {
    const handled: string[] = []
    const server = await start(async (raw) => {
      handled.push(Buffer.from(raw).toString())
      return raw[0] === 0x58 ? undefined : echo(raw)
    })
    const { socket, text, closed } = await client(server)
    socket.write(Buffer.concat([framed('A'), framed('X'), framed('B')]))
    await closed()
    assert.equal(text(), answers('A'))
    assert.deepEqual(handled, ['A', 'X'])
  })
  it('closes without an answer when handling fails unexpectedly', async () => {
    const { socket, text, closed } = await client(await start(() => Promise.reject(new Error('broken'))))
    socket.write(framed('A'))
    await closed()
    assert.equal(text(), '')
    assert.ok(logged.some(({ event }) => event === 'mllp frame failed'))
  })
  it('answers a client that closes its side after the frame, then closes', async () => {
    const server = await start(async (raw) => {
      await wait(20)
      return echo(raw)
    })
    const { socket, text, closed } = await client(server, { allowHalfOpen: true })
    socket.end(framed('A'))
    await closed()
    assert.equal(text(), answers('A'))
  })
  it('ignores keep-alive frames', async () => {
    const { socket, answered } = await client(await start())
    socket.write(Buffer.concat([framed(''), framed('A')]))
    await answered(answers('A'))
  })
  it('refuses an unfinished frame by its control id and goes on with the next', async () => {
    const { socket, text } = await client(await start())
    socket.write(Buffer.concat([Buffer.from(`\x0b${HEADER}\rPID|`), framed('B')]))
    for (let i = 0; i < 100 && !text().includes('ok B'); i++) await wait(5)
    assert.match(text(), /\rMSA\|AE\|M-1\|.*ok B/s)
  })
  it('gives no answer to an unfinished frame without control id', async () => {
    const { socket, answered } = await client(await start())
    socket.write(Buffer.concat([Buffer.from('\x0bjunk'), framed('B')]))
    await answered(answers('B'))
    assert.ok(logged.some(({ event }) => event === 'mllp frame not ended before the next'))
  })
  it('stops reading at the frame limit, refuses by control id, and closes', async () => {
    const { socket, text, closed } = await client(await start(echo, { frameBytesMax: 1_000 }))
    socket.write(Buffer.from(`\x0b${HEADER}\r${'x'.repeat(100_000)}`))
    await closed()
    assert.match(text(), /\rMSA\|AR\|M-1\|MSH: a frame has at most 1000 bytes\r/)
  })
  it('closes on noise without any frame', async () => {
    const { socket, text, closed } = await client(await start())
    socket.write(`${HEADER}\r`.repeat(100))
    await closed()
    assert.equal(text(), '')
  })
  it('closes a frame that does not end in time, and logs its bytes and age', async () => {
    const { socket, closed } = await client(await start(echo, { frameIdleMsMax: 40 }))
    socket.write('\x0bABC')
    await closed()
    const line = logged.find(({ event }) => event === 'mllp frame not ended in time')
    assert.equal((line!.fields as { bufferedBytes: number }).bufferedBytes, 3)
  })
  it('closes a frame that drips for ever', async () => {
    const { socket, closed } = await client(await start(echo, { frameTotalMsMax: 60 }))
    socket.write('\x0b')
    const drip = setInterval(() => socket.write('x'), 5)
    await closed().finally(() => clearInterval(drip))
  })
  it('closes a connection that stays idle, but not while a frame is handled', async () => {
    const slow = async (raw: Uint8Array) => {
      await wait(120)
      return echo(raw)
    }
    const { socket, text, closed } = await client(await start(slow, { connectionIdleMsMax: 40 }))
    socket.write(framed('A'))
    await closed()
    assert.equal(text(), answers('A'))
  })
  it('reads no more while many frames wait, and answers all in the end', async () => {
    const gate = { open: false, handled: 0 }
    const server = await start(
      async (raw) => {
        while (!gate.open) await wait(5)
        gate.handled += 1
        return echo(raw)
      },
      { queuedFramesMax: 2 },
    )
    const { socket, text } = await client(server)
    const names = Array.from({ length: 200 }, (_, i) => `${i}-${'x'.repeat(20_000)}`)
    for (const name of names) socket.write(framed(name))
    await wait(150)
    assert.ok(socket.writableLength > 0, 'the sender is held back')
    gate.open = true
    const expected = answers(...names)
    for (let i = 0; i < 400 && text().length < expected.length; i++) await wait(5)
    assert.ok(text() === expected)
  })
  it('reads nothing and refuses nothing under pressure, and goes on afterwards', async () => {
    const pressure = { held: false }
    const server = await start(echo, { connectionIdleMsMax: 60 }, () => pressure.held)
    const early = await client(server)
    early.socket.write(framed('A'))
    await early.answered(answers('A'))
    pressure.held = true
    const late = await client(server)
    late.socket.write(framed('C'))
    // What was read before is answered; after that nothing is read.
    early.socket.write(framed('B'))
    await early.answered(answers('A', 'B'))
    early.socket.write(framed('D'))
    await wait(150)
    assert.equal(late.text() + early.text(), answers('A', 'B'))
    assert.equal(server.connections(), 2)
    pressure.held = false
    await late.answered(answers('C'))
    await early.answered(answers('A', 'B', 'D'))
  })
  it('cuts off a peer that does not read its answers', async () => {
    const big = Buffer.alloc(4_000_000, 0x78)
    const server = await start(async () => big, { writeMsMax: 60 })
    const { socket } = await client(server)
    socket.pause()
    socket.removeAllListeners('data')
    for (let i = 0; i < 5; i++) socket.write(framed('A'))
    for (let i = 0; i < 200 && server.connections() > 0; i++) await wait(10)
    assert.equal(server.connections(), 0)
    assert.ok(logged.some(({ event }) => event === 'mllp peer does not read its answers'))
  })
  it('limits connections in total and by peer', async () => {
    for (const limits of [{ connectionsMax: 1 }, { connectionsPerPeerMax: 1 }]) {
      const server = await start(echo, limits)
      const first = await client(server)
      const second = await client(server)
      await second.closed()
      first.socket.write(framed('A'))
      await first.answered(answers('A'))
      assert.equal(server.connections(), 1)
    }
  })
  it('lets in only the addresses that are listed', async () => {
    const options = { host: '127.0.0.1', port: 0, log, handle: echo }
    const closedServer = await startMllpServer({ ...options, allowedAddresses: ['10.0.0.0/8', '192.0.2.1'] })
    const openServer = await startMllpServer({ ...options, allowedAddresses: ['127.0.0.0/8'] })
    servers.push(closedServer, openServer)
    await (await client(closedServer)).closed()
    const { socket, answered } = await client(openServer)
    socket.write(framed('A'))
    await answered(answers('A'))
  })
  it('answers the frame in hand when it is stopped, and not those that wait', async () => {
    const handled: string[] = []
    const server = await start(async (raw) => {
      handled.push(Buffer.from(raw).toString())
      await wait(60)
      return echo(raw)
    })
    const { socket, text, closed } = await client(server)
    socket.write(Buffer.concat([framed('A'), framed('B')]))
    for (let i = 0; i < 100 && handled.length === 0; i++) await wait(2)
    await server.stop(2_000)
    await closed()
    assert.equal(text(), answers('A'))
    assert.deepEqual(handled, ['A'])
    await assert.rejects(client(server), { code: 'ECONNREFUSED' })
  })
  it('stops at the end of the drain time though a frame is still in hand', async () => {
    const server = await start(() => new Promise(() => undefined))
    const { socket } = await client(server)
    socket.write(framed('A'))
    await wait(30)
    const from = Date.now()
    await server.stop(50)
    assert.ok(Date.now() - from < 1_000)
  })
  it('commits what was handled though the sender is gone', async () => {
    const handled: string[] = []
    const server = await start(async (raw) => {
      await wait(30)
      handled.push(Buffer.from(raw).toString())
      return echo(raw)
    })
    const { socket } = await client(server)
    socket.write(framed('A'))
    await wait(10)
    socket.destroy()
    for (let i = 0; i < 100 && handled.length === 0; i++) await wait(5)
    assert.deepEqual(handled, ['A'])
  })
})
