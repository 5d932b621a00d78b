/** Leaves of a JSON message: as JSON pointers, or as paths of FHIR JSON. */
import type { SourceLeaf } from './report.js'

export type JsonPlaces = 'pointer' | 'path'

/** @param raw JSON that a protocol has taken: it is well formed */
export function jsonLeaves(raw: Uint8Array, places: JsonPlaces): readonly SourceLeaf[] {
  const text = new TextDecoder().decode(raw)
  const encoder = new TextEncoder()
  const document: unknown = JSON.parse(text)
  const root = rootOf(document)
  const found: SourceLeaf[] = []
  const visit = (value: unknown, steps: readonly string[]): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) visit(inner, [...steps, name])
      return
    }
    const exchanged = (other: string): Uint8Array =>
      encoder.encode(JSON.stringify(withValue(JSON.parse(text), steps, other)))
    const at = places === 'pointer' ? pointer(steps) : path(root, steps)
    found.push({ at, parts: [{ name: '', value: String(value), beside: false, exchanged }] })
  }
  visit(document, [])
  return found
}

/** A number stays a number, true and false stay what they are. */
function withValue(document: unknown, steps: readonly string[], other: string): unknown {
  const [step, ...rest] = steps
  if (step === undefined) {
    if (typeof document === 'number') return Number(other)
    return typeof document === 'boolean' ? other === 'true' : other
  }
  if (Array.isArray(document))
    return document.map((one, index) => (String(index) === step ? withValue(one, rest, other) : one))
  return Object.fromEntries(
    Object.entries(document ?? {}).map(([name, value]) => [
      name,
      name === step ? withValue(value, rest, other) : value,
    ]),
  )
}

const pointer = (steps: readonly string[]): string =>
  steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const rootOf = (document: unknown): string =>
  typeof document === 'object' && document !== null && 'resourceType' in document
    ? String(document.resourceType)
    : ''

const path = (root: string, steps: readonly string[]): string =>
  steps.reduce((at, step) => (/^\d+$/.test(step) ? `${at}[${step}]` : `${at}.${step}`), root)
