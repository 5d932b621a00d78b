/** What every interaction needs, made once when the app is made. */

import { capabilityStatement, type ServedStatement } from './capability-statement.js'
import { definitionSource, type ResourceSource } from './definition-source.js'
import type { ApiDeps } from './deps.js'
import { fhirBase } from './exchange.js'
import { type HostGuard, openHostGuard } from './host-guard.js'
import type { BoundOperation } from './operations/operation.js'
import { bindOperations } from './operations/operation.js'
import { OPERATIONS } from './operations/registry.js'
import { createPageLinks, type PageLinks } from './page-link.js'
import { RESOURCE_TABLE } from './resource-table.js'

export interface ApiContext {
  readonly deps: ApiDeps
  /** `<publicUrl>/fhir`; the request's own Host is never used (fhir-api.md N-13). */
  readonly base: string
  readonly checkHost: HostGuard
  readonly pages: PageLinks
  readonly operations: readonly BoundOperation[]
  readonly statement: ServedStatement
  /** Where resources of this type are read from. */
  readonly sourceOf: (type: string) => ResourceSource
}

/** @throws HubError CHANNEL_MISCONFIGURED when an operation has no definition */
export function createContext(deps: ApiDeps): ApiContext {
  const madeAt = new Date(deps.clock()).toISOString()
  const definitions = definitionSource(deps.definitions, madeAt)
  const base = fhirBase(deps.publicUrl)
  const operations = bindOperations(OPERATIONS, deps.definitions)
  return {
    deps,
    base,
    checkHost: openHostGuard(deps.publicUrl),
    pages: createPageLinks(deps.pageKey, deps.clock),
    operations,
    statement: capabilityStatement({ deps, base, operations }, madeAt),
    sourceOf: (type) => (RESOURCE_TABLE.get(type)?.source === 'definitions' ? definitions : deps.store),
  }
}
