/** All client operations: one line each. */
import type { ClientOperation } from './client-operation.js'

export const CLIENT_OPERATIONS: readonly ClientOperation[] = []
