/** All client operations: one line each. */
import { answerProposal } from './answer-proposal.js'
import { attest } from './attest.js'
import type { ClientOperation } from './client-operation.js'
import { decideIssue } from './decide-issue.js'
import { mergeLines } from './merge-lines.js'
import { reconcile } from './reconcile.js'
import { splitLine } from './split-line.js'

export const CLIENT_OPERATIONS: readonly ClientOperation[] = [
  answerProposal,
  attest,
  decideIssue,
  mergeLines,
  reconcile,
  splitLine,
]
