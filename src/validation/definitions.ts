/** The hub's own canonical definitions, as they lie in fhir-profiles/. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type {
  CodeSystem,
  ConceptMap,
  OperationDefinition,
  SearchParameter,
  StructureDefinition,
  ValueSet,
} from 'fhir/r4.js'
import { packageRoot } from './package-root.js'

export type Definition =
  | StructureDefinition
  | CodeSystem
  | ValueSet
  | ConceptMap
  | OperationDefinition
  | SearchParameter

/**
 * All files `fhir-profiles/<Type>-<name>.json`, in the order of their names.
 * @throws Error when a file is no JSON or its type and id do not agree with its name: a fault of the installation.
 */
export function openDefinitions(root: string = packageRoot()): readonly Definition[] {
  const folder = join(root, 'fhir-profiles')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readDefinition(join(folder, name), name))
}

function readDefinition(path: string, name: string): Definition {
  // The name is checked just below, the content by the tests of fhir-profiles with an R4 validator.
  const definition = JSON.parse(readFileSync(path, 'utf8')) as Definition
  if (`${definition.resourceType}-${definition.id}.json` !== name)
    throw new Error(`fhir-profiles/${name}: resourceType and id do not agree with the file name`)
  return definition
}

/** The extensions among the definitions: profiles on Extension. */
export const extensionDefinitions = (definitions: readonly Definition[]): StructureDefinition[] =>
  definitions.filter(isStructureDefinition).filter((definition) => definition.type === 'Extension')

/** The profiles among the definitions: constraints on a resource type. */
export const profileDefinitions = (definitions: readonly Definition[]): StructureDefinition[] =>
  definitions
    .filter(isStructureDefinition)
    .filter((definition) => definition.kind === 'resource' && definition.derivation === 'constraint')

const isStructureDefinition = (definition: Definition): definition is StructureDefinition =>
  definition.resourceType === 'StructureDefinition'
