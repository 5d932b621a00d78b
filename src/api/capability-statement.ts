/** The CapabilityStatement: made of the tables that drive router and search, never edited (fhir-api.md M-01, M-02). */
import { createHash } from 'node:crypto'
import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceOperation,
  CapabilityStatementRestResourceSearchParam,
  FhirResource,
} from 'fhir/r4.js'
import { CANONICAL_BASE } from '../core/canonical.js'
import { COMMON_PARAMETERS, SEARCH_PARAMETERS, type SearchParameter } from '../core/search-parameter-table.js'
import type { ApiContext } from './context.js'
import { isIncludable } from './included.js'
import {
  FHIR_RESOURCE_BYTES_MAX,
  JSON_DEPTH_MAX,
  SEARCH_COUNT_DEFAULT,
  SEARCH_COUNT_MAX,
  SEARCH_OR_VALUES_MAX,
  URL_CHARS_MAX,
} from './limits.js'
import type { BoundOperation } from './operations/operation.js'
import { RESOURCE_TABLE, type ResourceRow } from './resource-table.js'

export interface ServedStatement {
  readonly text: string
  readonly etag: string
}

type StatementContext = Pick<ApiContext, 'deps' | 'base' | 'operations'>

/** @param madeAt ISO instant, the statement's own date */
export function capabilityStatement(context: StatementContext, madeAt: string): ServedStatement {
  const statement = build(context, madeAt)
  const etag = createHash('sha256')
    .update(JSON.stringify({ ...statement, date: '' }))
    .digest('hex')
    .slice(0, 16)
  return { text: JSON.stringify(statement), etag: `W/"${etag}"` }
}

function build({ deps, base, operations }: StatementContext, madeAt: string): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: madeAt,
    kind: 'instance',
    software: { name: 'Stafett', version: deps.version },
    implementation: { description: 'Stafett medication integration hub', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/json', 'json'],
    rest: [
      {
        mode: 'server',
        documentation: documentation(deps.zone),
        security: { cors: false },
        resource: [...RESOURCE_TABLE.values()].map((row) => resourceOf(row, operations, deps.definitions)),
        searchParam: COMMON_PARAMETERS.map(searchParamOf),
      },
    ],
  }
}

const POLICIES: CapabilityStatementRestResource['referencePolicy'] = ['literal', 'logical']

function resourceOf(
  row: ResourceRow,
  operations: readonly BoundOperation[],
  definitions: readonly FhirResource[],
): CapabilityStatementRestResource {
  const { type, interactions, source } = row
  const stored = source === 'store'
  const supportedProfile = profilesOf(type, definitions)
  const operation = operations.filter(({ types }) => types.includes(type)).map(operationOf)
  return {
    type,
    ...(supportedProfile.length === 0 ? {} : { supportedProfile }),
    interaction: interactions.map((code) => ({ code })),
    versioning: stored ? 'versioned-update' : 'versioned',
    readHistory: interactions.includes('vread'),
    updateCreate: false,
    conditionalCreate: interactions.includes('create'),
    conditionalRead: 'full-support',
    conditionalUpdate: interactions.includes('update'),
    conditionalDelete: 'not-supported',
    ...(stored ? { referencePolicy: POLICIES } : {}),
    ...includesOf(type),
    searchParam: (SEARCH_PARAMETERS.get(type) ?? []).map(searchParamOf),
    ...(operation.length === 0 ? {} : { operation }),
  }
}

/** `_include` is taken for every reference that can be searched by. */
function includesOf(type: string): Pick<CapabilityStatementRestResource, 'searchInclude'> {
  const found = (SEARCH_PARAMETERS.get(type) ?? []).filter(isIncludable)
  return found.length === 0 ? {} : { searchInclude: found.map(({ name }) => `${type}:${name}`) }
}

function profilesOf(type: string, definitions: readonly FhirResource[]): string[] {
  return definitions.flatMap((item) =>
    item.resourceType === 'StructureDefinition' && item.kind === 'resource' && item.type === type
      ? [item.url]
      : [],
  )
}

function operationOf({ code, definition }: BoundOperation): CapabilityStatementRestResourceOperation {
  return { name: code, definition }
}

function searchParamOf(parameter: SearchParameter): CapabilityStatementRestResourceSearchParam {
  const { name, type, definition, note, own } = parameter
  const documentation = [modifiersOf(parameter), note].filter((part) => part !== undefined).join(' ')
  return {
    name,
    type: type === 'person' ? 'reference' : type,
    definition: `${own === true ? CANONICAL_BASE : 'http://hl7.org/fhir'}/SearchParameter/${definition}`,
    ...(documentation === '' ? {} : { documentation }),
  }
}

function modifiersOf({ type, name }: SearchParameter): string | undefined {
  if (type === 'string')
    return 'Starts with, without case and accents (å ä ö æ ø are letters of their own); :exact.'
  if (type === 'reference') return 'Type/id or absolute URL; :identifier.'
  if (type === 'person') return `Type/id or id; :identifier and ${name}.identifier with system and value.`
  if (type === 'date') return 'Prefixes eq ne gt lt ge le sa eb.'
  return undefined
}

function documentation(zone: string): string {
  return [
    'Search is strict unless Prefer: handling=lenient is sent: an unknown parameter, modifier or prefix is refused with 400.',
    `Dates without an offset are read in ${zone}. Results come in the order of their ids; _sort is not offered.`,
    `_count is ${SEARCH_COUNT_DEFAULT} by default and ${SEARCH_COUNT_MAX} at most; _total is none by default. Page links last one hour.`,
    'National identity numbers are refused in URLs: send POST [type]/_search.',
    'Conditional create and update take identifier=system|value or _id=id.',
    `Limits: ${FHIR_RESOURCE_BYTES_MAX} bytes a resource, JSON depth ${JSON_DEPTH_MAX}, URL ${URL_CHARS_MAX} characters, ${SEARCH_OR_VALUES_MAX} values in one parameter.`,
    '_include takes Type:parameter for the references named in searchInclude; no :iterate. _list takes $current-medications or the id of a List, for MedicationStatement.',
    'Search filters nothing in secret: facts of sources and lines of the hub both come; _tag=medlist-layer|line, _list=$current-medications or $medication-list give each treatment once.',
    'Lines of the shared list (MedicationStatement tagged medlist-layer|line) and types without create are written by the hub only.',
  ].join('\n')
}
