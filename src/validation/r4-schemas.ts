/**
 * R4 StructureDefinitions to JSON Schemas for ajv: one schema a resource type, data type and backbone element, named
 * by its path. Build time only.
 */
import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js'
import { isInvariant, NOT_CHECKED } from './invariants.js'
import type { ChoiceGroup, NeededGroup } from './keywords.js'
import { PRIMITIVES } from './primitives.js'
import { type R4Definitions, RESOURCE_TYPES, withoutVersion } from './r4-definitions.js'

export type JsonSchema = Readonly<Record<string, unknown>>

/** Beyond this many codes a binding is not checked: value sets of that size (languages, currencies) are open in practice. */
const ENUM_CODES_MAX = 400

export interface R4Schemas {
  readonly schemas: readonly JsonSchema[]
  /** JSON property of a choice → FHIRPath name: `medicationCodeableConcept` → `medication`. */
  readonly choiceNames: Readonly<Record<string, string>>
}

interface Build {
  readonly definitions: R4Definitions
  readonly schemas: Map<string, JsonSchema>
  /** Types asked for and not yet built. */
  readonly wanted: Set<string>
  readonly choiceNames: Map<string, string>
  readonly plainNames: Set<string>
}

/** @throws Error when a definition holds something that this builder does not know: it must never be skipped in silence. */
export function r4Schemas(definitions: R4Definitions): R4Schemas {
  const build: Build = {
    definitions,
    schemas: new Map(),
    wanted: new Set(RESOURCE_TYPES),
    choiceNames: new Map(),
    plainNames: new Set(),
  }
  build.schemas.set('primitive-extension', primitiveExtension(false))
  build.schemas.set('primitive-extension-or-null', primitiveExtension(true))
  for (const type of build.wanted) if (!build.schemas.has(type)) addType(build, type)
  const choiceNames = [...build.choiceNames].filter(([property]) => !build.plainNames.has(property))
  return {
    schemas: [...build.schemas].map(([id, schema]) => ({ $id: id, ...schema })),
    choiceNames: Object.fromEntries(choiceNames),
  }
}

/** `_birthDate`: only id and extensions. In arrays `null` stands where a value has no extension. */
const primitiveExtension = (orNull: boolean): JsonSchema => ({
  type: orNull ? ['object', 'null'] : 'object',
  additionalProperties: false,
  required: ['extension'],
  properties: {
    id: PRIMITIVES['string'],
    extension: { type: 'array', minItems: 1, items: { $ref: 'Extension' } },
  },
})

function addType(build: Build, type: string): void {
  const definition = build.definitions.structures.get(type)
  if (definition === undefined) throw new Error(`no R4 definition of ${type}`)
  const elements = definition.snapshot?.element ?? []
  for (const parent of elements.filter((element) => isParent(element, elements)))
    build.schemas.set(parent.path, objectSchema(build, definition, parent, elements))
}

const isParent = (element: ElementDefinition, elements: readonly ElementDefinition[]): boolean =>
  elements.some((other) => other.path.startsWith(`${element.path}.`))

const depth = (path: string): number => path.split('.').length

function objectSchema(
  build: Build,
  definition: StructureDefinition,
  parent: ElementDefinition,
  elements: readonly ElementDefinition[],
): JsonSchema {
  const isResource = definition.kind === 'resource' && parent.path === definition.type
  const properties: Record<string, JsonSchema | undefined> = isResource
    ? { resourceType: { const: definition.type } }
    : {}
  const needs: NeededGroup[] = isResource ? [['resourceType', 'resourceType']] : []
  const choices: ChoiceGroup[] = []
  const pairedNulls: string[] = []
  const children = elements.filter(
    (element) => element.path.startsWith(`${parent.path}.`) && depth(element.path) === depth(parent.path) + 1,
  )
  for (const child of children.filter((element) => element.max !== '0')) {
    const made = childProperties(build, child, elements)
    Object.assign(properties, made.properties)
    if (made.primitiveList !== undefined) pairedNulls.push(made.primitiveList)
    if (made.names.length > 1) choices.push([made.name, ...made.names])
    if ((child.min ?? 0) > 0) needs.push([made.name, ...made.satisfiedBy])
  }
  return {
    type: 'object',
    additionalProperties: false,
    notEmpty: true,
    properties,
    ...(needs.length > 0 && { needs }),
    ...(choices.length > 0 && { choices }),
    ...(pairedNulls.length > 0 && { pairedNulls }),
    ...invariantsOf(parent, isResource),
  }
}

interface Child {
  readonly name: string
  readonly properties: Record<string, JsonSchema>
  /** JSON properties that carry the value; several for a choice. */
  readonly names: readonly string[]
  /** What fulfils min 1. A status-like primitive needs its value, others may have an extension in its place. */
  readonly satisfiedBy: readonly string[]
  readonly primitiveList?: string
}

function childProperties(
  build: Build,
  child: ElementDefinition,
  elements: readonly ElementDefinition[],
): Child {
  const last = child.path.slice(child.path.lastIndexOf('.') + 1)
  const name = last.replace('[x]', '')
  const isChoice = last.endsWith('[x]')
  const isList = child.max === '*' || Number(child.max) > 1
  const properties: Record<string, JsonSchema> = {}
  const names: string[] = []
  const satisfiedBy: string[] = []
  let primitiveList: string | undefined
  for (const type of typesOf(child)) {
    const property = isChoice ? name + capital(type.code) : name
    if (isChoice) build.choiceNames.set(property, name)
    else build.plainNames.add(property)
    names.push(property)
    satisfiedBy.push(property)
    const value = valueSchema(build, child, type, elements)
    const primitive = Object.hasOwn(PRIMITIVES, type.code)
    properties[property] = isList ? listOf(primitive ? orNull(value) : value, child) : value
    if (!primitive || type.isSystemString) continue
    properties[`_${property}`] = isList
      ? { type: 'array', minItems: 1, items: { $ref: 'primitive-extension-or-null' } }
      : { $ref: 'primitive-extension' }
    if (isList) primitiveList = property
    if (child.isModifier !== true) satisfiedBy.push(`_${property}`)
  }
  return { name, properties, names, satisfiedBy, ...(primitiveList !== undefined && { primitiveList }) }
}

const listOf = (items: JsonSchema, child: ElementDefinition): JsonSchema => ({
  type: 'array',
  minItems: 1,
  items,
  ...(child.max !== '*' && { maxItems: Number(child.max) }),
  ...(child.path.endsWith('.modifierExtension') && { knownModifiers: [] }),
})

const orNull = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  type: [schema['type'], 'null'],
  ...(Array.isArray(schema['enum']) && { enum: [...schema['enum'], null] }),
})

interface ElementType {
  readonly code: string
  /** `id` of elements and `url` of extensions have no `_` twin. */
  readonly isSystemString: boolean
  readonly targets: readonly string[]
}

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type'

function typesOf(child: ElementDefinition): readonly ElementType[] {
  if (child.contentReference !== undefined)
    return [{ code: child.contentReference.slice(1), isSystemString: false, targets: [] }]
  return (child.type ?? []).map((type) => {
    const isSystemString = type.code.startsWith('http://hl7.org/fhirpath/')
    const declared = type.extension?.find((extension) => extension.url === FHIR_TYPE)?.valueUrl
    // R4 declares Resource.id as string; its own text and pattern make it an id.
    const systemType = child.base?.path === 'Resource.id' ? 'id' : (declared ?? 'string')
    const code = isSystemString ? systemType : type.code
    const targets = (type.targetProfile ?? []).map((profile) => profile.slice(profile.lastIndexOf('/') + 1))
    return { code, isSystemString, targets }
  })
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

function valueSchema(
  build: Build,
  child: ElementDefinition,
  type: ElementType,
  elements: readonly ElementDefinition[],
): JsonSchema {
  const extra = { ...bindingOf(build, child, type.code), ...invariantsOf(child, false) }
  const primitive = Object.hasOwn(PRIMITIVES, type.code) ? PRIMITIVES[type.code] : undefined
  if (primitive !== undefined)
    return 'enum' in extra ? { type: 'string', ...extra } : { ...primitive, ...extra }
  // Contained and bundled resources are validated by validate.ts, each by its own type.
  if (type.code === 'Resource') return { type: 'object', ...extra }
  if (isParent(child, elements)) return { $ref: child.path, ...extra }
  if (type.code.includes('.')) return { $ref: type.code, ...extra }
  build.wanted.add(type.code)
  const targets = type.targets.filter((target) => target !== 'Resource')
  if (type.code === 'Reference' && targets.length > 0) return { $ref: 'Reference', targets, ...extra }
  return { $ref: type.code, ...extra }
}

function bindingOf(build: Build, child: ElementDefinition, type: string): JsonSchema {
  if (child.binding?.strength !== 'required' || child.binding.valueSet === undefined) return {}
  const codes = build.definitions.codesOf(withoutVersion(child.binding.valueSet))
  if (codes === undefined || codes.length > ENUM_CODES_MAX) return {}
  if (type === 'code') return { enum: [...new Set(codes.map(({ code }) => code))] }
  if (type === 'CodeableConcept') return { codingIn: codes.map(({ system, code }) => `${system}|${code}`) }
  return {}
}

function invariantsOf(element: ElementDefinition, isResource: boolean): JsonSchema {
  const keys = (element.constraint ?? [])
    .filter((constraint) => constraint.severity === 'error')
    .map((constraint) => constraint.key)
    .filter((key) => !NOT_CHECKED.has(key) && (key !== 'ext-1' || element.path === 'Extension'))
  const unknown = keys.find((key) => !isInvariant(key))
  if (unknown !== undefined) throw new Error(`${element.path}: invariant ${unknown} has no rule`)
  const all = isResource ? [...keys, 'hub-subsetted', 'hub-contained-ids'] : keys
  return all.length > 0 ? { invariants: all } : {}
}
