/** What a process counts of itself and of the queue, for metrics and alerts. */
import type { Dispatcher } from '../../queue/contract.js'
import type { Config } from '../config.js'
import type { LaneKey } from '../core/ids.js'
import type { WriteDeps } from '../hub/write-resource.js'
import type { Metrics } from '../metrics.js'
import type { QueueMetrics } from '../queue-metrics.js'
import type { Store } from '../store/contract.js'
import type { Database } from '../store/query.js'
import type { ProcessCounts } from '../store/watch-contract.js'
import { diskUsed, watchedFolder } from './disk.js'

export interface Watching {
  readonly count: WriteDeps['count']
  readonly ring: (lane: LaneKey) => void
  readonly sweepFound: (lanes: number) => void
  /** For alerts. */
  readonly counts: () => Promise<ProcessCounts>
  /** Prometheus text. */
  readonly text: () => Promise<string>
}

export interface Watched {
  readonly database: Database
  readonly store: Store
  readonly dispatcher: Dispatcher
  readonly metrics: Metrics
  readonly queueMetrics: QueueMetrics
}

/** Alerts, and partners heard last, that stand in metrics at most. */
const METRIC_ROWS_MAX = 200

export function openWatching(config: Config, watched: Watched): Watching {
  const { database, dispatcher, metrics, queueMetrics, store } = watched
  const disk = () => diskUsed(watchedFolder(config))
  return {
    count: (event, channel) => {
      if (event !== 'by-time') metrics.message(event, channel)
      queueMetrics.worked(event)
    },
    ring: (lane) => {
      queueMetrics.rang()
      dispatcher.ring(lane)
    },
    sweepFound: (lanes) => {
      metrics.sweepFound(lanes)
      queueMetrics.sweepFound(lanes)
    },
    counts: async () => {
      const used = await disk()
      return { ...queueMetrics.recent(), ...(used === undefined ? {} : { diskUsed: used }) }
    },
    text: async () =>
      (await metrics.text()) +
      (await queueMetrics.text({
        channels: store.channels,
        laneCounts: store.laneCounts,
        jobs: store.jobs,
        alerts: () => store.alerts(true, METRIC_ROWS_MAX),
        partners: () => store.partners(METRIC_ROWS_MAX),
        replication: store.replication,
        pool: () => database.pool?.(),
        diskUsed: disk,
      })),
  }
}
