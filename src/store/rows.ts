/** Small things that every statement needs: parameters as JSON, rows out. */
import { HubError } from '../core/errors.js'
import type { Identity } from '../core/message.js'

/**
 * JSON for a jsonb parameter. PostgreSQL has no place for U+0000 and for halves of surrogate pairs in text: they become
 * U+FFFD. (JSON inside a string keeps its own escapes and is not touched; raw messages travel as base64.)
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value)
  if (!text.includes('\\u0000') && !text.includes('\\ud')) return text
  return text.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\\ufffd')
}

/** Text for a text parameter; see `toJson` for what cannot be stored. FHIR texts are JSON and hold neither. */
export const storable = (text: string): string =>
  text.includes('\u0000') ? text.replaceAll('\u0000', '\ufffd') : text

export function onlyRow<Row>(rows: readonly Row[]): Row {
  const row = rows[0]
  if (row === undefined) throw new HubError('UNEXPECTED', 'a statement of the store gave no row')
  return row
}

/** ISO instant, UTC, milliseconds. */
export const toInstant = (value: Date): string => value.toISOString()
export const toInstantIfAny = (value: Date | null): string | undefined =>
  value === null ? undefined : value.toISOString()

/** Database text of an ISO instant with any offset; undefined when it is none. */
export function instantOrNull(text: string | undefined): string | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

export const systemsOf = (identities: readonly Identity[]) => identities.map(({ system }) => system)
export const valuesOf = (identities: readonly Identity[]) => identities.map(({ value }) => value)
