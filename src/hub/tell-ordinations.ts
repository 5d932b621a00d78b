/**
 * Tells a person's lane what became of its ordinations, so that the list can say whether the pharmacy knows
 * (medication-list.md 8.1): by the clock, since receipts come when they come.
 */
import { codeOf, ERRORS } from '../core/errors.js'
import type { Log } from '../core/ports.js'
import type { OrdinationNewsStore } from '../store/ordination-news.js'
import type { Job } from './jobs.js'
import { NOTE_ORDINATION, noteOrdination, ordinationNote } from './operations/note-ordination.js'
import { type OperationDeps, performOperation } from './perform-operation.js'

export interface TellDeps {
  readonly news: OrdinationNewsStore
  readonly operations: OperationDeps
  readonly log: Pick<Log, 'warn'>
}

/** Told in one turn. */
const NEWS_MAX = 200
const EVERY_MS = 2_000
/** The name under which the hub writes what it hears of its own messages. */
const HUB = 'hub'

export const ordinationNewsJob = (deps: TellDeps): Job => ({
  name: 'ordination-news',
  everyMs: EVERY_MS,
  run: async () => {
    for (const news of await deps.news.untoldOrdinations(NEWS_MAX)) {
      try {
        await performOperation(
          { ...deps.operations, operations: new Map([[NOTE_ORDINATION, noteOrdination]]) },
          {
            operation: NOTE_ORDINATION,
            type: 'Patient',
            id: news.personId,
            parameters: ordinationNote(news),
            ifMatch: undefined,
            clientId: HUB,
            key: undefined,
          },
        )
      } catch (error) {
        const code = codeOf(error)
        deps.log.warn('news of an ordination not told', { code, delivery: news.id })
        // Comes back at the next turn; what cannot be told at all must not hold up the others.
        if (ERRORS[code].fate === 'retry' || ERRORS[code].fate === 'look-up') continue
      }
      await deps.news.markTold(news)
    }
  },
})
