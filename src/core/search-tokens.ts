/**
 * The strings by which resources are found, made in the same way when a resource is written and when a search is read.
 * Forms: `p=<system>|<code>`, `p=|<code>` (no system), `p=*|<code>` (any), `p=<system>|` (any code of the system);
 * references `p=<Type>/<id>`, `p=<url>` and `p:identifier=<system>|<value>`; strings `p=<normalised prefix>` and
 * `p:exact=<text>`; URIs `p=<uri>`.
 */

/** Longer tokens are cut and told apart by length and checksum, since a database index does not hold any length. */
const TOKEN_CHARS_MAX = 512
/** Starts of a string are indexed up to this length; a search for a longer one is refused. */
export const PREFIX_CHARS_MAX = 40

export const token = (param: string, system: string, code: string): string =>
  bounded(`${param}=${system}|${code}`)
export const anySystemToken = (param: string, code: string): string => token(param, '*', code)
export const systemToken = (param: string, system: string): string => token(param, system, '')
export const uriToken = (param: string, uri: string): string => bounded(`${param}=${uri}`)
export const exactToken = (param: string, text: string): string => bounded(`${param}:exact=${text}`)
export const prefixToken = (param: string, normalised: string): string => `${param}=${normalised}`

/** Token of a literal reference, without version; `undefined` for a contained one. */
export function referenceToken(param: string, reference: string): string | undefined {
  if (reference === '' || reference.startsWith('#')) return undefined
  const versioned = reference.indexOf('/_history/')
  return bounded(`${param}=${versioned < 0 ? reference : reference.slice(0, versioned)}`)
}

/** All starts of a text, each a token. */
export function prefixTokens(param: string, text: string): string[] {
  const chars = [...normalise(text)].slice(0, PREFIX_CHARS_MAX)
  const tokens: string[] = []
  let prefix = ''
  for (const char of chars) {
    prefix += char
    tokens.push(prefixToken(param, prefix))
  }
  return tokens
}

const OWN_LETTERS = new Set(['å', 'ä', 'ö', 'æ', 'ø'])

/**
 * The one rule for comparing names (fhir-api.md S-11): lower case, blanks joined to one, accents off, except that
 * å ä ö æ ø stay letters of their own. So Ase does not find Åse, and Andre finds André.
 */
export function normalise(text: string): string {
  let result = ''
  for (const char of text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim())
    result += OWN_LETTERS.has(char) ? char : char.normalize('NFD').replace(/\p{M}/gu, '')
  return result
}

function bounded(value: string): string {
  if (value.length <= TOKEN_CHARS_MAX) return value
  return `${value.slice(0, TOKEN_CHARS_MAX - 40)}#${value.length}#${checksum(value)}`
}

/** 64 bits of FNV-1a, hex: tells apart long values that begin alike; not a defence. */
function checksum(value: string): string {
  let hash = 0xcbf29ce484222325n
  for (let index = 0; index < value.length; index++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(value.charCodeAt(index))) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}
