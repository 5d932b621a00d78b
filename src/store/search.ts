/** Search over the current resources of one type, in the order of their ids. */
import { assertNever } from '../core/exhaustive.js'
import type { Store } from './contract.js'
import type { Database } from './query.js'
import { FOUND_COLUMNS, type FoundRow, toFound } from './resources.js'
import { onlyRow } from './rows.js'
import type { DateRange, SearchClause, SearchRequest } from './views.js'

export const searchResources =
  (db: Database): Store['search'] =>
  async (request) => {
    const { where, values, place } = whereOf(request)
    const next = request.after === undefined ? '' : ` and id > ${place(request.after.id)}`
    const { rows } = await db.query<FoundRow>(
      `select ${FOUND_COLUMNS} from resource where ${where}${next}
       order by id limit ${place(request.count)}`,
      values,
    )
    return rows.map(toFound)
  }

export const countMatches =
  (db: Database): Store['countMatches'] =>
  async (request) => {
    const { where, values } = whereOf(request)
    const { rows } = await db.query<{ n: number }>(
      `select count(*) as n from resource where ${where}`,
      values,
    )
    return onlyRow(rows).n
  }

interface Where {
  readonly where: string
  readonly values: unknown[]
  /** Adds a value, gives its `$n`. */
  readonly place: (value: unknown) => string
}

function whereOf(request: Pick<SearchRequest, 'type' | 'clauses' | 'asOf'>): Where {
  const values: unknown[] = []
  const place = (value: unknown) => `$${values.push(value)}`
  const terms = [
    'not deleted',
    `type = ${place(request.type)}`,
    ...(request.asOf === undefined ? [] : [`last_updated <= ${place(request.asOf)}::timestamptz`]),
    ...request.clauses.map((clause) => termOf(clause, request.type, place)),
  ]
  return { where: terms.join(' and '), values, place }
}

function termOf(clause: SearchClause, type: string, place: Where['place']): string {
  switch (clause.kind) {
    case 'token':
      return `tokens && ${place(clause.anyOf.map((token) => `${type}?${token}`))}::text[]`
    case 'id':
      return `id = any (${place(clause.anyOf)}::text[])`
    case 'person':
      // Who was merged away is found as the survivor, whose partition holds the resources now.
      return `person_id = any (array(select coalesce(
        (select p.merged_into from person p where p.person_id = asked.id), asked.id)
        from unnest(${place(clause.anyOf)}::text[]) asked(id)))`
    case 'date': {
      const bounds = `dates -> ${place(clause.param)}`
      const own = { from: `(${bounds} ->> 0)::float8`, to: `(${bounds} ->> 1)::float8` }
      return anyOf(clause.anyOf, (range) => rangeTerm(range, own, place))
    }
    case 'lastUpdated': {
      const ms = 'extract(epoch from last_updated) * 1000'
      const own = { from: `(${ms})::float8`, to: `(${ms} + 1)::float8` }
      return anyOf(clause.anyOf, (range) => rangeTerm(range, own, place))
    }
    default:
      return assertNever(clause)
  }
}

const anyOf = <T>(alternatives: readonly T[], term: (one: T) => string): string =>
  alternatives.length === 0 ? 'false' : `(${alternatives.map(term).join(' or ')})`

/**
 * FHIR R4 search, prefixes: the resource's range [own.from, own.to) against that of the value, both half open. A
 * resource without the element never matches, whatever the prefix (null).
 */
function rangeTerm(
  range: DateRange,
  own: { readonly from: string; readonly to: string },
  place: Where['place'],
): string {
  // A value is placed where its term is used: the database refuses one that stands nowhere.
  const from = () => `${place(Date.parse(range.from))}::float8`
  const to = () => `${place(Date.parse(range.to))}::float8`
  const within = () => `(${from()} <= ${own.from} and ${own.to} <= ${to()})`
  const reachesAbove = () => `${own.to} > ${to()}`
  const reachesBelow = () => `${own.from} < ${from()}`
  switch (range.prefix) {
    case 'eq':
      return within()
    case 'ne':
      return `not ${within()}`
    case 'gt':
      return reachesAbove()
    case 'lt':
      return reachesBelow()
    case 'ge':
      return `(${reachesAbove()} or ${within()})`
    case 'le':
      return `(${reachesBelow()} or ${within()})`
    case 'sa':
      return `${own.from} >= ${to()}`
    case 'eb':
      return `${own.to} <= ${from()}`
    default:
      return assertNever(range.prefix)
  }
}
