/**
 * Doorbells over Redis, so that any worker process takes any lane. A job names a lane and nothing else; Redis may lose
 * everything at any moment (reliability.md 5). While Redis is away rings go straight to this process's own workers.
 */
import { Queue, Worker } from 'bullmq'
import { codeOf } from '../src/core/errors.js'
import { type LaneKey, laneKey } from '../src/core/ids.js'
import type { Log } from '../src/core/ports.js'
import type { RedisAddress } from '../src/core/redis-address.js'
import type { Dispatcher } from './contract.js'
import { jobIdOf, queueNameOf } from './job-id.js'
import { connectRedis, keyPrefix } from './redis-connection.js'
import { mayEvict, type RedisFacts, readRedisFacts, reportRedis } from './redis-report.js'
import { type Sweep, startSweep } from './sweep.js'
import { atMost, openWorkerPool, type WorkerPool } from './worker-pool.js'

export interface BullmqOptions {
  readonly redis: RedisAddress
  /** Of the database (Store.incarnation); part of every job id. */
  readonly incarnation: string
  /** Lanes worked at the same time at most. */
  readonly concurrency: number
  readonly log: Log
  readonly sweepMs?: number
  /** First part of every key in Redis. */
  readonly prefix?: string
  /** A Redis that may evict keys is not used at all. */
  readonly refuseEviction?: boolean
  /** Without a job taken for this long although a lane waits, the worker object is replaced. */
  readonly stuckMs?: number
  /** Called when that did not help: the process should end and be started again. */
  readonly onStuck?: () => void
}

const KEY_PREFIX = 'stafett'
const RING_MS = 200
const RINGS_PENDING_MAX = 1_000
/** After a ring that failed, the next ones go straight to the workers for this long. */
const SUSPEND_MS = 1_000
const LOCK_MS = 30_000
const STUCK_MS = 30_000
const CLOSE_MS = 1_000
/** A stalled doorbell is only rung again. */
const STALLED_MAX = 1_000_000

export function openBullmqDispatcher(options: BullmqOptions): Dispatcher {
  const producer = openProducer(options)
  let consumer: Consumer | undefined
  return {
    kind: 'bullmq',
    mode: () => (producer.isUp() ? 'bullmq' : 'sweep-only'),
    redis: producer.facts,
    ring: (lane) => {
      if (consumer?.pool.has(lane) === true) void consumer.pool.run(lane)
      else producer.ring(lane, () => void consumer?.pool.run(lane))
    },
    start: async (work) => {
      consumer = openConsumer(options, work, producer)
    },
    stop: async (drainMs) => {
      await consumer?.stop(drainMs)
      await producer.close()
    },
  }
}

interface Producer {
  readonly isUp: () => boolean
  readonly facts: () => RedisFacts | undefined
  /** `missed` is called when the ring could not be placed within its cap. */
  readonly ring: (lane: LaneKey, missed: () => void) => void
  readonly close: () => Promise<void>
}

function openProducer(options: BullmqOptions): Producer {
  const { log, redis } = options
  const connection = connectRedis(redis, log, { enableOfflineQueue: false, commandTimeout: RING_MS * 5 })
  const queue = new Queue<{ lane: string }>(queueNameOf(options.incarnation), {
    connection,
    prefix: keyPrefix(redis, options.prefix ?? KEY_PREFIX),
    skipMetasUpdate: true,
  })
  // The connection's own listener tells of it.
  queue.on('error', () => undefined)
  let suspendedUntilMs = 0
  let pending = 0
  let facts: RedisFacts | undefined
  const isRefused = () => options.refuseEviction === true && facts !== undefined && mayEvict(facts)
  const isUp = () => connection.status === 'ready' && Date.now() >= suspendedUntilMs && !isRefused()
  connection.on('ready', async () => {
    facts = await readRedisFacts(connection)
    reportRedis(facts, log)
  })

  function ring(lane: LaneKey, missed: () => void): void {
    if (!isUp() || pending >= RINGS_PENDING_MAX) {
      missed()
      return
    }
    pending += 1
    const added = queue.add(
      'lane',
      { lane },
      { jobId: jobIdOf(options.incarnation, lane), removeOnComplete: true, removeOnFail: true, attempts: 1 },
    )
    withinCap(added)
      .catch(() => {
        suspendedUntilMs = Date.now() + SUSPEND_MS
        missed()
      })
      .finally(() => {
        pending -= 1
      })
  }

  return {
    isUp,
    facts: () => facts,
    ring,
    close: async () => {
      await atMost(
        CLOSE_MS,
        queue.close().catch(() => undefined),
      )
      connection.disconnect()
    },
  }
}

interface Consumer {
  readonly pool: WorkerPool
  readonly stop: (drainMs: number) => Promise<void>
}

function openConsumer(options: BullmqOptions, work: LaneWorkOf, producer: Producer): Consumer {
  const { log } = options
  const pool = openWorkerPool(work.workLanes, {
    concurrency: options.concurrency,
    onError: (error, lane) => log.error('lane work failed', { lane, code: codeOf(error) }, error),
  })
  const stuckMs = options.stuckMs ?? STUCK_MS
  let takenMs = Date.now()
  let revivals = 0
  let worker = openWorker()

  function openWorker(): OpenWorker {
    return startWorker(options, {
      take: async (lane) => {
        takenMs = Date.now()
        revivals = 0
        await pool.run(lane)
      },
      // Whoever rang while the job was there found its id in use, and the ring was lost: look once more, now that the
      // next ring gets through.
      removed: (lane) => void pool.run(lane),
    })
  }

  /** BullMQ workers have stopped silently after reconnects; a new one starts afresh (rule 5.10). */
  function revive(): void {
    takenMs = Date.now()
    revivals += 1
    log.warn('doorbells are not heard, worker replaced', { revivals })
    const old = worker
    worker = openWorker()
    void old.close(0)
    if (revivals > 1) options.onStuck?.()
  }

  const sweep: Sweep = startSweep({
    dueLanes: work.dueLanes,
    found: (lane, sweeps) => {
      if (producer.isUp() && sweeps > 1 && Date.now() - takenMs > stuckMs) revive()
      // What a ring did not set going by the next sweep is taken here, if there is room.
      if (sweeps > 1 && pool.hasRoom()) void pool.run(lane)
      else producer.ring(lane, () => void pool.run(lane))
    },
    isInLine: pool.has,
    onSweep: work.onSweep ?? (() => undefined),
    log,
    ...(options.sweepMs === undefined ? {} : { sweepMs: options.sweepMs }),
  })
  return {
    pool,
    stop: async (drainMs) => {
      await sweep.stop()
      await Promise.all([pool.stop(drainMs), worker.close(drainMs)])
    },
  }
}

type LaneWorkOf = Parameters<Dispatcher['start']>[0]

interface OpenWorker {
  readonly close: (drainMs: number) => Promise<void>
}

interface JobEvents {
  readonly take: (lane: LaneKey) => Promise<void>
  /** The job is out of Redis. */
  readonly removed: (lane: LaneKey) => void
}

function startWorker(options: BullmqOptions, events: JobEvents): OpenWorker {
  const { log, redis } = options
  const connection = connectRedis(redis, log, { maxRetriesPerRequest: null })
  const worker = new Worker<{ lane: string }>(
    queueNameOf(options.incarnation),
    // Other data than a lane's name is not ours: the job ends, and is removed.
    async (job) => {
      const lane = laneOf(job.data)
      if (lane !== undefined) await events.take(lane)
    },
    {
      connection,
      prefix: keyPrefix(redis, options.prefix ?? KEY_PREFIX),
      concurrency: options.concurrency,
      lockDuration: LOCK_MS,
      maxStalledCount: STALLED_MAX,
    },
  )
  // The connection's own listener tells of it.
  worker.on('error', () => undefined)
  const removed = (job: { readonly data: unknown } | undefined) => {
    const lane = laneOf(job?.data)
    if (lane !== undefined) events.removed(lane)
  }
  worker.on('completed', removed)
  worker.on('failed', removed)
  return {
    close: async (drainMs) => {
      await atMost(
        drainMs + CLOSE_MS,
        worker.close(drainMs === 0 || connection.status !== 'ready').catch(() => undefined),
      )
      // Without Redis a close waits for ever for an answer, on a connection of BullMQ's own that keeps the process alive.
      await atMost(
        CLOSE_MS,
        worker.disconnect().catch(() => undefined),
      )
      connection.disconnect()
    },
  }
}

function laneOf(data: unknown): LaneKey | undefined {
  const lane: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'lane') : undefined
  return typeof lane === 'string' ? laneKey(lane) : undefined
}

/** Rejects after the cap; what comes later is of no interest. */
function withinCap(added: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const cap = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('ring took too long')), RING_MS)
  })
  return Promise.race([added, cap]).finally(() => clearTimeout(timer))
}
