/** Every way in which a receiver fails (reliability.md F-27, F-34), against real sockets. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loopbackOnly, publicOr } from '../../../adapters/transport/address-guard.js'
import {
  HTTP_LIMITS,
  type HttpLimits,
  type HttpOutcome,
  type OutboundRequest,
  sendHttp,
} from '../../../adapters/transport/http.js'
import { freePort } from '../../support/free-port.js'
import { programOnPath } from '../../support/reachable.js'
import { type Mode, type ScriptedReceiver, startReceiver, status } from '../../support/scripted-receiver.js'

const NEVER_MS = 600_000
/** Each test shortens the one limit that it is about. */
const LONG: HttpLimits = {
  connectMs: NEVER_MS,
  tlsMs: NEVER_MS,
  firstByteMs: NEVER_MS,
  wholeMs: NEVER_MS,
  answerBytesMax: 65_536,
}
const SHORT_MS = 40

describe('outbound HTTP', () => {
  let receiver: ScriptedReceiver
  beforeEach(async () => {
    receiver = await startReceiver()
  })
  afterEach(() => receiver.close())

  const send = (
    limits: Partial<HttpLimits> = {},
    more: Partial<OutboundRequest> = {},
  ): Promise<HttpOutcome> =>
    sendHttp(
      {
        url: new URL(`http://127.0.0.1:${receiver.port}/lists?x=1`),
        method: 'POST',
        headers: { 'Content-Type': 'text/plain', 'X-Own': 'yes' },
        body: Buffer.from('hello'),
        guard: loopbackOnly,
        ...more,
      },
      { ...LONG, ...limits },
    )
  const answered = async (mode: Mode, limits: Partial<HttpLimits> = {}) => {
    receiver.mode = mode
    const outcome = await send(limits)
    assert.ok(outcome.kind === 'answered', JSON.stringify(outcome))
    return outcome.answer
  }
  const failed = (fault: string, sent: boolean) => ({ kind: 'failed', fault, sent })

  it('has the limits of the specification', () => {
    assert.deepEqual(HTTP_LIMITS, {
      connectMs: 3_000,
      tlsMs: 3_000,
      firstByteMs: 10_000,
      wholeMs: 30_000,
      answerBytesMax: 65_536,
    })
  })

  it('sends the request whole and reads the answer', async () => {
    const answer = await answered(status(201, 'Content-Type: text/xml\r\n', '<ok/>'))
    assert.deepEqual(
      { ...answer, body: Buffer.from(answer.body).toString() },
      { status: 201, retryAfter: undefined, contentType: 'text/xml', body: '<ok/>', whole: true },
    )
    const [request] = receiver.requests
    assert.match(request?.head ?? '', /^POST \/lists\?x=1 HTTP\/1\.1\r\n/)
    assert.match(request?.head ?? '', /\r\nX-Own: yes\r\n/)
    assert.match(request?.head ?? '', /\r\nConnection: close/)
    assert.equal(request?.body, 'hello')
  })

  it('gives every status as it is, and follows no redirect', async () => {
    for (const code of [204, 301, 400, 410, 429, 500, 503]) {
      const headers = `Location: http://127.0.0.1:${receiver.port}/elsewhere\r\nRetry-After: 7\r\n`
      const answer = await answered(status(code, headers))
      assert.deepEqual([answer.status, answer.retryAfter], [code, '7'])
    }
    assert.equal(receiver.requests.length, 7)
  })

  it('tells a request without an answer from one that was never sent', async () => {
    receiver.mode = { kind: 'empty' }
    assert.deepEqual(await send(), failed('connection-lost', true))
    receiver.mode = { kind: 'reset' }
    assert.deepEqual(await send(), failed('connection-lost', true))
    receiver.mode = { kind: 'answer', head: 'SSH-2.0-x\r\n' }
    assert.deepEqual(await send(), failed('answer-unreadable', true))
    const url = new URL(`http://127.0.0.1:${await freePort()}`)
    assert.deepEqual(await send({}, { url }), failed('not-connected', false))
  })

  it('ends the wait for an answer that does not come', async () => {
    receiver.mode = { kind: 'silent' }
    assert.deepEqual(await send({ firstByteMs: SHORT_MS }), failed('answer-timeout', true))
  })

  it('ends the whole when headers come a byte at a time', async () => {
    receiver.mode = { kind: 'drip', first: 'HTTP/1.1 200 OK\r\nA: ', text: 'x'.repeat(10_000), everyMs: 5 }
    assert.deepEqual(await send({ wholeMs: 60 }), failed('answer-timeout', true))
  })

  it('takes the status of an answer whose body drips, breaks off or does not end', async () => {
    const first = 'HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n'
    receiver.mode = { kind: 'drip', first, text: 'x'.repeat(10_000), everyMs: 5 }
    const dripped = await send({ wholeMs: 300 })
    assert.ok(dripped.kind === 'answered' && dripped.answer.status === 200 && !dripped.answer.whole)
    const broken = await answered({
      kind: 'answer',
      head: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n',
      body: 'x',
    })
    assert.deepEqual([broken.status, broken.whole], [200, false])
  })

  it('reads no more of a huge answer than is asked for', async () => {
    const answer = await answered({ kind: 'endless' }, { answerBytesMax: 1_000 })
    assert.deepEqual([answer.status, answer.body.length, answer.whole], [200, 1_000, false])
    await new Promise((resolve) => setTimeout(resolve, 20))
    const written = receiver.written()
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(receiver.written(), written)
  })

  it('ends the wait for a name, a connection and a handshake', async () => {
    const hanging = (() => undefined) as unknown as NonNullable<OutboundRequest['lookup']>
    const url = new URL(`http://slow.invalid:${receiver.port}`)
    assert.deepEqual(
      await send({ connectMs: SHORT_MS }, { url, lookup: hanging }),
      failed('connect-timeout', false),
    )
    const mute = createServer().listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const { port } = mute.address() as { port: number }
    const secure = { url: new URL(`https://127.0.0.1:${port}`) }
    assert.deepEqual(await send({ tlsMs: SHORT_MS }, secure), failed('tls-timeout', false))
    mute.close()
  })

  it('knows a receiver that speaks no TLS', async () => {
    const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    )
    await once(plain, 'listening')
    const { port } = plain.address() as { port: number }
    assert.deepEqual(await send({}, { url: new URL(`https://127.0.0.1:${port}`) }), failed('tls', false))
    plain.close()
  })

  it('asks the guard about every address that a name leads to', async () => {
    const url = new URL(`http://receiver.invalid:${receiver.port}`)
    const resolving = (...addresses: string[]) => ({
      url,
      lookup: ((_name: string, _options: object, callback: (error: null, found: object[]) => void) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        )) as unknown as NonNullable<OutboundRequest['lookup']>,
    })
    const asked: string[] = []
    const guard = (address: string) => {
      asked.push(address)
      return loopbackOnly(address)
    }
    assert.equal((await send({}, { ...resolving('127.0.0.1'), guard })).kind, 'answered')
    // The name leads elsewhere by now.
    for (const address of ['10.0.0.1', '169.254.169.254', '::ffff:10.0.0.1', '93.184.215.14'])
      assert.deepEqual(
        await send({}, { ...resolving(address), guard }),
        failed('address-refused', false),
        address,
      )
    assert.equal((await send({}, { ...resolving('10.0.0.1', '127.0.0.1'), guard })).kind, 'answered')
    assert.equal(asked.length, 7)
    const gone = ((_name: string, _options: object, callback: (error: Error) => void) =>
      callback(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))) as unknown as NonNullable<
      OutboundRequest['lookup']
    >
    assert.deepEqual(await send({}, { url, lookup: gone }), failed('name-not-found', false))
  })

  it('asks the guard about an address that stands in the URL', async () => {
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433'])
      assert.deepEqual(
        await send({}, { url: new URL(`http://${host}:${receiver.port}`), guard: publicOr([]) }),
        failed('address-refused', false),
        host,
      )
    assert.equal(receiver.requests.length, 0)
  })
})

describe('outbound HTTPS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stafett-tls-'))
  after(() => rmSync(folder, { recursive: true }))

  it('refuses a certificate that nobody vouches for, and takes it from an authority that is named', async function () {
    const openssl = programOnPath('openssl')
    if (openssl === undefined) this.skip()
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const about = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '1']
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    execFileSync(openssl, ['req', '-x509', ...ec, '-keyout', key, '-out', cert, ...about], {
      stdio: 'ignore',
    })
    const ca = readFileSync(cert, 'utf8')
    const receiver = await startReceiver({ cert: ca, key: readFileSync(key, 'utf8') })
    const request = {
      url: new URL(`https://localhost:${receiver.port}`),
      method: 'POST' as const,
      headers: {},
      body: Buffer.from('x'),
      guard: loopbackOnly,
    }
    try {
      assert.deepEqual(await sendHttp(request, LONG), { kind: 'failed', fault: 'tls', sent: false })
      assert.equal(receiver.requests.length, 0)
      const outcome = await sendHttp({ ...request, tls: { ca } }, LONG)
      assert.ok(outcome.kind === 'answered' && outcome.answer.status === 200)
    } finally {
      await receiver.close()
    }
  })
})
