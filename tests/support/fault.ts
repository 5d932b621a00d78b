/** What is to happen at a fail point of a hub under test. */
import type { FailPoint } from '../../src/core/failpoint.js'

export type FaultAction =
  /** `kill -9` of itself. */
  | 'kill'
  /** An unexpected exception. */
  | 'throw'
  /** Stops itself (SIGSTOP) until somebody sends SIGCONT. */
  | 'hang'
  /** Blocks the event loop for `delayMs`. */
  | 'delay'

export interface Fault {
  readonly point: FailPoint
  /** Only where the detail of the point begins with this. */
  readonly detail?: string
  readonly action: FaultAction
  /** The how manieth time the point is reached; 1 is the next. */
  readonly nth: number
  readonly delayMs?: number
}

/** From now on the clock of the process is so many milliseconds ahead of the machine's. */
export interface ClockStep {
  readonly clockMs: number
}

/** Variable of the environment with a Fault as JSON, for what happens before a process can be told. */
export const FAULT_AT_START = 'STAFETT_TEST_FAULT'
/** File descriptor on which each fault is told before it happens, one line each. */
export const FAULT_REPORT_FD = 3
