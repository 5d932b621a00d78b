/**
 * The official schemas of a message family, where the operator has them: read from a folder once, compiled when first
 * needed, with libxml2 in WebAssembly. It reads from the given buffers only: no file, no network, no entities; what it
 * validates was parsed and written again by the hub, so that no hostile syntax reaches it.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { SchemaFault, ValidateXml } from '../core/message.js'

type Library = typeof import('libxml2-wasm')
type Validator = import('libxml2-wasm').XsdValidator

/** Schema files are some tens of kilobytes. */
const SCHEMA_BYTES_MAX = 4 * 1024 * 1024
const FAULTS_MAX = 20
const BASE = 'xsd:/'

/**
 * @param folder is searched with its subfolders for `.xsd`; imports are led to files of the same name inside it
 * @throws Error when there is no such folder or no schema in it
 */
export async function openXsdFolder(folder: string): Promise<ValidateXml> {
  const files = schemaFiles(folder)
  if (files.size === 0) throw new Error(`no .xsd file in ${folder}`)
  const library = await import('libxml2-wasm')
  library.xmlRegisterInputProvider(new library.XmlBufferInputProvider(Object.fromEntries(files)))
  const byNamespace = namespacesOf(files)
  const compiled = new Map<string, Validator>()
  return (namespace, xml) => {
    const file = byNamespace.get(namespace)
    if (file === undefined) return undefined
    let validator = compiled.get(namespace)
    if (validator === undefined) {
      validator = compile(library, file, files.get(file))
      compiled.set(namespace, validator)
    }
    return faultsOf(library, validator, xml)
  }
}

function schemaFiles(folder: string): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.xsd'),
  )
  for (const name of names.sort()) {
    const path = join(folder, name)
    if (statSync(path).size > SCHEMA_BYTES_MAX) throw new Error(`${path} is too large for a schema`)
    const own = `${BASE}${basename(name)}`
    if (!files.has(own)) files.set(own, new TextEncoder().encode(adapted(readFileSync(path, 'utf8'))))
  }
  return files
}

/**
 * Imports by file name alone: some point to the web, some to folders of the publisher. The content of an envelope is
 * declared strict and is validated by itself, so it is passed over where the envelope is (eresept.md 2, fact 1).
 */
const adapted = (schema: string): string =>
  schema
    .replace(
      /schemaLocation\s*=\s*"([^"]*)"/g,
      (_all, location: string) => `schemaLocation="${BASE}${location.split('/').at(-1) ?? ''}"`,
    )
    .replaceAll('processContents="strict"', 'processContents="skip"')

/** Of several schemas of one namespace the one with the shortest name: the others are revisions of it. */
function namespacesOf(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [file, bytes] of files) {
    const namespace = /targetNamespace\s*=\s*"([^"]+)"/.exec(new TextDecoder().decode(bytes))?.[1]
    if (namespace === undefined) continue
    const rival = found.get(namespace)
    if (rival === undefined || file.length < rival.length) found.set(namespace, file)
  }
  return found
}

function compile(library: Library, file: string, bytes: Uint8Array | undefined): Validator {
  const document = library.XmlDocument.fromBuffer(bytes ?? new Uint8Array(), {
    url: file,
    option: library.ParseOption.XML_PARSE_NONET | library.ParseOption.XML_PARSE_NO_XXE,
  })
  try {
    return library.XsdValidator.fromDoc(document)
  } finally {
    document.dispose()
  }
}

function faultsOf(library: Library, validator: Validator, xml: string): readonly SchemaFault[] {
  const document = library.XmlDocument.fromString(xml, {
    option:
      library.ParseOption.XML_PARSE_NONET |
      library.ParseOption.XML_PARSE_NO_XXE |
      library.ParseOption.XML_PARSE_HUGE,
  })
  try {
    validator.validate(document)
    return []
  } catch (error) {
    if (!(error instanceof library.XmlValidateError)) throw error
    return distinct(
      error.details
        .slice(0, FAULTS_MAX)
        .map((detail) => ({ path: pathOf(detail), rule: ruleOf(detail.message) })),
    )
  } finally {
    document.dispose()
  }
}

/** The library's own type declares no path, which it has all the same. */
const pathOf = (detail: { readonly xpath?: string }): string => detail.xpath ?? '/*'

/** One fault of a value gives two messages: which rule it breaks, and that it is therefore not of its type. */
function distinct(faults: readonly SchemaFault[]): readonly SchemaFault[] {
  const seen = new Set<string>()
  return faults.filter(({ path, rule }) => {
    const key = `${path} ${rule}`
    const fresh = !seen.has(key)
    seen.add(key)
    return fresh
  })
}

/** The rule in words that hold names of the schema only, never a value of the message. */
export function ruleOf(message: string): string {
  const expected = /Expected is (?:one of )?\( ([^)]*?) \)/.exec(message)?.[1]?.replace(/\{[^}]*\}/g, '')
  const among = expected === undefined ? '' : `; expected: ${expected}`
  if (message.includes('This element is not expected')) return `element is not allowed here${among}`
  if (message.includes('Missing child element')) return `a required element is missing${among}`
  const type =
    /is not a valid value of the (?:local )?(?:atomic|list|union) type(?: '(?:\{[^}]*\}|xs:)?([\w.-]+)')?/.exec(
      message,
    )
  if (type !== null)
    return type[1] === undefined ? 'value is not of its type' : `value is not of type ${type[1]}`
  const facet = /\[facet '(\w+)'\]/.exec(message)?.[1]
  if (facet !== undefined) return `value breaks the rule on ${facet}`
  const attribute = /The attribute '([\w.-]+)' is (required but missing|not allowed)/.exec(message)
  if (attribute !== null) return `attribute ${attribute[1]} is ${attribute[2]}`
  if (message.includes('haracter content')) return 'text is not allowed here'
  if (message.includes('No matching global')) return 'the schema has no such element'
  return 'the schema is broken here'
}
