/** How intake answers queries: from the store, by the channel's own query protocol. */
import { HubError } from '../core/errors.js'
import { answerQuery } from '../hub/answer-query.js'
import type { ReceiveDeps } from '../hub/receive-message.js'
import { type WorkDeps, workLane } from '../hub/work-lane.js'
import type { Store } from '../store/contract.js'
import { QUERIES } from './protocols.js'

export function openQueries(deps: WorkDeps, store: Store): ReceiveDeps['answerQuery'] {
  const query = {
    store,
    workLane: (lane: Parameters<typeof workLane>[1]) => workLane(deps, lane),
    clock: deps.clock,
    newId: deps.newId,
    log: deps.log,
    zone: deps.zone,
  }
  return (envelope, raw) => {
    const protocol = QUERIES.get(envelope.channel)
    if (protocol === undefined) throw new HubError('UNEXPECTED', 'the channel answers no queries')
    return answerQuery(query, protocol, envelope, raw)
  }
}
