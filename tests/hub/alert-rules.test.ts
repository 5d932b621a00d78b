import assert from 'node:assert/strict'
import { type AlertFacts, alertsOf } from '../../src/hub/alert-rules.js'
import type { ChannelView } from '../../src/store/operations.js'
import type { PartnerView, ProcessCounts } from '../../src/store/watch-contract.js'

const AT = '2026-03-01T11:00:00.000Z'
const NONE: AlertFacts = {
  channels: [],
  processes: [],
  partners: [],
  destinations: [],
  jobs: [],
  backupAgeS: undefined,
}
const names = (facts: Partial<AlertFacts>) =>
  alertsOf({ ...NONE, ...facts }).map(({ name, subject }) => `${name} ${subject}`)
const channel = (more: Partial<ChannelView>): ChannelView => ({
  channel: 'hl7v2',
  waiting: 0,
  dead: 0,
  oldestWaitingS: 0,
  parked: undefined,
  ...more,
})
const process = (counts: Partial<ProcessCounts>, name = 'stafett/1/a') => ({
  name,
  startedAt: '2026-03-01T10:50:00.000Z',
  reportedAt: AT,
  counts: { rings: 0, sweepFinds: 0, timedLanes: 0, leaseLosses: 0, unknownCommits: 0, ...counts },
})
const partner = (more: Partial<PartnerView>): PartnerView => ({
  channel: 'hl7v2',
  sender: 'EPJ|GP',
  firstHeard: AT,
  lastHeard: AT,
  lastDone: AT,
  silentS: 0,
  knownS: 30 * 86_400,
  usualGapS: 12 * 3_600,
  ...more,
})

describe('alerts', () => {
  it('are off when all is well', () => {
    assert.deepEqual(
      names({ channels: [channel({})], processes: [process({})], partners: [partner({})] }),
      [],
    )
  })

  it('are on for a channel whose oldest message waits more than two minutes', () => {
    assert.deepEqual(names({ channels: [channel({ oldestWaitingS: 120 })] }), [])
    assert.deepEqual(names({ channels: [channel({ oldestWaitingS: 121 })] }), ['oldest-waiting hl7v2'])
  })

  it('are on for dead letters and for a parked channel', () => {
    const parked = { since: AT, by: undefined, reason: undefined }
    assert.deepEqual(names({ channels: [channel({ dead: 1, parked })] }), [
      'dead-letters hl7v2',
      'channel-parked hl7v2',
    ])
  })

  it('are on for lost leases and for commits that nobody knows of', () => {
    assert.deepEqual(names({ processes: [process({ leaseLosses: 1, unknownCommits: 1 })] }), [
      'lease-lost stafett/1/a',
      'commit-unknown stafett/1/a',
    ])
  })

  it('are on for a disk at 80 and again at 90 percent', () => {
    const disk = (diskUsed: number) => names({ processes: [process({ diskUsed }, 'p')] })
    assert.deepEqual(disk(0.79), [])
    assert.deepEqual(disk(0.8), ['disk-80 p'])
    assert.deepEqual(disk(0.93), ['disk-90 p', 'disk-80 p'])
  })

  it('are on when sweeps find more than 5 percent of what was rung, over all processes', () => {
    const found = (...processes: ReturnType<typeof process>[]) => names({ processes })
    const rung = process({ rings: 1_000 }, 'a')
    assert.deepEqual(found(rung, process({ sweepFinds: 100 }, 'b')), [])
    assert.deepEqual(found(rung, process({ sweepFinds: 102 }, 'b')), ['doorbells-lost dispatcher'])
    assert.deepEqual(found(process({ rings: 10, sweepFinds: 19 })), [], 'a few prove nothing')
    const timed = process({ rings: 10, sweepFinds: 60, timedLanes: 60 })
    assert.deepEqual(found(timed), [], 'next tries and lists that change by time ring nothing')
    const other = process({ sweepFinds: 60 }, 'b')
    assert.deepEqual(found(timed, other), [], 'what one process works off the sweeps of all may have found')
    const young = { ...process({ rings: 10, sweepFinds: 60 }), startedAt: '2026-03-01T10:50:01.000Z' }
    assert.deepEqual(found(young), [], 'not ten minutes yet')
  })

  it('are on for a partner silent longer than its longest gap and half as much again', () => {
    const silent = (more: Partial<PartnerView>) => names({ partners: [partner(more)] })
    assert.deepEqual(silent({ silentS: 18 * 3_600 }), [])
    assert.deepEqual(silent({ silentS: 18 * 3_600 + 1 }), ['partner-silent hl7v2 EPJ|GP'])
    assert.deepEqual(silent({ silentS: 86_400, knownS: 2 * 86_400 }), [], 'not known long enough')
    assert.deepEqual(silent({ silentS: 3_600, usualGapS: 60 }), [], 'an hour is nothing')
    assert.deepEqual(silent({ silentS: 3_601, usualGapS: 60 }), ['partner-silent hl7v2 EPJ|GP'])
  })

  it('are on for destinations in error, jobs that fail, and an old backup', () => {
    const gp = { id: 'gp', state: 'error', blocked: 0, unansweredS: 0 } as const
    const home = { id: 'home-care', state: 'off', blocked: 2, unansweredS: 0 } as const
    const job = { name: 'retention', startedAt: AT, endedAt: AT, by: 'a', failures: 3 }
    assert.deepEqual(names({ destinations: [gp, home], jobs: [job], backupAgeS: 26 * 3_600 + 1 }), [
      'destination-in-error gp',
      'destination-off home-care',
      'deliveries-blocked home-care',
      'job-failing retention',
      'backup-old store',
    ])
    assert.deepEqual(names({ jobs: [{ ...job, failures: 2 }], backupAgeS: 26 * 3_600 }), [])
  })

  it('are on for deliveries that wait for a human, and for silence that counts as a refusal', () => {
    const apotek = { id: 'apotek', state: 'active' as const, blocked: 0, unansweredS: 0 }
    const on = (more: Partial<typeof apotek>) => names({ destinations: [{ ...apotek, ...more }] })
    assert.deepEqual(on({}), [])
    assert.deepEqual(on({ blocked: 1 }), ['deliveries-blocked apotek'])
    assert.deepEqual(on({ unansweredS: 96 * 3_600 }), [])
    assert.deepEqual(on({ unansweredS: 96 * 3_600 + 1 }), ['message-unanswered apotek'])
  })
})
