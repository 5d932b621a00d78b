/** One contract, both dispatchers (reliability.md 5.13). Settings run at a tenth or less. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { openBullmqDispatcher } from '../../queue/bullmq-dispatcher.js'
import type { Dispatcher } from '../../queue/contract.js'
import { openInProcessDispatcher } from '../../queue/in-process-dispatcher.js'
import type { Log } from '../../src/core/ports.js'
import { redisAnswers, TEST_REDIS_URL } from '../support/reachable.js'
import { laneModel, recordedLog, until } from './lane-model.js'

interface Variant {
  readonly name: Dispatcher['kind']
  readonly open: (log: Log, sweepMs: number) => Dispatcher
}

const CONCURRENCY = 4
const PREFIX = `stafett-test-${process.pid}-${randomUUID().slice(0, 8)}`
const inProcess: Variant = {
  name: 'in-process',
  open: (log, sweepMs) => openInProcessDispatcher({ concurrency: CONCURRENCY, log, sweepMs }),
}
const bullmq: Variant = {
  name: 'bullmq',
  open: (log, sweepMs) =>
    openBullmqDispatcher({
      redis: { kind: 'single', url: TEST_REDIS_URL },
      incarnation: randomUUID(),
      prefix: PREFIX,
      concurrency: CONCURRENCY,
      log,
      sweepMs,
    }),
}

const NEVER_MS = 600_000

async function removeOwnKeys(): Promise<void> {
  const client = new Redis(TEST_REDIS_URL)
  const keys = await client.keys(`${PREFIX}:*`)
  if (keys.length > 0) await client.del(...keys)
  client.disconnect()
}
const variants = (await redisAnswers()) ? [inProcess, bullmq] : [inProcess]
if (variants.length === 1)
  process.stderr.write('Redis does not answer at TEST_REDIS_URL: BullMQ tests are left out\n')

for (const variant of variants)
  describe(`dispatcher contract, ${variant.name}`, function () {
    this.timeout(20_000)
    const open: Dispatcher[] = []
    const start = async (model: ReturnType<typeof laneModel>, sweepMs = NEVER_MS) => {
      const dispatcher = variant.open(recordedLog(), sweepMs)
      open.push(dispatcher)
      await dispatcher.start(model)
      await until(() => dispatcher.mode() === variant.name, 5_000, 'ready')
      return dispatcher
    }
    afterEach(async () => {
      for (const dispatcher of open.splice(0)) await dispatcher.stop(1_000)
    })
    after(async () => {
      if (variant.name === 'bullmq') await removeOwnKeys()
    })

    it('works a rung lane off in order, also what remains beyond one claim', async () => {
      const model = laneModel(3)
      const dispatcher = await start(model)
      const lane = model.add('p-1', 0)
      for (let row = 1; row < 10; row += 1) model.add('p-1', row)
      dispatcher.ring(lane)
      await until(() => model.waiting() === 0, 5_000, 'lane empty')
      assert.deepEqual(model.worked.get(lane), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    })

    it('hears a ring that comes while the lane is being worked', async () => {
      const model = laneModel(50, 20)
      const dispatcher = await start(model)
      const lane = model.add('p-1', 0)
      dispatcher.ring(lane)
      await until(() => model.waiting() === 0, 5_000, 'row taken')
      model.add('p-1', 1)
      dispatcher.ring(lane)
      await until(() => model.worked.get(lane)?.length === 2, 5_000, 'second row')
    })

    it('works no lane twice at the same time and no more lanes than allowed', async () => {
      const model = laneModel(2, 3)
      const dispatcher = await start(model)
      for (let row = 0; row < 60; row += 1) {
        const lane = model.add(`p-${row % 12}`, row)
        dispatcher.ring(lane)
        dispatcher.ring(lane)
      }
      await until(() => model.waiting() === 0, 10_000, 'all lanes empty')
      assert.equal(model.overlaps(), 0)
      assert.ok(model.mostAtOnce() <= CONCURRENCY)
      for (const rows of model.worked.values())
        assert.deepEqual(
          rows,
          [...rows].sort((a, b) => a - b),
        )
    })

    it('lets a lane with a thousand rows hold up no lane with one', async () => {
      const model = laneModel(10)
      const dispatcher = await start(model)
      let long = model.add('long', 0)
      for (let row = 1; row < 1_000; row += 1) long = model.add('long', row)
      dispatcher.ring(long)
      const short = Array.from({ length: 40 }, (_, lane) => model.add(`p-${lane}`, lane))
      for (const lane of short) dispatcher.ring(lane)
      await until(() => short.every((lane) => model.worked.has(lane)), 10_000, 'short lanes')
      assert.ok((model.worked.get(long)?.length ?? 0) < 500, 'before half of the long one')
    })

    it('loses no row when 30 % of the rings are lost', async () => {
      const model = laneModel(5)
      const dispatcher = await start(model, 100)
      let found = 0
      for (let row = 0; row < 300; row += 1) {
        const lane = model.add(`p-${row % 40}`, row)
        if ((row * 7) % 10 >= 3) dispatcher.ring(lane)
        else found += 1
      }
      assert.ok(found > 80)
      await until(() => model.waiting() === 0, 10_000, 'all rows worked')
      assert.equal([...model.worked.values()].flat().length, 300)
    })

    it('finds work that nobody rang for', async () => {
      const model = laneModel(5)
      const sweeps: number[] = []
      const lane = model.add('p-1', 0)
      await start({ ...model, onSweep: (lanes) => void sweeps.push(lanes) }, 50)
      await until(() => model.worked.get(lane)?.length === 1, 5_000, 'swept')
      assert.ok(sweeps.includes(1))
    })

    it('takes no lane that waits in its own line for one whose doorbell was lost', async () => {
      const model = laneModel(1, 150)
      const sweeps: number[] = []
      const dispatcher = await start({ ...model, onSweep: (lanes) => void sweeps.push(lanes) }, 20)
      await until(() => sweeps.length > 0, 5_000, 'first sweep')
      for (let lane = 0; lane < 60; lane += 1) dispatcher.ring(model.add(`p-${lane}`, 0))
      await until(() => model.waiting() === 0, 20_000, 'all worked')
      if (dispatcher.kind === 'in-process') assert.deepEqual(new Set(sweeps), new Set([0]))
    })

    it('goes on after lane work that throws', async () => {
      const model = laneModel(5)
      let failures = 0
      const failing = {
        ...model,
        workLanes: async (lanes: Parameters<typeof model.workLanes>[0]) => {
          failures += 1
          if (failures === 1) throw new Error('planned')
          return model.workLanes(lanes)
        },
      }
      const dispatcher = await start(failing, 50)
      dispatcher.ring(model.add('p-1', 0))
      await until(() => model.waiting() === 0, 5_000, 'second try')
    })

    it('finishes the lanes in hand at stop and takes no new ones', async () => {
      const model = laneModel(1, 50)
      const dispatcher = await start(model)
      const lane = model.add('p-1', 0)
      dispatcher.ring(lane)
      await until(() => model.mostAtOnce() === 1, 5_000, 'in hand')
      await dispatcher.stop(2_000)
      assert.deepEqual(model.worked.get(lane), [0])
      dispatcher.ring(model.add('p-2', 1))
      assert.equal(model.waiting(), 1)
    })

    it('takes a ring before start and after stop without a word', async () => {
      const dispatcher = variant.open(recordedLog(), NEVER_MS)
      dispatcher.ring(laneModel(1).add('p-1', 0))
      await dispatcher.stop(10)
      dispatcher.ring(laneModel(1).add('p-1', 0))
    })
  })
