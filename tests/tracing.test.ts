import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HubError } from '../src/core/errors.js'
import { TRACEPARENT, untraced } from '../src/core/tracer.js'
import { openTracing, type Tracing } from '../src/tracing.js'
import { orderMessage, patientNumber } from './support/hl7-orders.js'
import { m1 } from './support/kith-fixtures.js'
import { inger } from './support/kith-people.js'
import { runHub } from './support/running-hub.js'

const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

interface SentSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
  readonly status: { readonly code?: number }
}

/** Takes what OTLP/HTTP brings, as JSON. */
async function openCollector() {
  const bodies: string[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      assert.equal(request.url, '/v1/traces')
      bodies.push(Buffer.concat(chunks).toString())
      response.setHeader('content-type', 'application/json')
      response.end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: (): SentSpan[] =>
      bodies.flatMap((body) =>
        (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] }).resourceSpans
          .flatMap(({ scopeSpans }) => scopeSpans)
          .flatMap(({ spans }) => spans),
      ),
    close: () => server.close(),
  }
}

const attribute = (span: SentSpan, name: string) =>
  span.attributes.find(({ key }) => key === name)?.value.stringValue

describe('tracing', () => {
  const open = (endpoint: string | undefined, percent = 100): Promise<Tracing> =>
    openTracing({ endpoint, percent, version: '0', process: 'p' })

  it('gives no span while there is no collector', async () => {
    const tracing = await open(undefined)
    assert.equal(await tracing.trace('x', {}, async (span) => span), undefined)
    assert.equal(await untraced.trace('x', {}, async () => 7), 7)
    await tracing.stop()
  })

  it('goes on with a caller’s trace, ties links, and tells codes of errors, not their texts', async () => {
    const collector = await openCollector()
    const tracing = await open(collector.url)
    const seen = await tracing.trace('outer', { parent: CALLER }, async (span) => {
      span?.link('00-11111111111111111111111111111111-2222222222222222-01')
      span?.link('nothing')
      return span?.traceparent
    })
    assert.match(seen ?? '', TRACEPARENT)
    await assert.rejects(
      tracing.trace('broken', {}, async () => {
        throw new HubError('MESSAGE_INVALID', 'secret place')
      }),
      { code: 'MESSAGE_INVALID' },
    )
    await tracing.stop()
    const [outer, broken] = collector.spans()
    assert.equal(outer?.traceId, '0af7651916cd43dd8448eb211c80319c')
    assert.equal(outer?.parentSpanId, 'b7ad6b7169203331')
    assert.equal(outer?.links?.length, 1)
    assert.equal(broken?.status.code, 2)
    assert.equal(attribute(broken!, 'error.type'), 'MESSAGE_INVALID')
    assert.ok(!collector.bodies.join().includes('secret'))
    collector.close()
  })

  it('begins no trace of its own at a share of nothing, and follows a caller who does', async () => {
    const collector = await openCollector()
    const tracing = await open(collector.url, 0)
    await tracing.trace('own', {}, async () => undefined)
    await tracing.trace('asked', { parent: CALLER }, async () => undefined)
    await tracing.stop()
    assert.deepEqual(
      collector.spans().map(({ name }) => name),
      ['asked'],
    )
    collector.close()
  })

  it('holds nobody up when the collector is away', async () => {
    const tracing = await open('http://127.0.0.1:1')
    assert.equal(await tracing.trace('x', {}, async () => 7), 7)
    await tracing.stop()
  })

  it('ties the work on a message to its intake, over the whole hub, without a word of health data', async function () {
    this.timeout(60_000)
    const collector = await openCollector()
    const hub = await runHub({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
    try {
      const response = await fetch(`${hub.url}/intake/hl7v2`, {
        method: 'POST',
        body: orderMessage({ patient: 1, order: 1 }),
        headers: { 'content-type': 'application/hl7-v2', traceparent: CALLER },
      })
      const id = response.headers.get('stafett-message') ?? ''
      assert.equal((await hub.settled(id)).state, 'done')
      const kith = await hub.send('eresept', m1({}), 'application/xml')
      await hub.settled(kith.messageId)
      await hub.sendMllp(orderMessage({ patient: 2, order: 2 }))
      await hub.send('hl7v2', 'PID|1||Hansen', 'application/hl7-v2')
      const seen = (await (await fetch(`${hub.url}/ops/messages/${id}`)).json()) as {
        timeline: { step: string; trace?: string }[]
      }
      assert.deepEqual(
        seen.timeline.map(({ trace }) => trace),
        seen.timeline.map(() => CALLER.split('-')[1]),
      )
    } finally {
      await hub.hub.stop()
    }
    const spans = collector.spans()
    const intake = spans.find(({ name, traceId }) => name === 'intake' && traceId === CALLER.split('-')[1])
    assert.ok(intake)
    const work = spans.find(
      ({ name, links }) =>
        (name === 'lanes' || name === 'lane') && links?.some(({ spanId }) => spanId === intake.spanId),
    )
    assert.ok(work, 'the span of the lane is tied to that of the intake')
    const sent = collector.bodies.join()
    for (const marker of [
      inger.id,
      patientNumber(1),
      'Prøve',
      'Hansen',
      'Atorvastatin',
      'Metoprolol',
      'C07AB02',
    ])
      assert.ok(!sent.includes(marker), marker)
    collector.close()
  })
})
