import assert from 'node:assert/strict'
import { type MetricSources, openQueueMetrics } from '../src/queue-metrics.js'

const AT = '2026-03-01T11:00:00.000Z'
const SOURCES: MetricSources = {
  channels: async () => [
    {
      channel: 'hl7v2',
      waiting: 3,
      dead: 1,
      oldestWaitingS: 7.5,
      parked: { since: AT, by: undefined, reason: undefined },
    },
  ],
  laneCounts: async () => ({ waiting: 2, blocked: 1 }),
  jobs: async () => [{ name: 'alerts', startedAt: AT, endedAt: AT, by: 'a', failures: 0 }],
  alerts: async () =>
    ['hl7v2', 'devices'].map((subject) => ({
      id: subject,
      name: 'dead-letters',
      subject,
      detail: {},
      beganAt: AT,
      endedAt: undefined,
    })),
  partners: async () => [
    {
      channel: 'hl7v2',
      sender: 'EPJ|GP',
      firstHeard: AT,
      lastHeard: AT,
      lastDone: AT,
      silentS: 1,
      knownS: 1,
      usualGapS: 0,
    },
  ],
  replication: async () => [
    { sync: 'sync', lagS: 0.2 },
    { sync: 'async', lagS: 4 },
  ],
  pool: () => ({ open: 5, idle: 2, waiting: 1 }),
  diskUsed: async () => 0.5,
}

describe('metrics of the queue', () => {
  it('say all that section 10 asks for, by channel and class', async () => {
    const metrics = openQueueMetrics(Date.now)
    metrics.rang()
    metrics.worked('lease-lost')
    metrics.commitLost('applied')
    const text = await metrics.text(SOURCES)
    for (const line of [
      'stafett_rings_total 1',
      'stafett_lease_losses_total 1',
      'stafett_ambiguous_commits_total{resolution="applied"} 1',
      'stafett_channel_waiting{channel="hl7v2"} 3',
      'stafett_channel_dead{channel="hl7v2"} 1',
      'stafett_channel_parked{channel="hl7v2"} 1',
      'stafett_channel_oldest_waiting_seconds{channel="hl7v2"} 7.5',
      'stafett_lanes{state="waiting"} 2',
      'stafett_lanes{state="blocked"} 1',
      `stafett_job_last_success_timestamp_seconds{job="alerts"} ${Date.parse(AT) / 1_000}`,
      'stafett_alerts_open{alert="dead-letters"} 2',
      `stafett_partner_last_success_timestamp_seconds{channel="hl7v2",partner="EPJ|GP"} ${Date.parse(AT) / 1_000}`,
      'stafett_database_pool{state="waiting"} 1',
      'stafett_disk_used_ratio 0.5',
      'stafett_replication_standbys{sync="async"} 1',
      'stafett_replication_lag_seconds 4',
    ])
      assert.ok(text.includes(`${line}\n`), line)
  })

  it('give the counts of the last ten minutes to alerts, and forget them afterwards', () => {
    const clock = { now: 0 }
    const metrics = openQueueMetrics(() => clock.now)
    metrics.rang()
    metrics.sweepFound(3)
    metrics.worked('retry')
    metrics.worked('by-time')
    metrics.worked('done')
    metrics.worked('lease-lost')
    metrics.commitLost('unknown')
    metrics.commitLost('not-applied')
    const counts = { rings: 1, sweepFinds: 3, timedLanes: 2, leaseLosses: 1, unknownCommits: 1 }
    assert.deepEqual(metrics.recent(), counts)
    clock.now = 10 * 60_000
    assert.deepEqual(metrics.recent(), Object.fromEntries(Object.keys(counts).map((name) => [name, 0])))
  })
})
