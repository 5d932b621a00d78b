/**
 * Contract of a FHIR operation. The OperationDefinition in fhir-profiles says where it is called, with which methods and
 * parameters; routing, checks and CapabilityStatement follow from it.
 */
import type { FhirResource, OperationDefinition, OperationDefinitionParameter, Parameters } from 'fhir/r4.js'
import { HubError } from '../../core/errors.js'
import type { ApiDeps } from '../deps.js'
import type { Answer, FhirRequest } from '../exchange.js'
import { isObject, parseFhirJson } from '../fhir-json.js'
import { FHIR_RESOURCE_BYTES_MAX } from '../limits.js'
import { checkContentType, FHIR_BODY_TYPES } from '../negotiation.js'

export type ParameterValues = ReadonlyMap<string, readonly unknown[]>

export interface OperationInput {
  /** Set when called on an instance. */
  readonly id: string | undefined
  readonly type: string
  /** Values by parameter name, as JSON; only declared names, in declared numbers. One of parts: their values by name. */
  readonly parameters: ParameterValues
  /** The body as it came, its names checked; undefined where there was none. */
  readonly body: Parameters | undefined
  readonly request: FhirRequest
}

export interface FhirOperation {
  /** Canonical URL of its OperationDefinition. */
  readonly definition: string
  /** Media type in which it answers besides JSON, to who asks for it. */
  readonly serves?: string
  readonly handle: (deps: ApiDeps, input: OperationInput) => Promise<Answer>
}

export interface BoundOperation {
  readonly code: string
  readonly definition: string
  readonly types: readonly string[]
  readonly onType: boolean
  readonly onInstance: boolean
  readonly methods: readonly string[]
  readonly parameters: readonly OperationDefinitionParameter[]
  readonly serves: string | undefined
  readonly handle: FhirOperation['handle']
}

/** @throws HubError CHANNEL_MISCONFIGURED when an operation has no definition: the installation is not whole */
export function bindOperations(
  operations: readonly FhirOperation[],
  definitions: readonly FhirResource[],
): BoundOperation[] {
  return operations.map(({ definition: url, handle, serves }) => {
    const definition = definitions.find(
      (item): item is OperationDefinition => item.resourceType === 'OperationDefinition' && item.url === url,
    )
    if (definition === undefined)
      throw new HubError('CHANNEL_MISCONFIGURED', 'OperationDefinition is missing in fhir-profiles', {
        at: url,
      })
    return {
      code: definition.code,
      definition: url,
      types: definition.resource ?? [],
      onType: definition.type,
      onInstance: definition.instance,
      methods: definition.affectsState === false ? ['GET', 'HEAD', 'POST'] : ['POST'],
      parameters: (definition.parameter ?? []).filter(({ use }) => use === 'in'),
      serves,
      handle,
    }
  })
}

/** @throws HubError QUERY_INVALID, RESOURCE_STRUCTURE and those of the operation */
export async function runOperation(
  deps: ApiDeps,
  operation: BoundOperation,
  request: FhirRequest,
  type: string,
  id: string | undefined,
): Promise<Answer> {
  const parameters = new Map<string, unknown[]>()
  for (const { name, value } of request.query) {
    const declared = operation.parameters.find((item) => item.name === name)
    // Values of complex types cannot stand in a URL (R4 operations, executing an operation).
    if (declared === undefined || !/^[a-z]/.test(declared.type ?? ''))
      throw new HubError('QUERY_INVALID', `not a parameter of $${operation.code} in a URL`, {
        at: declared === undefined ? 'query' : declared.name,
      })
    parameters.set(name, [...(parameters.get(name) ?? []), value])
  }
  const body = request.method === 'POST' ? await readParameters(operation, request, parameters) : undefined
  checkNumbers(operation.parameters, parameters, placeOf)
  return operation.handle(deps, { id, type, parameters, body, request })
}

async function readParameters(
  operation: BoundOperation,
  request: FhirRequest,
  parameters: Map<string, unknown[]>,
): Promise<Parameters | undefined> {
  const bytes = await request.body(FHIR_RESOURCE_BYTES_MAX)
  // An operation without parameters may be called without a body.
  if (bytes.length === 0) return undefined
  checkContentType(request.header('content-type'), FHIR_BODY_TYPES)
  const body = parseFhirJson(bytes, 'Parameters')
  if (body['resourceType'] !== 'Parameters')
    throw structure('Parameters', 'a Parameters resource is expected')
  readList(operation, operation.parameters, body['parameter'] ?? [], 'Parameters.parameter', parameters)
  // Type and names are checked; whether the values are valid R4 is the use case's first question.
  return body as unknown as Parameters
}

function readList(
  operation: BoundOperation,
  declared: readonly OperationDefinitionParameter[],
  given: unknown,
  place: string,
  into: Map<string, unknown[]>,
): void {
  if (!Array.isArray(given)) throw structure(place, 'an array is expected')
  given.forEach((item: unknown, index) => {
    const at = `${place}[${index}]`
    if (!isObject(item) || typeof item['name'] !== 'string') throw structure(at, 'name is missing')
    const { name } = item
    const parameter = declared.find((one) => one.name === name)
    if (parameter === undefined) throw structure(at, `not a parameter of $${operation.code}`)
    const value =
      parameter.part === undefined
        ? givenValue(item, parameter.type ?? '')
        : partsOf(operation, parameter.part, item, at)
    if (value === undefined) throw structure(at, `a value of type ${parameter.type ?? 'none'} is expected`)
    into.set(name, [...(into.get(name) ?? []), value])
  })
}

function partsOf(
  operation: BoundOperation,
  declared: readonly OperationDefinitionParameter[],
  item: Readonly<Record<string, unknown>>,
  at: string,
): ParameterValues {
  const parts = new Map<string, unknown[]>()
  readList(operation, declared, item['part'] ?? [], `${at}.part`, parts)
  checkNumbers(declared, parts, (name) => `${at}.part.where(name='${name}')`)
  return parts
}

function checkNumbers(
  declared: readonly OperationDefinitionParameter[],
  parameters: ParameterValues,
  place: (name: string) => string,
): void {
  for (const { name, min, max } of declared) {
    const given = parameters.get(name)?.length ?? 0
    if (given < min || (max !== '*' && given > Number(max)))
      throw structure(place(name), `parameter is expected ${min} to ${max} times`)
  }
}

/** `Any`: whatever value there is. A type of resource stands in `resource`. */
function givenValue(item: Readonly<Record<string, unknown>>, type: string): unknown {
  const { resource } = item
  if (isObject(resource) && resource['resourceType'] === type) return resource
  if (type === 'Any')
    return Object.entries(item).find(([key]) => key.startsWith('value') || key === 'resource')?.[1]
  return item[`value${type.charAt(0).toUpperCase()}${type.slice(1)}`]
}

/** Of a parameter, for the answer. */
export const placeOf = (name: string): string => `Parameters.parameter.where(name='${name}')`

const structure = (at: string, rule: string): HubError => new HubError('RESOURCE_STRUCTURE', rule, { at })
