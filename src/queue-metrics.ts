/**
 * Prometheus metrics of the queue, its partners and its processes (reliability.md 10), and the same counts over the
 * last ten minutes, by which alerts are judged. Labels are channels, classes, configured partners; never a patient.
 */
import { Counter, Gauge, Registry } from 'prom-client'
import type { Clock } from './core/ports.js'
import { openRecentCount } from './core/recent-count.js'
import type { ChannelView, JobView } from './store/operations.js'
import type { AlertView, PartnerView, ProcessCounts, Replication } from './store/watch-contract.js'

export interface QueueMetrics {
  readonly rang: () => void
  readonly sweepFound: (lanes: number) => void
  /** What a worker counts (WorkDeps.count). */
  readonly worked: (event: string) => void
  readonly commitLost: (resolution: CommitResolution) => void
  readonly recent: () => ProcessCounts
  readonly text: (sources: MetricSources) => Promise<string>
}

/** Of a commit whose answer was lost: what a look at the row told. */
export type CommitResolution = 'applied' | 'not-applied' | 'unknown'

/** Asked at each scrape. */
export interface MetricSources {
  readonly channels: () => Promise<readonly ChannelView[]>
  readonly laneCounts: () => Promise<{ readonly waiting: number; readonly blocked: number }>
  readonly jobs: () => Promise<readonly JobView[]>
  readonly alerts: () => Promise<readonly AlertView[]>
  readonly partners: () => Promise<readonly PartnerView[]>
  readonly replication: () => Promise<readonly Replication[]>
  readonly pool: () => { readonly open: number; readonly idle: number; readonly waiting: number } | undefined
  /** Share of the watched disk in use. */
  readonly diskUsed: () => Promise<number | undefined>
}

const RECENT_MINUTES = 10
/** The queue's own failures only: other events are counted by channel elsewhere. */
const TIMED = new Set(['retry', 'by-time'])

export function openQueueMetrics(clock: Clock): QueueMetrics {
  const registry = new Registry()
  const registers = [registry]
  const counter = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Counter({ name, help, labelNames, registers })
  const rings = counter('stafett_rings_total', 'Doorbells rung by this process')
  const losses = counter('stafett_lease_losses_total', 'Leases lost to another worker')
  const byTime = counter('stafett_lists_by_time_total', 'Lists derived anew by time alone')
  const lost = counter(
    'stafett_ambiguous_commits_total',
    'Commits whose answer was lost, by what was found',
    ['resolution'],
  )
  const recentOf = () => openRecentCount(clock, RECENT_MINUTES)
  const recent = {
    rings: recentOf(),
    sweepFinds: recentOf(),
    timedLanes: recentOf(),
    leaseLosses: recentOf(),
    unknownCommits: recentOf(),
  }
  const gauges = openGauges(registry)
  return {
    rang: () => {
      rings.inc()
      recent.rings.add()
    },
    sweepFound: (lanes) => recent.sweepFinds.add(lanes),
    worked: (event) => {
      if (TIMED.has(event)) recent.timedLanes.add()
      if (event === 'by-time') byTime.inc()
      if (event !== 'lease-lost') return
      losses.inc()
      recent.leaseLosses.add()
    },
    commitLost: (resolution) => {
      lost.inc({ resolution })
      if (resolution === 'unknown') recent.unknownCommits.add()
    },
    recent: () => ({
      rings: recent.rings.total(),
      sweepFinds: recent.sweepFinds.total(),
      timedLanes: recent.timedLanes.total(),
      leaseLosses: recent.leaseLosses.total(),
      unknownCommits: recent.unknownCommits.total(),
    }),
    text: async (sources) => {
      await gauges(sources)
      return registry.metrics()
    },
  }
}

type Fill = (sources: MetricSources) => Promise<void>

function openGauges(registry: Registry): Fill {
  const fills = [
    channelGauges(registry),
    jobGauges(registry),
    partnerGauge(registry),
    processGauges(registry),
  ]
  return async (sources) => {
    for (const fill of fills) await fill(sources)
  }
}

const gaugeOf =
  (registry: Registry) =>
  (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] })

function channelGauges(registry: Registry): Fill {
  const gauge = gaugeOf(registry)
  const waiting = gauge('stafett_channel_waiting', 'Rows not yet applied', ['channel'])
  const dead = gauge('stafett_channel_dead', 'Dead letters', ['channel'])
  const parked = gauge('stafett_channel_parked', '1 while the channel is parked', ['channel'])
  const oldest = gauge(
    'stafett_channel_oldest_waiting_seconds',
    'Since the receipt of the longest due row, among the 1000 lanes that are due the longest',
    ['channel'],
  )
  const lanes = gauge('stafett_lanes', 'Lanes in which rows wait, and those behind a merge of another lane', [
    'state',
  ])
  return async (sources) => {
    for (const view of await sources.channels()) {
      const labels = { channel: view.channel }
      waiting.set(labels, view.waiting)
      dead.set(labels, view.dead)
      oldest.set(labels, view.oldestWaitingS)
      parked.set(labels, view.parked === undefined ? 0 : 1)
    }
    const counts = await sources.laneCounts()
    lanes.set({ state: 'waiting' }, counts.waiting)
    lanes.set({ state: 'blocked' }, counts.blocked)
  }
}

function jobGauges(registry: Registry): Fill {
  const gauge = gaugeOf(registry)
  const ran = gauge('stafett_job_last_success_timestamp_seconds', 'End of the last turn that did not fail', [
    'job',
  ])
  const failures = gauge('stafett_job_failures', 'Turns that failed since then', ['job'])
  const alerts = gauge('stafett_alerts_open', 'Alerts that are on', ['alert'])
  return async (sources) => {
    for (const job of await sources.jobs()) {
      if (job.endedAt !== undefined) ran.set({ job: job.name }, Date.parse(job.endedAt) / 1_000)
      failures.set({ job: job.name }, job.failures)
    }
    alerts.reset()
    for (const { name } of await sources.alerts()) alerts.inc({ alert: name })
  }
}

function partnerGauge(registry: Registry): Fill {
  const done = gaugeOf(registry)(
    'stafett_partner_last_success_timestamp_seconds',
    'Newest message of the partner that was applied, of the partners heard last',
    ['channel', 'partner'],
  )
  return async (sources) => {
    done.reset()
    for (const { channel, sender, lastDone } of await sources.partners())
      if (lastDone !== undefined) done.set({ channel, partner: sender }, Date.parse(lastDone) / 1_000)
  }
}

function processGauges(registry: Registry): Fill {
  const gauge = gaugeOf(registry)
  const pool = gauge('stafett_database_pool', 'Connections open and idle, and requests that wait for one', [
    'state',
  ])
  const disk = gauge('stafett_disk_used_ratio', 'Share of the watched disk in use')
  const standbys = gauge('stafett_replication_standbys', 'Standbys by how they follow', ['sync'])
  const lag = gauge('stafett_replication_lag_seconds', 'Of the slowest standby')
  return async (sources) => {
    const connections = sources.pool()
    if (connections !== undefined)
      for (const [state, count] of Object.entries(connections)) pool.set({ state }, count)
    const used = await sources.diskUsed()
    if (used !== undefined) disk.set(used)
    standbys.reset()
    const followers = await sources.replication()
    for (const { sync } of followers) standbys.inc({ sync })
    lag.set(Math.max(0, ...followers.map(({ lagS }) => lagS)))
  }
}
