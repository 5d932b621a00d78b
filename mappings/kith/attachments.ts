/** Whole messages attached to a message: opened like any other, by the row of their own kind (eresept.md 2, fact 3). */
import { isHubError, type Problem } from '../../src/core/errors.js'
import { type Carrier, containedXml, openBudget } from './containers.js'
import type { Budget } from './inflate.js'
import type { AttachedMessage } from './kind.js'
import type { SyntheticIds } from './national-id.js'
import { peekMsgHead } from './peek.js'
import { administrative, type Reader } from './reader.js'
import { parseXml, pathOf, type XmlElement } from './xml.js'

/** Far more than a patient has prescriptions. */
const ATTACHMENTS_MAX = 1_000

/** Opens a decoded message by the row of its kind; faults go to `problems`. */
export type OpenAttached = (
  root: XmlElement,
  kind: string,
  sender: string,
  synthetic: SyntheticIds,
  problems: Problem[],
) => Omit<AttachedMessage, 'at' | 'kind' | 'sender'> | undefined

/**
 * @param opens kinds that are to be opened here; anything else is set aside unread
 */
export function readAttachments(
  reader: Reader,
  carriers: readonly Carrier[],
  opens: ReadonlySet<string>,
  open: OpenAttached,
  synthetic: SyntheticIds,
  problems: Problem[],
): readonly AttachedMessage[] {
  const found: AttachedMessage[] = []
  const budget = openBudget()
  for (const { container, element } of carriers.slice(0, ATTACHMENTS_MAX)) {
    const inner = container && opens.size > 0 ? decoded(container, budget, problems) : undefined
    const peeked = inner && peekMsgHead(inner)
    if (inner === undefined || peeked?.sender === undefined || !opens.has(peeked.kind)) {
      administrative(reader, element, ASIDE)
      continue
    }
    const { kind, sender } = peeked
    const message = open(inner, kind, sender, synthetic, problems)
    administrative(reader, element, `attached ${kind}, mapped as a message of its own`)
    if (message !== undefined) found.push({ at: pathOf(element), kind, sender, ...message })
  }
  return found
}

/** Attachments that are not messages of the family are not opened: some are access tokens. */
const ASIDE = 'attachment, not opened; one that is no XML is not kept'

/** What is attached to a message that opens none may be anything: only one that may have to be opened can be at fault. */
function decoded(container: XmlElement, budget: Budget, problems: Problem[]): XmlElement | undefined {
  const at = pathOf(container)
  try {
    const bytes = containedXml(container, budget)
    return bytes && parseXml(bytes, { base: `${at}/` })
  } catch (error) {
    if (!isHubError(error)) throw error
    problems.push({ at, text: error.message, code: 'MESSAGE_INVALID', protocolCode: 'T02' })
    return undefined
  }
}
