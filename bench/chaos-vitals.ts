/** How a hub under chaos is: its memory over time, and how soon after a fault nothing waits long any more. */
import { setTimeout as wait } from 'node:timers/promises'
import type { HubProcess } from '../tests/support/hub-process.js'
import { median } from './client.js'
import { residentMibOf } from './hub-under-test.js'

const SAMPLE_MS = 2_000
/** Memory is judged by what comes after. */
const WARM_MS = 5 * 60_000
const RECOVER_MS_MAX = 60_000
const OLDEST_S_MAX = 5

export interface Vitals {
  /** In words: MiB at the end of the first minutes and at the end. */
  readonly growth: () => string
  readonly stop: () => void
}

/** @param hub the process of now; growth is told of the one that lived last */
export function watchVitals(hub: () => HubProcess): Vitals {
  const samples: { readonly pid: number; readonly at: number; readonly mib: number }[] = []
  const timer = setInterval(() => {
    const { pid } = hub()
    const mib = residentMibOf(pid)
    if (Number.isFinite(mib)) samples.push({ pid, at: Date.now(), mib })
  }, SAMPLE_MS)
  return {
    growth: () => {
      const own = samples.filter(({ pid }) => pid === samples.at(-1)?.pid)
      const first = own[0]
      const last = own.at(-1)
      if (first === undefined || last === undefined) return 'not measured'
      const lifeMs = last.at - first.at
      // A short run is judged by its second half.
      const warm = first.at + Math.min(WARM_MS, lifeMs / 2)
      const before = median(
        own
          .filter(({ at }) => at <= warm)
          .slice(-15)
          .map(({ mib }) => mib),
      )
      const after = median(own.slice(-15).map(({ mib }) => mib))
      const percent = (100 * (after - before)) / before
      return (
        `${before.toFixed(0)} MiB after ${((warm - first.at) / 60_000).toFixed(1)} min, ${after.toFixed(0)} MiB after ` +
        `${(lifeMs / 60_000).toFixed(1)} min (${percent.toFixed(1)} %), process ${last.pid} of ${new Set(samples.map(({ pid }) => pid)).size}`
      )
    },
    stop: () => clearInterval(timer),
  }
}

export interface Recovery {
  readonly name: string
  /** From the end of the fault. */
  readonly ms: number
  readonly oldestS: number
  readonly isBack: boolean
}

/** Waits until the hub answers and its oldest waiting row is younger than 5 s. */
export async function recover(name: string, url: () => string): Promise<Recovery> {
  const started = Date.now()
  let oldestS = 0
  for (;;) {
    const text = await fetch(`${url()}/metrics`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.text(),
      () => '',
    )
    const found = /^stafett_oldest_waiting_seconds (\S+)/m.exec(text)?.[1]
    oldestS = Math.max(oldestS, Number(found ?? 0))
    const ms = Date.now() - started
    if (found !== undefined && Number(found) < OLDEST_S_MAX) return { name, ms, oldestS, isBack: true }
    if (ms > RECOVER_MS_MAX) return { name, ms, oldestS, isBack: false }
    await wait(100)
  }
}
