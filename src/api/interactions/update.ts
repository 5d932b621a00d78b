/** Update and conditional update (R4 http#update, #cond-update; fhir-api.md W-04 to W-09, C-03). */
import { HubError } from '../../core/errors.js'
import { searchParameter } from '../../core/search-parameters.js'
import type { ApiContext } from '../context.js'
import type { WriteCondition } from '../deps.js'
import type { Answer, FhirRequest } from '../exchange.js'
import { looksNational, nationalIdInUrl } from '../national-id.js'
import { refuseParameters } from '../refuse-parameters.js'
import type { ResourceRow } from '../resource-table.js'
import { conditionOf } from './condition.js'
import { entityTagsOf } from './read.js'
import { readResource } from './resource-body.js'
import { writtenAnswer } from './written-answer.js'

/**
 * PUT to an id. The use case refuses an id that does not exist (update-as-create is off, W-05) and the hub's own lines.
 * @throws HubError VERSION_STALE, RESOURCE_STRUCTURE and those of the use case
 */
export async function update(
  context: ApiContext,
  request: FhirRequest,
  row: ResourceRow,
  id: string,
): Promise<Answer> {
  refuseParameters(request)
  const body = await readResource(request, row.type)
  if (body.id !== id)
    throw new HubError('RESOURCE_STRUCTURE', 'id must be given and equal to the id in the URL', {
      at: `${row.type}.id`,
    })
  if (
    request.header('if-none-match')?.trim() === '*' &&
    (await context.deps.store.read(row.type, id)) !== undefined
  )
    throw new HubError('VERSION_STALE', 'the resource exists', { at: 'If-None-Match' })
  const written = await context.deps.writeResource({
    method: 'update',
    type: row.type,
    id,
    body,
    ...ifMatchOf(request),
    clientId: request.caller.clientId,
  })
  return writtenAnswer(context, request, row.type, written)
}

/** PUT to a type with criteria. @throws HubError CONDITION_INVALID, NATIONAL_ID_IN_URL and those of the use case */
export async function conditionalUpdate(
  context: ApiContext,
  request: FhirRequest,
  row: ResourceRow,
): Promise<Answer> {
  const condition = conditionOf(request.query)
  if (isNational(condition)) throw nationalIdInUrl(row.type, 'identifier')
  if (condition.kind === 'identifier' && searchParameter(row.type, 'identifier') === undefined)
    throw new HubError('CONDITION_INVALID', 'resources of this type have no identifier')
  if (request.header('if-none-match') !== undefined)
    throw new HubError('CONDITION_INVALID', 'a conditional update takes no If-None-Match', {
      at: 'If-None-Match',
    })
  const body = await readResource(request, row.type)
  const written = await context.deps.writeResource({
    method: 'update',
    type: row.type,
    body,
    condition,
    ...ifMatchOf(request),
    clientId: request.caller.clientId,
  })
  return writtenAnswer(context, request, row.type, written)
}

const isNational = (condition: WriteCondition): boolean =>
  condition.kind === 'identifier'
    ? looksNational(condition.system, condition.value)
    : looksNational(undefined, condition.id)

/** Versions of `If-Match`. `*` asks for existence only. Tags that are no versions of ours can match nothing. */
function ifMatchOf(request: FhirRequest): { readonly ifMatch?: readonly number[] } {
  const header = request.header('if-match')
  if (header === undefined) return {}
  const tags = entityTagsOf(header)
  if (tags.includes('*')) return {}
  const versions = tags.flatMap((tag) => {
    const version = /^W\/"([1-9]\d{0,14})"$/.exec(tag)?.[1]
    return version === undefined ? [] : [Number(version)]
  })
  if (versions.length === 0) throw new HubError('VERSION_STALE', 'no version matches', { at: 'If-Match' })
  return { ifMatch: versions }
}
