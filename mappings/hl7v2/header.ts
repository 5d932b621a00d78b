/** MSH by hand: what the door check, the acknowledgement and the batch need, in microseconds and without the parser. */
import { HubError } from '../../src/core/errors.js'
import { charsetOf, decodeAs, decodeText } from './charset.js'
import { unescapeText } from './escapes.js'
import { findStart, headerBytes, latin1, readHeader, startsWith } from './frame.js'
import { DEFAULT_SEPARATORS, isSeparator, type Separators } from './separators.js'

/** One line split into raw fields; index 0 is the name, index n field n (MSH: index n is field n too). */
export type RawFields = readonly string[]

export function rawFields(line: string, separators: Separators): RawFields {
  const fields = line.split(separators.field)
  // MSH-1 is the separator itself.
  return line.startsWith('MSH') ? [fields[0] ?? '', separators.field, ...fields.slice(1)] : fields
}

/** Unescaped text of one component of the first repetition; undefined for nothing and for `""`. */
export function rawText(
  fields: RawFields,
  field: number,
  component: number,
  separators: Separators,
  subcomponent = 1,
): string | undefined {
  return partText(firstRepetition(fields[field] ?? '', separators), component, separators, subcomponent)
}

export const repetitionsOf = (field: string, separators: Separators): readonly string[] =>
  separators.repetition === undefined ? [field] : field.split(separators.repetition)

export function partText(
  repetition: string,
  component: number,
  separators: Separators,
  subcomponent = 1,
): string | undefined {
  const part = pick(pick(repetition, separators.component, component), separators.subcomponent, subcomponent)
  if (part === '' || part === '""') return undefined
  const text = unescapeText(part, separators, 'utf-8').trim()
  return text === '' ? undefined : text
}

const firstRepetition = (field: string, separators: Separators): string =>
  repetitionsOf(field, separators)[0] ?? ''

const pick = (text: string, separator: string | undefined, number: number): string =>
  separator === undefined ? (number === 1 ? text : '') : (text.split(separator)[number - 1] ?? '')

export interface LenientHeader {
  readonly fields: RawFields
  /** The default ones where the message's own cannot be used. */
  readonly separators: Separators
  /** WHATWG label to answer in. */
  readonly charset: string
}

/** MSH of any bytes that begin with MSH, even where its separators or its character set cannot be used; for answers. */
export function lenientHeader(raw: Uint8Array): LenientHeader | undefined {
  const start = findStart(raw)
  if (!startsWith(raw, start, 'MSH')) return undefined
  const bytes = headerBytes(raw, start)
  const separators = separatorsOf(raw)
  const field = separators?.field ?? String.fromCharCode(bytes[3] ?? 0)
  if (!isSeparator(field)) return undefined
  const name = latin1(bytes).split(field)[17] ?? ''
  const stated = separators?.repetition === undefined ? name : (name.split(separators.repetition)[0] ?? '')
  const charset = charsetOf(stated)
  const { text, charset: used } = decodeLeniently(bytes, charset)
  const inUse = separators ?? DEFAULT_SEPARATORS
  return { fields: rawFields(text, { ...inUse, field }), separators: inUse, charset: used }
}

function separatorsOf(raw: Uint8Array): Separators | undefined {
  try {
    return readHeader(raw).separators
  } catch (cause) {
    // The door check reports this fault; here only what can still be read counts.
    if (cause instanceof HubError) return undefined
    throw cause
  }
}

function decodeLeniently(
  bytes: Uint8Array,
  charset: string | undefined,
): { readonly text: string; readonly charset: string } {
  if (charset !== undefined) return { text: decodeAs(bytes, charset, false), charset }
  return decodeText(bytes, '')
}

/** `<msh3>|<msh4>`: namespace id, else universal id, of application and facility. */
export function senderOf(msh: RawFields, separators: Separators): string {
  return `${partyName(msh, 3, separators)}|${partyName(msh, 4, separators)}`
}

export function partyName(msh: RawFields, field: number, separators: Separators): string {
  const name = rawText(msh, field, 1, separators) ?? rawText(msh, field, 2, separators) ?? ''
  // The bar parts the two names.
  return name.replaceAll('|', '%7C')
}

/** Version of MSH-12 as number (2.51 for 2.5.1), undefined when it is not one that is taken (2.1 to 2.8.x). */
export function versionOf(msh: RawFields, separators: Separators): string | undefined {
  const version = rawText(msh, 12, 1, separators)
  return version !== undefined && /^2\.[1-8](\.\d{1,2})?$/.test(version) ? version : undefined
}

/** 2.5 and later have the ERR segment of one problem each. */
export const isVersionFrom = (version: string | undefined, minor: number): boolean =>
  version !== undefined && Number(version.split('.')[1]) >= minor
