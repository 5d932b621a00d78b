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

/** What somebody without the right to decide proposes (7, R6). */
export interface Proposal extends FactOrigin {
  readonly kind: 'proposal'
  readonly open: boolean
  readonly at: number
  readonly requester: Reference | undefined
  readonly medicine: string | undefined
}

export interface ProposalAnswer extends Act {
  readonly kind: 'proposal-answer'
  /** `MedicationRequest/<id>`. */
  readonly proposal: string
  readonly answer: 'accept' | 'modify' | 'reject'
  readonly reason: string | undefined
  /** The decision that was made of it. */
  readonly decision: string | undefined
}

export type ActFact = IssueDecision | LineMerge | LineSplit | Proposal | ProposalAnswer

export interface ActFacts {
  readonly issueDecisions: readonly IssueDecision[]
  readonly merges: readonly LineMerge[]
  readonly splits: readonly LineSplit[]
  readonly proposals: readonly Proposal[]
  readonly proposalAnswers: readonly ProposalAnswer[]
}
