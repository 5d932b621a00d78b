/** Finds what breaks the shape of the project in a set of sources, given as path → text. */
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import {
  DATA_TABLES,
  FILE_LINES_MAX,
  LAYERS,
  type Layer,
  MAY_READ_ENVIRONMENT,
  TYPE_PACKAGES,
} from './architecture-layers.js'
import { type Import, importsOf, readSource } from './source-text.js'

export interface Violation {
  readonly file: string
  readonly rule:
    | 'layer-unknown'
    | 'import'
    | 'type-import-only'
    | 'other-vendor'
    | 'package'
    | 'builtin'
    | 're-export'
    | 'environment'
    | 'empty-catch'
    | 'lines'
    | 'cycle'
  readonly what: string
}

const ENVIRONMENT =
  /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*\[|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*'node:process'/
/** A block that drops an error and does not even say why. */
const EMPTY_CATCH = /\bcatch\s*(?:\([^)]*\)\s*)?\{\s*\}|\.catch\(\s*\(\s*\w*\s*\)\s*=>\s*\{\s*\}\s*\)/

export function violationsOf(sources: ReadonlyMap<string, string>): Violation[] {
  const found: Violation[] = []
  const graph = new Map<string, string[]>()
  for (const [file, source] of sources) {
    const add = (rule: Violation['rule'], what: string): void => void found.push({ file, rule, what })
    const text = readSource(source)
    const imports = importsOf(text)
    const layer = layerOf(file)
    if (layer === undefined) add('layer-unknown', 'stands in no layer of the table')
    for (const one of imports) {
      if (one.kind === 'export') add('re-export', one.specifier)
      const rule = layer === undefined ? undefined : brokenBy(file, layer, one)
      if (rule !== undefined) add(rule, one.specifier)
    }
    for (const name of reexported(text.bare)) add('re-export', name)
    if (ENVIRONMENT.test(importsEnv(text.code, text.bare)) && !startsWithAny(file, MAY_READ_ENVIRONMENT))
      add('environment', 'reads the environment')
    if (EMPTY_CATCH.test(text.outline)) add('empty-catch', 'swallows an error')
    const lines = source.split('\n').length - 1
    if (lines > FILE_LINES_MAX && !DATA_TABLES.has(file)) add('lines', `${lines} lines`)
    graph.set(
      file,
      imports.flatMap((one) => (one.typeOnly ? [] : (resolved(file, one.specifier) ?? []))),
    )
  }
  return [...found, ...cycles(graph)]
}

const startsWithAny = (path: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => path === prefix || (prefix.endsWith('/') && path.startsWith(prefix)))

const layerOf = (file: string): Layer | undefined =>
  LAYERS.filter(({ prefix }) => startsWithAny(file, [prefix])).sort(
    (a, b) => b.prefix.length - a.prefix.length,
  )[0]

/** The environment by name, with the import statement that `bare` has lost the name of. */
const importsEnv = (code: string, bare: string): string =>
  /from\s*'node:process'|from\s*'process'/.test(code) ? code : bare

/** Path of our own file that a relative specifier leads to, as it is named in source. */
function resolved(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts')
}

function brokenBy(file: string, layer: Layer, one: Import): Violation['rule'] | undefined {
  const target = resolved(file, one.specifier)
  if (target === undefined) return brokenByPackage(layer, one)
  if (layer.ours === 'everything') return undefined
  if (layer.prefix === 'adapters/' && target.startsWith('adapters/'))
    return ownVendor(file, target) ? undefined : 'other-vendor'
  if (startsWithAny(target, [layer.prefix, ...layer.ours])) return undefined
  if (!startsWithAny(target, layer.types)) return 'import'
  return one.typeOnly ? undefined : 'type-import-only'
}

function brokenByPackage(layer: Layer, one: Import): Violation['rule'] | undefined {
  const name = packageName(one.specifier)
  const isBuiltin = one.specifier.startsWith('node:') || builtinModules.includes(name)
  if (isBuiltin)
    return layer.builtins === 'everything' || layer.builtins.includes(one.specifier) ? undefined : 'builtin'
  if (one.typeOnly && TYPE_PACKAGES.includes(one.specifier)) return undefined
  return layer.packages === 'everything' || layer.packages.includes(name) ? undefined : 'package'
}

const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Adapters see the contract, the shared transport and their own folder; the registry sees them all. */
function ownVendor(file: string, target: string): boolean {
  if (file === 'adapters/registry.ts') return true
  const shared = /^adapters\/(?:[^/]+\.ts$|transport\/|devices\/[^/]+\.ts$)/
  if (shared.test(target)) return true
  const folder = posix.dirname(file).split('/')
  const own = folder.slice(0, folder[1] === 'devices' ? 3 : 2).join('/')
  return own !== 'adapters' && own !== 'adapters/devices' && target.startsWith(`${own}/`)
}

/** Names that are imported and exported again by `export { name }`. */
function reexported(bare: string): string[] {
  const imported = new Set<string>()
  for (const [, names = ''] of bare.matchAll(/\bimport\s+(?:type\s+)?(?:\w+\s*,\s*)?\{([^}]*)\}/g))
    for (const name of names.split(',')) imported.add(lastWord(name))
  const exported = [...bare.matchAll(/\bexport\s+(?:type\s+)?\{([^}]*)\}/g)].flatMap(([, names = '']) =>
    names.split(',').map((name) => firstWord(name)),
  )
  return exported.filter((name) => name !== '' && imported.has(name))
}

const words = (text: string): string[] =>
  text
    .trim()
    .replace(/^type\s+/, '')
    .split(/\s+as\s+/)
const firstWord = (text: string): string => words(text)[0] ?? ''
const lastWord = (text: string): string => words(text).at(-1) ?? ''

/** One violation for each cycle that a walk in depth meets: of modules that load each other, types left out. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): Violation[] {
  const found: Violation[] = []
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) {
      found.push({ file, rule: 'cycle', what: [...path.slice(at), file].join(' → ') })
      return
    }
    if (done.has(file)) return
    for (const next of graph.get(file) ?? []) walk(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) walk(file, [])
  return found
}
