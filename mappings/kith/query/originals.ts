/** The bytes of a received message: the row's own, or those that the row brought along as an attachment. */
import { isHubError } from '../../../src/core/errors.js'
import { attachmentsOf, carrierOf, containedXml, openBudget } from '../containers.js'
import { payloadOf } from '../msghead.js'
import { peekMsgHead } from '../peek.js'
import { child, children } from '../reader.js'
import { parseXml, type XmlElement } from '../xml.js'

export interface Original {
  readonly bytes: Uint8Array
  readonly root: XmlElement
  readonly kind: string
}

/** @param rows bytes of rows in which it may be */
export function findOriginal(
  originals: ReadonlyMap<string, readonly Uint8Array[]>,
  messageId: string,
): Original | undefined {
  for (const bytes of originals.get(messageId.toLowerCase()) ?? []) {
    const found = originalIn(bytes, messageId.toLowerCase())
    if (found !== undefined) return found
  }
  return undefined
}

function originalIn(bytes: Uint8Array, messageId: string): Original | undefined {
  const root = readable(() => parseXml(bytes))
  if (root === undefined) return undefined
  if (isMessage(root, messageId)) return { bytes, root, kind: peekMsgHead(root)?.kind ?? '' }
  const budget = openBudget()
  for (const { container } of [...attachmentsOf(root), ...insideOf(root).map(carrierOf)]) {
    const inner = container && readable(() => containedXml(container, budget))
    const innerRoot = inner && readable(() => parseXml(inner))
    if (inner !== undefined && innerRoot !== undefined && isMessage(innerRoot, messageId))
      return { bytes: inner, root: innerRoot, kind: peekMsgHead(innerRoot)?.kind ?? '' }
  }
  return undefined
}

/** Lists inside an M9.12. */
function insideOf(root: XmlElement): readonly XmlElement[] {
  const payload = payloadOf(root)
  const patient = payload && (child(payload, 'Pasient') ?? child(payload, 'Multidosepasient'))
  return patient === undefined ? [] : children(patient, 'VarerIBrukB64')
}

const isMessage = (root: XmlElement, messageId: string): boolean => peekMsgHead(root)?.messageId === messageId

/** What was accepted can be read; an attachment that nobody had to open may be anything. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isHubError(error)) return undefined
    throw error
  }
}
