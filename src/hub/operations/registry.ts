/** All client operations: one line each. */
import { answerProposal } from './answer-proposal.js'
import { attest } from './attest.js'
import { batonAccept, batonReject, batonWithdraw } from './baton-answer.js'
import { batonDelegate } from './baton-delegate.js'
import { batonOffer } from './baton-offer.js'
import { canWaitOperation } from './can-wait.js'
import type { ClientOperation } from './client-operation.js'
import { confirmMeasure } from './confirm-measure.js'
import { decideIssue } from './decide-issue.js'
import { mergeLines } from './merge-lines.js'
import { reconcile } from './reconcile.js'
import { splitLine } from './split-line.js'

export const CLIENT_OPERATIONS: readonly ClientOperation[] = [
  answerProposal,
  attest,
  canWaitOperation,
  confirmMeasure,
  decideIssue,
  mergeLines,
  splitLine,
  batonOffer,
  batonAccept,
  batonReject,
  batonWithdraw,
  batonDelegate,
  reconcile,
]
