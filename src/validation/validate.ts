/**
 * Validation of FHIR R4 resources at run time: the validators are generated code (generate.ts), chosen by resource
 * type, by `meta.profile` and by layer. One engine for writes, mappings and `$validate` (fhir-api.md N-08, N-09, O-01).
 */
import type { ValidateFunction } from 'ajv'
import { profileUrl } from '../core/canonical.js'
import type { Problem } from '../core/errors.js'
import { flagProblems } from './flag-status.js'
import { layersOf } from './hub-invariants.js'
import { listOf, type Node, nodeOf, own } from './json.js'
import { type ProblemNames, problemOf } from './problems.js'

/** A report names at most this many problems and then says that there are more (fhir-api.md E-03). */
export const PROBLEMS_MAX = 100
/** A resource of more JSON values than this is not searched for further problems after the first. */
const SEARCHED_VALUES_MAX = 50_000
/** Bundles in bundles, parts in parts. */
const NESTED_RESOURCES_DEPTH_MAX = 8

export interface Validation {
  /**
   * All problems of one resource, empty when it is valid. Each has a FHIRPath place, a rule and a code: RESOURCE_STRUCTURE
   * (no FHIR JSON), RESOURCE_INVALID (a rule of R4 or of a profile), CODE_UNMAPPED (a required binding).
   * `profile`: canonical of a hub profile to hold it against, besides those that it names.
   */
  readonly validate: (resource: unknown, profile?: string) => readonly Problem[]
  readonly types: ReadonlySet<string>
  /** Canonicals of the profiles that are checked. */
  readonly profiles: ReadonlySet<string>
}

interface Tables extends ProblemNames {
  readonly types: readonly string[]
  readonly profiles: Readonly<Record<string, { readonly type: string; readonly validator: string }>>
}

type Validators = Readonly<Record<string, ValidateFunction>>

interface Engine {
  readonly tables: Tables
  readonly types: ReadonlySet<string>
  readonly first: Validators
  readonly all: Validators
}

/** @throws Error when the generated modules are missing: the build is not finished. */
export async function openValidation(): Promise<Validation> {
  const [tables, first, all] = await Promise.all(['tables.js', 'first.js', 'all.js'].map(generated))
  const engine: Engine = {
    // Written by generate.ts from the same interfaces.
    tables: nodeOf(tables)['tables'] as Tables,
    types: new Set((nodeOf(tables)['tables'] as Tables).types),
    first: nodeOf(first) as Validators,
    all: nodeOf(all) as Validators,
  }
  return {
    validate: (resource, profile) => validateRoot(engine, resource, profile),
    types: engine.types,
    profiles: new Set(Object.keys(engine.tables.profiles)),
  }
}

async function generated(name: string): Promise<unknown> {
  const url = new URL(`./generated/${name}`, import.meta.url)
  try {
    // A namespace object has no prototype of objects; spread makes it a plain one.
    return { ...(await import(url.href)) }
  } catch (cause) {
    throw new Error(
      'generated validators are missing: run the build (node dist/src/validation/generate.js)',
      {
        cause,
      },
    )
  }
}

function validateRoot(engine: Engine, resource: unknown, profile: string | undefined): readonly Problem[] {
  const problems: Problem[] = []
  try {
    validateAt(engine, resource, { start: undefined, root: resource, depth: 0, profile }, problems)
  } catch (error) {
    // Only the validators' own recursion can exhaust the stack here.
    if (!(error instanceof RangeError)) throw error
    return [{ at: '', text: 'is nested too deeply', code: 'RESOURCE_STRUCTURE' }]
  }
  const unique = [...new Map(problems.map((problem) => [`${problem.at} ${problem.text}`, problem])).values()]
  if (unique.length <= PROBLEMS_MAX) return unique
  const more = `${unique.length - PROBLEMS_MAX} more problems are not listed`
  return [...unique.slice(0, PROBLEMS_MAX), { at: '', text: more, code: 'RESOURCE_STRUCTURE' }]
}

interface Position {
  /** FHIRPath of the resource; undefined at the outermost, whose place is its type. */
  readonly start: string | undefined
  /** The resource whose `contained` local references lead to. */
  readonly root: unknown
  readonly depth: number
  readonly profile?: string | undefined
}

function validateAt(engine: Engine, value: unknown, position: Position, problems: Problem[]): void {
  const resource = nodeOf(value)
  const type = own(resource, 'resourceType')
  if (typeof type !== 'string' || !engine.types.has(type)) {
    const at = position.start ?? ''
    problems.push({ at, text: 'resourceType is missing or not known to the hub', code: 'RESOURCE_STRUCTURE' })
    return
  }
  if (position.depth > NESTED_RESOURCES_DEPTH_MAX) throw new RangeError('resources nested too deeply')
  const start = position.start ?? type
  run(engine, type, resource, { ...position, start }, problems)
  for (const name of profilesOf(engine, resource, type, position.profile))
    run(engine, name, resource, { ...position, start }, problems)
  const below = { depth: position.depth + 1 }
  listOf(own(resource, 'contained')).forEach((item, index) => {
    validateAt(engine, item, { ...below, start: `${start}.contained[${index}]`, root: resource }, problems)
  })
  if (type === 'Bundle') validateEntries(engine, resource, start, below.depth, problems)
  if (type === 'Parameters')
    validateParts(engine, own(resource, 'parameter'), `${start}.parameter`, below.depth, problems)
}

/** Stops at the first problem where there is none (the usual case), and lists all only then. */
function run(
  engine: Engine,
  validator: string,
  resource: Node,
  position: Position & { readonly start: string },
  problems: Problem[],
): void {
  const first = engine.first[validator]
  const all = engine.all[validator]
  if (first === undefined || all === undefined) throw new Error(`no validator for ${validator}`)
  const context = {
    instancePath: '',
    parentData: {},
    parentDataProperty: '',
    rootData: asRoot(position.root),
    dynamicAnchors: {},
  }
  if (first(resource, context)) return
  const errors = first.errors ?? []
  const complete = valuesWithin(resource, SEARCHED_VALUES_MAX) >= 0 && !all(resource, context)
  for (const error of complete ? (all.errors ?? errors) : errors)
    problems.push(problemOf(position.start, error, engine.tables))
}

// The validators only pass it on to the invariants, which take any value.
const asRoot = (root: unknown): Record<string, unknown> => root as Record<string, unknown>

/** What is left of the budget after counting the values below; negative when it does not suffice. */
function valuesWithin(value: unknown, budget: number): number {
  if (typeof value !== 'object' || value === null) return budget - 1
  let left = budget - 1
  for (const item of Object.values(value)) {
    left = valuesWithin(item, left)
    if (left < 0) return left
  }
  return left
}

const NO_PROFILES: ReadonlySet<string> = new Set()

/** Validators of the profiles that apply: those that it names, the one asked for, and those of the layer `line`. */
function profilesOf(
  engine: Engine,
  resource: Node,
  type: string,
  asked: string | undefined,
): ReadonlySet<string> {
  const meta = own(resource, 'meta')
  if (meta === undefined && asked === undefined) return NO_PROFILES
  const named = listOf(own(nodeOf(meta), 'profile')).map(String)
  if (asked !== undefined) named.push(asked)
  if (layersOf(resource).includes('line')) {
    if (type === 'MedicationStatement') named.push(profileUrl('hub-line'))
    if (type === 'List') named.push(profileUrl('hub-list'))
  }
  const validators = new Set<string>()
  for (const canonical of named) {
    const url = canonical.split('|', 1)[0] ?? canonical
    const profile = Object.hasOwn(engine.tables.profiles, url) ? engine.tables.profiles[url] : undefined
    if (profile?.type === type) validators.add(profile.validator)
  }
  return validators
}

function validateEntries(
  engine: Engine,
  bundle: Node,
  start: string,
  depth: number,
  problems: Problem[],
): void {
  listOf(own(bundle, 'entry')).forEach((entry, index) => {
    const resource = own(nodeOf(entry), 'resource')
    if (resource === undefined) return
    validateAt(
      engine,
      resource,
      { start: `${start}.entry[${index}].resource`, root: resource, depth },
      problems,
    )
  })
  problems.push(...flagProblems(bundle, start))
}

function validateParts(
  engine: Engine,
  parts: unknown,
  start: string,
  depth: number,
  problems: Problem[],
): void {
  if (depth > NESTED_RESOURCES_DEPTH_MAX) throw new RangeError('parameters nested too deeply')
  listOf(parts).forEach((part, index) => {
    const place = `${start}[${index}]`
    const resource = own(nodeOf(part), 'resource')
    if (resource !== undefined)
      validateAt(engine, resource, { start: `${place}.resource`, root: resource, depth }, problems)
    validateParts(engine, own(nodeOf(part), 'part'), `${place}.part`, depth + 1, problems)
  })
}
