/** All client operations: one line each. */
import { attest } from './attest.js'
import type { ClientOperation } from './client-operation.js'
import { decideIssue } from './decide-issue.js'
import { reconcile } from './reconcile.js'

export const CLIENT_OPERATIONS: readonly ClientOperation[] = [attest, decideIssue, reconcile]
