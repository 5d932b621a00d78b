/** What a search clause means, said in memory: for the definitions, and as the reference that the store is tested against. */
import { assertNever } from '../core/exhaustive.js'
import type { SearchValues } from '../core/search-parameters.js'
import type { DateRange, FoundResource, SearchClause } from '../store/views.js'

export interface ClauseSubject {
  readonly found: FoundResource
  readonly index: SearchValues
}

/** All clauses; within one, any of its values. */
export const matchesAll = (subject: ClauseSubject, clauses: readonly SearchClause[]): boolean =>
  clauses.every((clause) => matches(subject, clause))

function matches({ found, index }: ClauseSubject, clause: SearchClause): boolean {
  switch (clause.kind) {
    case 'token':
      return clause.anyOf.some((token) => index.tokens.includes(token))
    case 'date': {
      const range = index.dates[clause.param]
      return range !== undefined && clause.anyOf.some((asked) => inRange(range, asked))
    }
    case 'id':
      return clause.anyOf.includes(found.id)
    case 'person':
      return clause.anyOf.some((person) => person === found.personId)
    case 'lastUpdated': {
      const next = new Date(Date.parse(found.lastUpdated) + 1).toISOString()
      return clause.anyOf.some((asked) => inRange([found.lastUpdated, next], asked))
    }
    default:
      return assertNever(clause)
  }
}

/** R4 search, prefixes: `range` is the resource's, `asked` the parameter's; both half-open. */
function inRange([from, to]: readonly [string, string], asked: DateRange): boolean {
  const within = from >= asked.from && to <= asked.to
  switch (asked.prefix) {
    case 'eq':
      return within
    case 'ne':
      return !within
    case 'gt':
      return to > asked.to
    case 'lt':
      return from < asked.from
    case 'ge':
      return to > asked.to || within
    case 'le':
      return from < asked.from || within
    case 'sa':
      return from >= asked.to
    case 'eb':
      return to <= asked.from
    default:
      return assertNever(asked.prefix)
  }
}
