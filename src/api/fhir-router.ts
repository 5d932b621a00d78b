/** From a path below `/fhir` to one interaction, by the one table; all else is 404, or 405 with what is allowed. */

import { HubError } from '../core/errors.js'
import { assertNever } from '../core/exhaustive.js'
import type { ApiContext } from './context.js'
import type { Answer, FhirRequest, Target } from './exchange.js'
import { create } from './interactions/create.js'
import { historyInstance } from './interactions/history-instance.js'
import { read, vread } from './interactions/read.js'
import { searchByPost, searchType } from './interactions/search-type.js'
import { conditionalUpdate, update } from './interactions/update.js'
import { looksNational, nationalIdInUrl } from './national-id.js'
import { type BoundOperation, runOperation } from './operations/operation.js'
import { decode } from './query-string.js'
import { INTERACTION_METHODS, type Interaction, RESOURCE_TABLE, type ResourceRow } from './resource-table.js'
import { FHIR_ID } from './search-value.js'

/**
 * What the path names.
 * @param path below `/fhir`, with its leading slash, without query
 * @throws HubError NOT_FOUND for unknown paths and types, QUERY_INVALID for a malformed id
 */
export function parsePath(path: string): Target {
  const [type = '', second, third, fourth, ...rest] = path.split('/').slice(1).map(decode)
  if (rest.length > 0) throw unknownPath()
  if (type === 'metadata' && second === undefined) return { kind: 'metadata' }
  if (!RESOURCE_TABLE.has(type)) throw new HubError('NOT_FOUND', 'no such path or resource type')
  if (second === undefined || (second === '' && third === undefined)) return { kind: 'type', type }
  if (second.startsWith('$') && third === undefined)
    return { kind: 'operation', type, id: undefined, code: second.slice(1) }
  if (second === '_search' && third === undefined) return { kind: 'search', type }
  if (second.startsWith('_')) throw unknownPath()
  if (!FHIR_ID.test(second))
    throw new HubError('QUERY_INVALID', 'an id is 1 to 64 of A-Z a-z 0-9 - .', { at: 'id' })
  if (looksNational(undefined, second)) throw nationalIdInUrl(type, 'id')
  if (third === undefined) return { kind: 'instance', type, id: second }
  if (third === '_history')
    return fourth === undefined
      ? { kind: 'history', type, id: second }
      : { kind: 'version', type, id: second, version: fourth }
  if (third.startsWith('$') && fourth === undefined)
    return { kind: 'operation', type, id: second, code: third.slice(1) }
  throw unknownPath()
}

/** Methods that a target answers; empty for an operation that is not there. */
export function allowedMethods(context: ApiContext, target: Target): readonly string[] {
  switch (target.kind) {
    case 'metadata':
      return ['GET', 'HEAD']
    case 'type':
      return methodsOf(target.type, ['search-type', 'create', 'update'])
    case 'search':
      return methodsOf(target.type, ['search-type']).length === 0 ? [] : ['POST']
    case 'instance':
      return methodsOf(target.type, ['read', 'update'])
    case 'history':
      return methodsOf(target.type, ['history-instance'])
    case 'version':
      return methodsOf(target.type, ['vread'])
    case 'operation':
      return findOperation(context, target)?.methods ?? []
    default:
      return assertNever(target)
  }
}

/** A media type that a target serves besides JSON. */
export const servedBesides = (context: ApiContext, target: Target): string | undefined =>
  target.kind === 'operation' ? findOperation(context, target)?.serves : undefined

/** @throws HubError NOT_FOUND, METHOD_NOT_ALLOWED and those of the interaction */
export async function route(context: ApiContext, request: FhirRequest, target: Target): Promise<Answer> {
  const methods = allowedMethods(context, target)
  if (methods.length === 0) throw unknownPath()
  if (!methods.includes(request.method))
    throw new HubError('METHOD_NOT_ALLOWED', `allowed here: ${methods.join(', ')}`)
  switch (target.kind) {
    case 'metadata':
      return metadata(context, request)
    case 'type': {
      const row = rowOf(target.type)
      if (request.method === 'POST') return create(context, request, row)
      if (request.method === 'PUT') return conditionalUpdate(context, request, row)
      return searchType(context, request, target.type)
    }
    case 'search':
      return searchByPost(context, request, target.type)
    case 'instance':
      return request.method === 'PUT'
        ? update(context, request, rowOf(target.type), target.id)
        : read(context, request, target.type, target.id)
    case 'history':
      return historyInstance(context, request, target.type, target.id)
    case 'version':
      return vread(context, request, target.type, target.id, target.version)
    case 'operation': {
      const operation = findOperation(context, target)
      if (operation === undefined) throw unknownPath()
      return runOperation(context.deps, operation, request, target.type, target.id)
    }
    default:
      return assertNever(target)
  }
}

function metadata({ statement }: ApiContext, request: FhirRequest): Answer {
  const headers = { ETag: statement.etag }
  return request.header('if-none-match') === statement.etag
    ? { status: 304, headers }
    : { status: 200, headers, body: statement.text }
}

function findOperation(
  { operations }: ApiContext,
  target: Extract<Target, { kind: 'operation' }>,
): BoundOperation | undefined {
  return operations.find(
    ({ code, types, onType, onInstance }) =>
      code === target.code && types.includes(target.type) && (target.id === undefined ? onType : onInstance),
  )
}

const methodsOf = (type: string, interactions: readonly Interaction[]): string[] =>
  interactions
    .filter((interaction) => RESOURCE_TABLE.get(type)?.interactions.includes(interaction))
    .flatMap((interaction) => INTERACTION_METHODS[interaction])

function rowOf(type: string): ResourceRow {
  const row = RESOURCE_TABLE.get(type)
  if (row === undefined) throw unknownPath()
  return row
}

const unknownPath = (): HubError => new HubError('NOT_FOUND', 'no such path')
