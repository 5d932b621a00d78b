/** Prometheus metrics (reliability.md 10). Labels are channels and classes; never a patient, name or number. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Backlog } from './store/views.js'

export interface Metrics {
  readonly message: (event: string, channel: string) => void
  readonly processed: (channel: string, seconds: number) => void
  readonly sweepFound: (lanes: number) => void
  readonly text: () => Promise<string>
}

export interface Watched {
  /** Undefined while nothing is known of a disk. */
  readonly diskFreeBytes?: () => number | undefined
  readonly logLinesDropped?: (() => number) | undefined
}

export function openMetrics(
  backlog: () => Promise<Backlog>,
  dispatcherMode: () => string,
  durability: string,
  watched: Watched = {},
): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const messages = new Counter({
    name: 'stafett_messages_total',
    help: 'Messages by channel and what became of them',
    labelNames: ['event', 'channel'],
    registers,
  })
  const latency = new Histogram({
    name: 'stafett_receipt_to_list_seconds',
    help: 'From receipt to the committed effect',
    labelNames: ['channel'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
    registers,
  })
  const sweep = new Counter({
    name: 'stafett_sweep_lanes_total',
    help: 'Lanes that the sweep found unrung',
    registers,
  })
  const waiting = new Gauge({ name: 'stafett_messages_waiting', help: 'Rows not yet applied', registers })
  const dead = new Gauge({ name: 'stafett_messages_dead', help: 'Dead letters', registers })
  const oldest = new Gauge({
    name: 'stafett_oldest_waiting_seconds',
    help: 'Age of the oldest due row',
    registers,
  })
  const mode = new Gauge({
    name: 'stafett_dispatcher_mode',
    help: '1 for the mode in force',
    labelNames: ['mode'],
    registers,
  })
  const durable = new Gauge({
    name: 'stafett_durability',
    help: '1 for the level in force',
    labelNames: ['level'],
    registers,
  })
  durable.set({ level: durability }, 1)
  // In no register until there is a disk to tell of.
  const disk = new Gauge({
    name: 'stafett_disk_free_bytes',
    help: 'Free on the disk that is watched',
    registers: [],
  })
  new Counter({
    name: 'stafett_log_lines_dropped_total',
    help: 'Log lines not written, since nobody read those before them',
    registers,
    collect() {
      this.reset()
      this.inc(watched.logLinesDropped?.() ?? 0)
    },
  })
  const up = new Gauge({ name: 'stafett_store_up', help: '1 while the database answers', registers })
  return {
    message: (event, channel) => messages.inc({ event, channel }),
    processed: (channel, seconds) => latency.observe({ channel }, seconds),
    sweepFound: (lanes) => sweep.inc(lanes),
    async text() {
      const state = await backlog().catch(() => undefined)
      up.set(state === undefined ? 0 : 1)
      waiting.set(state?.waiting ?? Number.NaN)
      dead.set(state?.dead ?? Number.NaN)
      oldest.set(state?.oldestWaitingS ?? Number.NaN)
      const free = watched.diskFreeBytes?.()
      if (free !== undefined) {
        registry.registerMetric(disk)
        disk.set(free)
      }
      mode.reset()
      mode.set({ mode: dispatcherMode() }, 1)
      return registry.metrics()
    },
  }
}
