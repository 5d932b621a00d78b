/** Dead letters run again, one or many. */
import type { LaneKey, MessageId } from '../core/ids.js'
import type { Channel } from '../core/message.js'
import type { LaneRow, MessageState } from './inbox.js'

/** All that is named must hold. Times are ISO instants of receipt, `receivedTo` exclusive. */
export interface ReplayFilter {
  readonly fingerprint?: string
  readonly channel?: Channel
  readonly sender?: string
  readonly kind?: string
  readonly receivedFrom?: string
  readonly receivedTo?: string
  readonly ids?: readonly MessageId[]
}

export interface ReplayPreview {
  readonly count: number
  readonly oldestReceivedAt: string | undefined
  readonly newestReceivedAt: string | undefined
  readonly lanes: number
}

export interface ReplayTask {
  readonly id: string
  readonly state: 'running' | 'paused' | 'cancelled' | 'done'
  readonly askedBy: string
  readonly askedAt: string
  readonly endedAt: string | undefined
  readonly filter: ReplayFilter
  readonly expected: number
  readonly replayed: number
  /** Could not be run again (identifiers of two persons still). */
  readonly refused: number
  /** What became of the rows that it ran again, as far as no later task took them. */
  readonly outcomes: Readonly<Partial<Record<MessageState, number>>>
}

export interface ReplayStep {
  /** To be rung. */
  readonly lanes: readonly LaneKey[]
  /** Nothing left to do now: ended, or its cap is in use. */
  readonly idle: boolean
}

/** A dead row with the place that it would be run at. */
export interface DeadRow {
  readonly row: LaneRow
  readonly lane: LaneKey
  readonly second: LaneKey | undefined
  /** Its identifiers are those of two persons. */
  readonly conflict: boolean
}

export interface ReplayStore {
  /** Dead → waiting, as a new sequence at the end of its lane. Undefined when it is not dead. Written down as an action of `who`. */
  readonly replay: (id: MessageId, who?: string) => Promise<LaneKey | undefined>
  readonly deadRow: (id: MessageId) => Promise<DeadRow | undefined>
  readonly previewReplay: (filter: ReplayFilter) => Promise<ReplayPreview>
  /** Written down with who asked, in the same transaction. A count that is no longer true makes no task. */
  readonly startReplay: (
    id: string,
    filter: ReplayFilter,
    expected: number,
    who: string,
  ) => Promise<{ readonly kind: 'started' } | { readonly kind: 'count-differs'; readonly count: number }>
  readonly replayTasks: (limit: number) => Promise<readonly ReplayTask[]>
  readonly replayTask: (id: string) => Promise<ReplayTask | undefined>
  /** False when the task is in no state from which it can go there. */
  readonly turnReplay: (id: string, to: 'running' | 'paused' | 'cancelled', who: string) => Promise<boolean>
  readonly runningReplays: () => Promise<readonly string[]>
  /** Runs some rows of the task again, so that at most `inFlightMax` of them wait at a time. One process at a time. */
  readonly stepReplay: (id: string, inFlightMax: number) => Promise<ReplayStep>
}
