/** All client operations: one line each. */
import type { ClientOperation } from './client-operation.js'
import { reconcile } from './reconcile.js'

export const CLIENT_OPERATIONS: readonly ClientOperation[] = [reconcile]
