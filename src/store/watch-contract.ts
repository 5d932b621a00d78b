/** What alerts are judged by, and the alerts themselves. */
import type { DestinationState } from '../core/delivery.js'
import type { Channel } from '../core/message.js'

/** Of the last ten minutes of one process, unless said otherwise. */
export interface ProcessCounts {
  readonly rings: number
  /** Lanes that sweeps found due and in nobody's hands. */
  readonly sweepFinds: number
  /** Of those, what was to be expected: next tries, and lists that changed by time alone. */
  readonly timedLanes: number
  readonly leaseLosses: number
  /** Commits of which could not be found out whether they happened. */
  readonly unknownCommits: number
  /** Now: share of the watched disk that is in use, 0 to 1; absent where none is watched. */
  readonly diskUsed?: number
}

export interface ProcessReport {
  readonly name: string
  readonly startedAt: string
  readonly reportedAt: string
  readonly counts: ProcessCounts
}

export interface PartnerView {
  readonly channel: Channel
  readonly sender: string
  readonly firstHeard: string
  readonly lastHeard: string
  /** Newest message of this partner that was applied. */
  readonly lastDone: string | undefined
  /** By database time. */
  readonly silentS: number
  readonly knownS: number
  /** The longest silence of the last four weeks; 0 when none was seen. */
  readonly usualGapS: number
}

export interface DestinationTrouble {
  readonly id: string
  /** `error`: deliveries to it were given up. `off`: it said that it is gone. */
  readonly state: DestinationState
  /** Deliveries that wait for a human, counted up to 10,000. */
  readonly blocked: number
  /** Seconds since the oldest message without a receipt was made; 0 when none. */
  readonly unansweredS: number
}

export interface AlertState {
  readonly name: string
  readonly subject: string
  /** Numbers and codes that it was judged by. */
  readonly detail: Readonly<Record<string, string | number>>
}

export interface AlertView extends AlertState {
  readonly id: string
  readonly beganAt: string
  readonly endedAt: string | undefined
}

/** One standby. */
export interface Replication {
  /** `sync`, `async`, `quorum`, `potential`, or `unknown`. */
  readonly sync: string
  readonly lagS: number
}

/** In the order of receipt. */
export interface RawPlace {
  /** As the database writes it, in microseconds. */
  readonly received: string
  readonly id: string
}

export interface RawStep {
  readonly looked: number
  readonly removed: number
}

export interface WatchStore {
  /** Replaces the process's earlier report, and forgets processes that were not heard for a day. */
  readonly reportProcess: (name: string, startedAt: string, counts: ProcessCounts) => Promise<void>
  /** Of processes heard within the last minute. */
  readonly processReports: () => Promise<readonly ProcessReport[]>
  /** Learns from the messages received since `from` (ISO; absent: the last hour). @returns where to go on */
  readonly notePartners: (from: string | undefined) => Promise<string>
  readonly partners: (limit: number) => Promise<readonly PartnerView[]>
  /** Destinations in trouble, by id. */
  readonly troubledDestinations: () => Promise<readonly DestinationTrouble[]>
  /** Seconds since the store was made. */
  readonly storeAgeS: () => Promise<number>
  /** Over the first 100,000 rows that wait. */
  readonly laneCounts: () => Promise<{ readonly waiting: number; readonly blocked: number }>
  readonly replication: () => Promise<readonly Replication[]>
  /** Opens what is new, ends what was not seen for `holdS` seconds. Each begin and each end is given to one caller. */
  readonly settleAlerts: (
    current: readonly AlertState[],
    holdS: number,
  ) => Promise<{ readonly began: readonly AlertView[]; readonly ended: readonly AlertView[] }>
  /** Open ones, or all, newest first. */
  readonly alerts: (openOnly: boolean, limit: number) => Promise<readonly AlertView[]>
  /** Begins and ends that the webhook was not told yet, oldest first. */
  readonly untoldAlerts: (
    limit: number,
  ) => Promise<readonly (AlertView & { readonly event: 'begin' | 'end' })[]>
  /** Rows received before an instant (ISO), behind `from`: their raw bytes go unless something needs them. */
  readonly removeOldRaw: (
    before: string,
    from: RawPlace | undefined,
    rowsMax: number,
  ) => Promise<RawStep & { readonly next: RawPlace | undefined }>
  /** Old rows whose bytes were needed a day ago. */
  readonly recheckKeptRaw: (rowsMax: number) => Promise<RawStep>
  readonly forgetOldAlerts: (days: number) => Promise<void>
  /** ISO instant by database time. */
  readonly daysAgo: (days: number) => Promise<string>
  readonly noteTold: (id: string, event: 'begin' | 'end') => Promise<void>
}
