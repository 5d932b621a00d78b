/** Doorbells within one process: for installations without Redis. The sweep still runs: time, retries and crashes ring nothing. */
import { codeOf } from '../src/core/errors.js'
import type { Log } from '../src/core/ports.js'
import type { Dispatcher } from './contract.js'
import { type Sweep, startSweep } from './sweep.js'
import { openWorkerPool, type WorkerPool } from './worker-pool.js'

export interface InProcessOptions {
  /** Lanes worked at the same time at most. */
  readonly concurrency: number
  readonly log: Log
  readonly sweepMs?: number
}

export function openInProcessDispatcher(options: InProcessOptions): Dispatcher {
  let pool: WorkerPool | undefined
  let sweep: Sweep | undefined
  return {
    kind: 'in-process',
    mode: () => 'in-process',
    ring: (lane) => {
      void pool?.run(lane)
    },
    start: async (work) => {
      const opened = openWorkerPool(work.workLanes, {
        concurrency: options.concurrency,
        onError: (error, lane) => options.log.error('lane work failed', { lane, code: codeOf(error) }, error),
      })
      pool = opened
      sweep = startSweep({
        dueLanes: work.dueLanes,
        found: (lane) => void opened.run(lane),
        isInLine: opened.has,
        onSweep: work.onSweep ?? (() => undefined),
        log: options.log,
        ...(options.sweepMs === undefined ? {} : { sweepMs: options.sweepMs }),
      })
    },
    stop: async (drainMs) => {
      await sweep?.stop()
      await pool?.stop(drainMs)
    },
  }
}
