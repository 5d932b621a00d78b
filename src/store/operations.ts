/** What operators may ask of the store and do to it: parked channels, dead letters in groups, lanes, timelines. */
import type { HubErrorCode } from '../core/errors.js'
import type { LaneKey, MessageId } from '../core/ids.js'
import type { Channel } from '../core/message.js'
import type { Failure } from './inbox.js'

export interface OperationsStore {
  readonly parkedChannels: () => Promise<readonly ParkedChannel[]>
  /** False when it is parked already. Written down as an action of `who`. */
  readonly parkChannel: (channel: Channel, who: string) => Promise<boolean>
  /** Rows that waited for the channel are due again. False when it is not parked. `who`: absent when the hub itself found it mended. */
  readonly resumeChannel: (channel: Channel, who: string | undefined) => Promise<boolean>
  /** Makes one row that waits for the channel due; its lane. */
  readonly probeChannel: (channel: Channel) => Promise<LaneKey | undefined>
  readonly channels: () => Promise<readonly ChannelView[]>
  readonly deadLetters: (filter: DeadLetterFilter) => Promise<readonly DeadLetterGroup[]>
  /** Lanes in which rows wait, the longest due first. */
  readonly lanes: (limit: number) => Promise<LaneReport>
  readonly timeline: (id: MessageId) => Promise<readonly TimelineStep[]>
  /** W3C traceparent of the intake of the message, where tracing was on. */
  readonly traceOf: (id: MessageId) => Promise<string | undefined>

  /** One process gets the turn, by database time; undefined for the others, and before `everyMs` is over. */
  readonly takeTurn: (job: string, who: string, everyMs: number) => Promise<JobTurn | undefined>
  /** `memory`: what the next turn is told; left as it is when undefined. */
  readonly endTurn: (job: string, who: string, ok: boolean, memory: unknown) => Promise<void>
  readonly jobs: () => Promise<readonly JobView[]>
}

export interface JobTurn {
  readonly memory: unknown
}

export interface JobView {
  readonly name: string
  readonly startedAt: string
  readonly endedAt: string | undefined
  readonly by: string
  /** Turns that failed since the last one that did not. */
  readonly failures: number
}

export interface ParkedChannel {
  readonly channel: Channel
  readonly since: string
  /** Absent: by the hub, which tries one row from time to time. */
  readonly parkedBy: string | undefined
  readonly reason: Failure | undefined
  /** The row that is tried while the channel is parked, and what became of it: `waiting` again once it was parked again. */
  readonly probe:
    | { readonly id: MessageId; readonly state: 'due' | 'parked' | 'ended'; readonly ageS: number }
    | undefined
  /** Rows are being made due; no longer parked. */
  readonly resuming: boolean
}

export interface ChannelView {
  readonly channel: Channel
  /** Counted up to 100,000 over all channels, as `dead`. */
  readonly waiting: number
  readonly dead: number
  /** Seconds since the longest due head row was received; 0 when none is due. */
  readonly oldestWaitingS: number
  readonly parked:
    | { readonly since: string; readonly by: string | undefined; readonly reason: Failure | undefined }
    | undefined
}

export interface DeadLetterFilter {
  readonly channel?: Channel
  readonly limit: number
}

/** Dead rows of one cause: channel, kind, reason code, place, and for bugs the fingerprint of the stack. */
export interface DeadLetterGroup {
  readonly fingerprint: string
  readonly channel: Channel
  readonly kind: string
  readonly code: HubErrorCode
  readonly text: string
  readonly at: string | undefined
  readonly stack: string | undefined
  readonly count: number
  readonly senders: number
  readonly oldestReceivedAt: string
  readonly newestReceivedAt: string
  readonly newestId: MessageId
}

export interface LaneView {
  /** Opaque. */
  readonly lane: LaneKey
  /** `due`: to be taken; `leased`: being worked on; `retry`: waits for its next try; `parked`: its channel is; `blocked`: behind a merge that began in another lane. */
  readonly state: 'due' | 'leased' | 'retry' | 'parked' | 'blocked'
  /** Rows that wait, counted up to 1000. */
  readonly waiting: number
  readonly head: {
    readonly id: MessageId
    readonly channel: Channel
    readonly kind: string
    readonly receivedAt: string
    readonly dueAt: string | undefined
    readonly attempts: number
    readonly reason: Failure | undefined
  }
  readonly leasedBy: string | undefined
  readonly leaseUntil: string | undefined
}

export interface LaneReport {
  readonly lanes: readonly LaneView[]
  /** Of those looked at, by state. */
  readonly counts: Readonly<Record<LaneView['state'], number>>
}

export interface TimelineStep {
  readonly step:
    | 'received'
    | 'stored'
    | 'answered'
    | 'claimed'
    | 'mapped'
    | 'committed'
    | 'refused'
    | 'dead'
    | 'fanned-out'
    | 'delivered'
  /** ISO instant; absent where the hub does not keep it. */
  readonly at: string | undefined
  /** `stafett/<version>/<process>`, as far as known. */
  readonly by: string | undefined
  /** Where it went, of a delivery. */
  readonly destination?: string
  /** W3C trace id. */
  readonly trace: string | undefined
}
