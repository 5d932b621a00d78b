/** What Redis may do to the doorbells (reliability.md 8, F-01 to F-08), on a server of our own. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Queue } from 'bullmq'
import { type BullmqOptions, openBullmqDispatcher } from '../../queue/bullmq-dispatcher.js'
import type { Dispatcher } from '../../queue/contract.js'
import { jobIdOf, queueNameOf } from '../../queue/job-id.js'
import { freePort } from '../support/free-port.js'
import { hasRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.js'
import { startTcpProxy } from '../support/tcp-proxy.js'
import { laneModel, recordedLog, until } from './lane-model.js'

const suite = hasRedisServer() ? describe : describe.skip
if (!hasRedisServer()) process.stderr.write('no redis-server on the path: Redis fault tests are left out\n')

suite('doorbells over a Redis that fails', function () {
  this.timeout(30_000)
  const servers: RedisServer[] = []
  const dispatchers: Dispatcher[] = []
  const server = async (port?: number, ...settings: string[]) => {
    const started = await startRedisServer(port, ...settings)
    servers.push(started)
    return started
  }
  const dispatcher = (url: string, more: Partial<BullmqOptions> = {}) => {
    const log = recordedLog()
    const opened = openBullmqDispatcher({
      redis: { kind: 'single', url },
      incarnation: randomUUID(),
      concurrency: 4,
      log,
      sweepMs: 100,
      ...more,
    })
    dispatchers.push(opened)
    return { opened, log }
  }
  // BullMQ has a line of its own for the console.
  const { warn } = console
  before(() => {
    console.warn = () => undefined
  })
  after(() => {
    console.warn = warn
  })
  afterEach(async () => {
    for (const opened of dispatchers.splice(0)) await opened.stop(500)
    for (const started of servers.splice(0)) await started.stop()
  })

  it('starts and works while Redis is away, and uses it once it is there', async () => {
    const port = await freePort()
    const { opened } = dispatcher(`redis://127.0.0.1:${port}`)
    const model = laneModel(5)
    await opened.start(model)
    assert.equal(opened.mode(), 'sweep-only')
    for (let row = 0; row < 50; row += 1) opened.ring(model.add(`p-${row % 10}`, row))
    await until(() => model.waiting() === 0, 5_000, 'worked without Redis')
    await server(port)
    await until(() => opened.mode() === 'bullmq', 5_000, 'Redis in use')
  })

  it('goes on when Redis is killed in the middle and recovers without a restart', async () => {
    const first = await server()
    const { opened } = dispatcher(first.url)
    const model = laneModel(5)
    await opened.start(model)
    await until(() => opened.mode() === 'bullmq', 5_000, 'Redis in use')
    for (let row = 0; row < 300; row += 1) {
      if (row === 100) first.signal('SIGKILL')
      if (row === 200) await server(first.port)
      opened.ring(model.add(`p-${row % 20}`, row))
    }
    await until(() => model.waiting() === 0, 10_000, 'all rows worked')
    await until(() => opened.mode() === 'bullmq', 5_000, 'Redis in use again')
  })

  it('loses nothing when Redis is emptied again and again', async () => {
    const redis = await server()
    const { opened } = dispatcher(redis.url)
    const model = laneModel(5)
    await opened.start(model)
    await until(() => opened.mode() === 'bullmq', 5_000, 'Redis in use')
    for (let row = 0; row < 300; row += 1) {
      opened.ring(model.add(`p-${row % 20}`, row))
      if (row % 50 === 0) await redis.command('FLUSHALL')
    }
    await until(() => model.waiting() === 0, 10_000, 'all rows worked')
  })

  it('rings within its cap while Redis hangs, and works on', async () => {
    const redis = await server()
    const { opened } = dispatcher(redis.url)
    const model = laneModel(5)
    await opened.start(model)
    await until(() => opened.mode() === 'bullmq', 5_000, 'Redis in use')
    redis.signal('SIGSTOP')
    const began = Date.now()
    for (let row = 0; row < 50; row += 1) opened.ring(model.add(`p-${row}`, row))
    assert.ok(Date.now() - began < 200, 'a ring waits for nothing')
    await until(() => model.waiting() === 0, 5_000, 'worked without Redis')
    assert.equal(opened.mode(), 'sweep-only')
    redis.signal('SIGCONT')
  })

  it('works on when Redis is full', async () => {
    const redis = await server(undefined, '--maxmemory', '1mb', '--maxmemory-policy', 'noeviction')
    const { opened } = dispatcher(redis.url)
    const model = laneModel(5)
    await opened.start(model)
    for (let row = 0; row < 50; row += 1) opened.ring(model.add(`p-${row}`, row))
    await until(() => model.waiting() === 0, 5_000, 'all rows worked')
  })

  it('warns of a Redis that evicts keys', async () => {
    const redis = await server(undefined, '--maxmemory-policy', 'allkeys-lru')
    const { log } = dispatcher(redis.url)
    await until(() => log.lines.some((line) => line.includes('evicts')), 5_000, 'warning')
  })

  it('puts nothing into Redis but the lane’s name, and leaves no finished job', async () => {
    const redis = await server()
    const { opened } = dispatcher(redis.url)
    const model = laneModel(5)
    await opened.start(model)
    await until(() => opened.mode() === 'bullmq', 5_000, 'Redis in use')
    opened.ring(model.add('p-1', 0))
    await until(() => model.waiting() === 0, 5_000, 'worked')
    await new Promise((resolve) => setTimeout(resolve, 200))
    const keys = (await redis.command('KEYS', '*')) as string[]
    assert.deepEqual(
      keys.filter((key) => key.includes(':d-')),
      [],
    )
  })

  it('shares lanes between processes and lets a ring through that another one placed', async () => {
    const redis = await server()
    const incarnation = randomUUID()
    const model = laneModel(5, 10)
    const { opened: worker } = dispatcher(redis.url, { incarnation, sweepMs: 600_000 })
    await worker.start(model)
    const { opened: api } = dispatcher(redis.url, { incarnation })
    await until(() => api.mode() === 'bullmq' && worker.mode() === 'bullmq', 5_000, 'Redis in use')
    const lane = model.add('p-1', 0)
    api.ring(lane)
    await until(() => model.mostAtOnce() === 1, 5_000, 'in hand')
    model.add('p-1', 1)
    api.ring(lane)
    await until(() => model.waiting() === 0, 5_000, 'second row without a sweep')
  })

  it('hears a ring that comes after the last look at the lane and before its job is gone', async () => {
    const redis = await server()
    const proxy = await startTcpProxy(redis.port)
    try {
      const incarnation = randomUUID()
      const model = laneModel(5)
      const { opened: worker } = dispatcher(`redis://127.0.0.1:${proxy.port}`, {
        incarnation,
        sweepMs: 600_000,
      })
      // From the first look on, what the worker tells Redis does not get there: the job stays.
      const holding = {
        ...model,
        workLanes: (lanes: Parameters<typeof model.workLanes>[0]) => {
          proxy.holdRequests()
          return model.workLanes(lanes)
        },
      }
      await worker.start(holding)
      const { opened: api } = dispatcher(redis.url, { incarnation })
      await until(() => api.mode() === 'bullmq' && worker.mode() === 'bullmq', 5_000, 'Redis in use')
      const lane = model.add('p-1', 0)
      api.ring(lane)
      await until(() => proxy.held().includes(jobIdOf(incarnation, lane)), 5_000, 'job about to be removed')
      model.add('p-1', 1)
      api.ring(lane)
      await new Promise((resolve) => setTimeout(resolve, 100))
      proxy.letThrough()
      await until(() => model.waiting() === 0, 5_000, 'second row without a sweep')
    } finally {
      await proxy.close()
    }
  })

  it('does not use a Redis that evicts keys where that is refused, and works without', async () => {
    const redis = await server(undefined, '--maxmemory-policy', 'allkeys-lru')
    const { opened } = dispatcher(redis.url, { refuseEviction: true })
    const model = laneModel(5)
    await opened.start(model)
    await until(() => opened.redis?.()?.eviction === 'allkeys-lru', 5_000, 'Redis asked')
    assert.equal(opened.mode(), 'sweep-only')
    opened.ring(model.add('p-1', 0))
    await until(() => model.waiting() === 0, 5_000, 'worked')
  })

  it('two installations that share a Redis hear their own doorbells only, in time', async () => {
    const redis = await server()
    // No sweep within this test.
    const ours = dispatcher(redis.url, { sweepMs: 60_000 }).opened
    const theirs = dispatcher(redis.url, { sweepMs: 60_000 }).opened
    const model = laneModel(5)
    const heard: string[] = []
    await ours.start(model)
    await theirs.start({
      ...laneModel(5),
      workLanes: async (lanes) => {
        heard.push(...lanes)
        return new Set()
      },
    })
    await until(() => [ours, theirs].every((one) => one.mode() === 'bullmq'), 5_000, 'Redis in use')
    for (let row = 0; row < 40; row += 1) ours.ring(model.add(`p-${row}`, row))
    await until(() => model.waiting() === 0, 5_000, 'worked without a sweep')
    assert.deepEqual(heard, [])
  })

  it('replaces a worker that hears nothing, and says when that did not help', async () => {
    const redis = await server()
    const stuck = { calls: 0 }
    const onStuck = () => {
      stuck.calls += 1
    }
    const incarnation = randomUUID()
    const { opened, log } = dispatcher(redis.url, { stuckMs: 200, onStuck, incarnation })
    // Rings come in, and no worker is given them.
    const paused = new Queue(queueNameOf(incarnation), {
      connection: { host: '127.0.0.1', port: redis.port },
      prefix: 'stafett',
    })
    await paused.pause()
    const model = laneModel(5)
    await opened.start(model)
    await until(() => opened.mode() === 'bullmq', 5_000, 'Redis in use')
    const sending = setInterval(() => void opened.ring(model.add(`p-${Math.random()}`, 0)), 20)
    try {
      await until(() => stuck.calls > 0, 10_000, 'given up')
      assert.ok(log.lines.filter((line) => line.includes('worker replaced')).length >= 2)
      await paused.resume()
    } finally {
      clearInterval(sending)
      await paused.close()
    }
    await until(() => model.waiting() === 0, 5_000, 'the sweep worked all the same')
  })

  it('swallows no ring for a job that a former database left in Redis', async () => {
    const redis = await server()
    const { opened: former } = dispatcher(redis.url)
    await until(() => former.mode() === 'bullmq', 5_000, 'Redis in use')
    const model = laneModel(5)
    const lane = model.add('p-1', 0)
    // Rung, and no worker of that database is there any more.
    former.ring(lane)
    const left = async () => ((await redis.command('KEYS', '*:d-*')) as string[]).length
    while ((await left()) === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    const { opened } = dispatcher(redis.url, { sweepMs: 600_000 })
    await until(() => opened.mode() === 'bullmq', 5_000, 'Redis in use')
    await opened.start({ ...model, dueLanes: async () => [] })
    opened.ring(lane)
    await until(() => model.waiting() === 0, 5_000, 'worked without a sweep')
  })
})
