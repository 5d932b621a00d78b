import assert from 'node:assert/strict'
import { HubError } from '../src/core/errors.js'
import { TRACEPARENT, untraced } from '../src/core/tracer.js'
import { openTracing, type Tracing } from '../src/tracing.js'
import { attribute, openCollector } from './support/trace-collector.js'

const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

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
})
