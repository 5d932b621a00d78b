/** Acts of persons on the list as facts (medication-list.md 3.3, 6.1, 9): one closed union on `kind`. */
import type { Reference } from 'fhir/r4.js'
import type { FactOrigin } from './fact.js'

export interface Act extends FactOrigin {
  /** Instant at which it was done. */
  readonly at: number
  /** Key of the person (`partyKey`). */
  readonly author: string | undefined
  readonly who: Reference | undefined
}

export type IssueDecisionKind = 'accept' | 'error' | 'noted'
/** For measurement: what a closed discrepancy was (6.1). */
export type IssueClass = 'intended-documented' | 'intended-undocumented' | 'unintended'

/** Somebody with authority says of a discrepancy that it is intended, wrongly raised, or seen. */
export interface IssueDecision extends Act {
  readonly kind: 'issue-decision'
  readonly issue: string
  readonly decision: IssueDecisionKind
  readonly reason: string | undefined
  /** First instant at which it no longer holds. */
  readonly until: number | undefined
  readonly issueClass: IssueClass | undefined
  /** What the predicate read then (`issueBasis`). */
  readonly basis: string | undefined
}

/** Two lines are one treatment; the dose of the surviving line is stated by a row of its own. */
export interface LineMerge extends Act {
  readonly kind: 'line-merge'
  /** Id of the line that goes on. */
  readonly into: string | undefined
  /** Refs of the facts that go together. */
  readonly facts: readonly string[]
}

/** Facts that the keys put together are two treatments. */
export interface LineSplit extends Act {
  readonly kind: 'line-split'
  /** Refs of the facts that go apart from all others. */
  readonly facts: readonly string[]
  /** Refs of those that they are parted from. */
  readonly from: readonly string[]
}

export type ActFact = IssueDecision | LineMerge | LineSplit

export interface ActFacts {
  readonly issueDecisions: readonly IssueDecision[]
  readonly merges: readonly LineMerge[]
  readonly splits: readonly LineSplit[]
}
