/** What answers at the HTTP port while the hub starts, serves and ends. */
import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createWaitingApp } from '../api/app.js'
import type { Config } from '../config.js'
import type { Log } from '../core/ports.js'

export interface Front {
  readonly listener: RequestListener
  /** From now on this app answers. */
  readonly serve: (app: RequestListener) => void
  /** Readiness goes off; what comes is still answered. */
  readonly drain: () => void
  readonly isDraining: () => boolean
}

export function openFront(config: Config, log: Log): Front {
  const state: { app: RequestListener; draining: boolean } = {
    draining: false,
    app: createWaitingApp({
      health: async () => ({ status: 'unavailable', reasons: ['starting'] }),
      metrics: async () => '',
      newId: randomUUID,
      log,
      publicUrl: config.publicUrl,
    }),
  }
  return {
    listener: (request, response) => state.app(request, response),
    serve: (app) => {
      state.app = app
    },
    drain: () => {
      state.draining = true
    },
    isDraining: () => state.draining,
  }
}
