/** An element of the family in base64 inside another message: a document of its own, checked and read like the outer one. */
import { isHubError, type Problem } from '../../src/core/errors.js'
import { decodeBase64 } from './base64.js'
import { closeReader, openReader, ownText, type Reader } from './reader.js'
import { checkShape, type Shape } from './shape.js'
import { parseXml, pathOf, type XmlElement } from './xml.js'

/** One root that may stand there. */
export interface EmbeddedRoot<T> {
  readonly ns: string
  readonly local: string
  readonly shape: Shape
  readonly read: (reader: Reader, root: XmlElement, problems: Problem[]) => T
}

const FRAGMENT_BYTES_MAX = 1024 * 1024

/** Undefined when there is a fault, which is added to `problems`; what was left unread belongs to the outer message. */
export function readEmbedded<T>(
  reader: Reader,
  element: XmlElement,
  roots: readonly EmbeddedRoot<T>[],
  problems: Problem[],
): T | undefined {
  const at = pathOf(element)
  try {
    const bytes = decodeBase64(ownText(reader, element) ?? '', at, FRAGMENT_BYTES_MAX)
    const root = parseXml(bytes, { base: `${at}/` })
    const known = roots.find(({ ns, local }) => root.ns === ns && root.local === local)
    if (known === undefined) {
      const names = roots.map(({ ns, local }) => `${local} of ${ns.split('/').slice(-2).join(' ')}`)
      problems.push(fault(at, `the embedded element is not ${names.join(' or ')}`))
      return undefined
    }
    const faults: Problem[] = []
    checkShape(root, known.shape, faults)
    problems.push(...faults)
    if (faults.length > 0) return undefined
    const inner = openReader(root)
    const value = known.read(inner, root, problems)
    reader.unmapped.push(...closeReader(inner))
    return value
  } catch (error) {
    if (!isHubError(error)) throw error
    problems.push(fault(at, 'the embedded element cannot be read as base64 of XML'))
    return undefined
  }
}

const fault = (at: string, rule: string): Problem => ({
  at,
  text: rule,
  code: 'MESSAGE_INVALID',
  protocolCode: 'T02',
})
