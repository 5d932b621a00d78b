/** When an alert is on (reliability.md 10). Pure: facts in, the alerts that are on now out. */
import type { ChannelView, JobView } from '../store/operations.js'
import type { AlertState, DestinationTrouble, PartnerView, ProcessReport } from '../store/watch-contract.js'

export interface AlertFacts {
  readonly channels: readonly ChannelView[]
  readonly processes: readonly ProcessReport[]
  readonly partners: readonly PartnerView[]
  readonly destinations: readonly DestinationTrouble[]
  readonly jobs: readonly JobView[]
  /** Of the embedded store: seconds since its last backup, or since it was made; absent on a server. */
  readonly backupAgeS: number | undefined
}

export const OLDEST_WAITING_S_MAX = 120
export const SWEEP_SHARE_MAX = 0.05
/** Fewer finds than this in ten minutes prove nothing. */
export const SWEEP_FINDS_MIN = 20
export const SWEEP_WINDOW_MS = 600_000
export const DISK_SHARES = [0.9, 0.8] as const
/** A partner is judged after so long, by its longest silence and half as much again, an hour at least. */
export const PARTNER_KNOWN_S_MIN = 3 * 86_400
export const PARTNER_GAP_FACTOR = 1.5
export const PARTNER_SILENT_S_MIN = 3_600
export const JOB_FAILURES_MAX = 3
/** The sender of an e-prescription message counts a longer silence as a refusal (eresept.md 3). */
export const UNANSWERED_S_MAX = 96 * 3_600
export const BACKUP_AGE_S_MAX = 26 * 3_600

export function alertsOf(facts: AlertFacts): AlertState[] {
  return [
    ...facts.channels.flatMap(channelAlerts),
    ...facts.processes.flatMap(processAlerts),
    ...sweepAlert(facts.processes),
    ...facts.partners.flatMap(partnerAlert),
    ...facts.destinations.flatMap(destinationAlerts),
    ...facts.jobs
      .filter(({ failures }) => failures >= JOB_FAILURES_MAX)
      .map(({ name, failures }) => alert('job-failing', name, { failures })),
    ...(facts.backupAgeS !== undefined && facts.backupAgeS > BACKUP_AGE_S_MAX
      ? [alert('backup-old', 'store', { ageS: Math.round(facts.backupAgeS) })]
      : []),
  ]
}

const alert = (name: string, subject: string, detail: AlertState['detail']): AlertState => ({
  name,
  subject,
  detail,
})

/** All channels carry medication. */
function channelAlerts({ channel, oldestWaitingS, dead, parked }: ChannelView): AlertState[] {
  return [
    ...(oldestWaitingS > OLDEST_WAITING_S_MAX
      ? [alert('oldest-waiting', channel, { ageS: Math.round(oldestWaitingS) })]
      : []),
    ...(dead > 0 ? [alert('dead-letters', channel, { count: dead })] : []),
    ...(parked === undefined
      ? []
      : [alert('channel-parked', channel, { since: parked.since, code: parked.reason?.code ?? 'operator' })]),
  ]
}

function processAlerts({ name, counts }: ProcessReport): AlertState[] {
  const disk = DISK_SHARES.find((share) => (counts.diskUsed ?? 0) >= share)
  return [
    ...(counts.leaseLosses > 0 ? [alert('lease-lost', name, { count: counts.leaseLosses })] : []),
    ...(counts.unknownCommits > 0 ? [alert('commit-unknown', name, { count: counts.unknownCommits })] : []),
    // A fuller disk is another alert: it begins when the other is on already.
    ...(disk === undefined
      ? []
      : DISK_SHARES.filter((share) => share <= disk).map((share) =>
          alert(`disk-${Math.round(share * 100)}`, name, {
            usedPercent: Math.floor((counts.diskUsed ?? 0) * 100),
          }),
        )),
  ]
}

/**
 * Doorbells that were lost: the queue is broken but hidden. Rings of one process may be heard by another, and what is due
 * may be found by the sweeps of all, so that finds are counted per process. Judged over ten whole minutes.
 */
function sweepAlert(reports: readonly ProcessReport[]): AlertState[] {
  const processes = reports.filter(
    ({ reportedAt, startedAt }) => Date.parse(reportedAt) - Date.parse(startedAt) >= SWEEP_WINDOW_MS,
  )
  const sum = (of: (counts: ProcessReport['counts']) => number) =>
    processes.reduce((total, { counts }) => total + of(counts), 0)
  const rings = sum((counts) => counts.rings)
  const found = sum((counts) => counts.sweepFinds) / Math.max(1, processes.length)
  const finds = Math.round(found - sum((counts) => counts.timedLanes))
  if (finds < SWEEP_FINDS_MIN || finds <= rings * SWEEP_SHARE_MAX) return []
  return [alert('doorbells-lost', 'dispatcher', { rings, finds })]
}

function partnerAlert({ channel, sender, silentS, knownS, usualGapS }: PartnerView): AlertState[] {
  if (knownS < PARTNER_KNOWN_S_MIN || usualGapS === 0) return []
  if (silentS <= Math.max(PARTNER_SILENT_S_MIN, usualGapS * PARTNER_GAP_FACTOR)) return []
  const detail = { silentS: Math.round(silentS), usualS: Math.round(usualGapS) }
  return [alert('partner-silent', `${channel} ${sender}`, detail)]
}

function destinationAlerts({ blocked, id, state, unansweredS }: DestinationTrouble): AlertState[] {
  return [
    ...(state === 'error' ? [alert('destination-in-error', id, {})] : []),
    ...(state === 'off' ? [alert('destination-off', id, {})] : []),
    ...(blocked > 0 ? [alert('deliveries-blocked', id, { count: blocked })] : []),
    ...(unansweredS > UNANSWERED_S_MAX
      ? [alert('message-unanswered', id, { ageS: Math.round(unansweredS) })]
      : []),
  ]
}
