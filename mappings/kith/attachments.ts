/** Whole messages attached to a message: opened like any other, by the row of their own kind (eresept.md 2, fact 3). */
import { isHubError, type Problem } from '../../src/core/errors.js'
import { attachmentsOf, type Budget, containedXml, openBudget } from './containers.js'
import type { AttachedMessage } from './kind.js'
import type { SyntheticIds } from './national-id.js'
import { peekMsgHead } from './peek.js'
import { administrative, type Reader } from './reader.js'
import { parseXml, type XmlElement } from './xml.js'

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
 * @param opens kinds that are to be opened here; any other attachment is set aside unread
 */
export function readAttachments(
  reader: Reader,
  root: XmlElement,
  opens: ReadonlySet<string>,
  open: OpenAttached,
  synthetic: SyntheticIds,
  problems: Problem[],
): readonly AttachedMessage[] {
  const found: AttachedMessage[] = []
  const budget = openBudget()
  for (const { document, at, container } of attachmentsOf(root).slice(0, ATTACHMENTS_MAX)) {
    const inner = container && decoded(container, at, budget, opens.size > 0, problems)
    const peeked = inner && peekMsgHead(inner)
    if (inner === undefined || peeked?.sender === undefined || !opens.has(peeked.kind)) {
      administrative(reader, document, ASIDE)
      continue
    }
    const { kind, sender } = peeked
    const message = open(inner, kind, sender, synthetic, problems)
    administrative(reader, document, `attached ${kind}, mapped as a message of its own`)
    if (message !== undefined) found.push({ at, kind, sender, ...message })
  }
  return found
}

/** Attachments that are not messages of the family are not opened: some are access tokens. */
const ASIDE = 'attachment, not opened; one that is no XML is not kept'

/** An attachment that is nothing to this message may be anything: only one that must be opened can be at fault. */
function decoded(
  container: XmlElement,
  at: string,
  budget: Budget,
  wanted: boolean,
  problems: Problem[],
): XmlElement | undefined {
  if (!wanted) return undefined
  try {
    const bytes = containedXml(container, budget)
    return bytes && parseXml(bytes, { base: `${at}/RefDoc/Content/Base64Container/` })
  } catch (error) {
    if (!isHubError(error)) throw error
    problems.push({
      at: `${at}/RefDoc/Content/Base64Container`,
      text: error.message,
      code: 'MESSAGE_INVALID',
      protocolCode: 'T02',
    })
    return undefined
  }
}
