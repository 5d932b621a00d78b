/** Jobs by the clock: every process looks, the database gives the turn to one (reliability.md 8, F-46). */
import { codeOf } from '../core/errors.js'
import type { Clock, Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'

export interface Job {
  readonly name: string
  readonly everyMs: number
  /** Safe to run again, also beside itself. @returns what the next turn is told; undefined leaves it as it is */
  readonly run: (memory: unknown) => Promise<unknown>
}

export interface JobDeps {
  readonly store: Pick<Store, 'takeTurn' | 'endTurn'>
  readonly clock: Clock
  readonly log: Log
  /** Name of this process. */
  readonly who: string
}

/** Looks once at each job that may be due here; a job that fails hinders no other. Never rejects. */
export function openJobs(deps: JobDeps, jobs: readonly Job[]): () => Promise<void> {
  const looked = new Map<string, number>()
  return async () => {
    for (const job of jobs) {
      const now = deps.clock()
      // Half the interval: the turn of a process that died is taken by another soon.
      if (now - (looked.get(job.name) ?? 0) < job.everyMs / 2) continue
      looked.set(job.name, now)
      await runTurn(deps, job)
    }
  }
}

async function runTurn({ store, who, log }: JobDeps, job: Job): Promise<void> {
  try {
    const turn = await store.takeTurn(job.name, who, job.everyMs)
    if (turn === undefined) return
    try {
      const memory = await job.run(turn.memory)
      await store.endTurn(job.name, who, true, memory)
    } catch (error) {
      log.error('job failed', { job: job.name, code: codeOf(error) }, error)
      await store.endTurn(job.name, who, false, undefined)
    }
  } catch (error) {
    log.warn('job without database', { job: job.name, code: codeOf(error) })
  }
}
