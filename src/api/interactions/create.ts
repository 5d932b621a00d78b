/** Create and conditional create (R4 http#create, #ccreate; fhir-api.md W-01 to W-03, C-01). */
import type { ApiContext } from '../context.js'
import type { Answer, FhirRequest } from '../exchange.js'
import { refuseParameters } from '../refuse-parameters.js'
import type { ResourceRow } from '../resource-table.js'
import { conditionOfHeader } from './condition.js'
import { readResource } from './resource-body.js'
import { writtenAnswer } from './written-answer.js'

/** @throws HubError of the body, the condition and the use case */
export async function create(context: ApiContext, request: FhirRequest, row: ResourceRow): Promise<Answer> {
  refuseParameters(request)
  const { id: _ignored, ...body } = await readResource(request, row.type)
  const header = request.header('if-none-exist')
  const condition = header === undefined ? undefined : conditionOfHeader(header)
  const written = await context.deps.writeResource({
    method: 'create',
    type: row.type,
    body,
    ...(condition === undefined ? {} : { condition }),
    clientId: request.caller.clientId,
  })
  return writtenAnswer(context, request, row.type, written)
}
