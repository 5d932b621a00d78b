/**
 * What the writers of one message share. A fact that the message has no place for is noted in `unwritten` and the
 * message goes out; one that the message demands and the resources lack is a problem, and no message is made.
 */
import type { Problem } from '../../../src/core/errors.js'
import type { Unmapped } from '../../../src/core/message.js'
import { writeXml, XML_DECLARATION, type XmlNode } from '../xml-write.js'

export interface Sheet {
  /** IANA zone for days and for times without offset. */
  readonly zone: string
  readonly problems: Problem[]
  readonly unwritten: Unmapped[]
}

export type Produced =
  | { readonly kind: 'produced'; readonly xml: string; readonly unwritten: readonly Unmapped[] }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

export const openSheet = (zone: string): Sheet => ({ zone, problems: [], unwritten: [] })

/** Notes that the message demands something which nobody has said; the value of the element is then never invented. */
export function lacks(sheet: Sheet, at: string, text: string): undefined {
  sheet.problems.push({ at, text, code: 'RESOURCE_INVALID' })
}

export function unwritten(sheet: Sheet, at: string, note: string): undefined {
  sheet.unwritten.push({ at, reason: 'no-element', note })
}

/** A modifier that nobody here understands may say the opposite: nothing is made of such a resource. */
export function checkModifiers(
  sheet: Sheet,
  resource: { readonly modifierExtension?: readonly unknown[] | undefined } | undefined,
  at: string,
): void {
  if ((resource?.modifierExtension ?? []).length > 0)
    lacks(sheet, `${at}.modifierExtension`, 'a modifier that is not understood')
}

export const finish = (sheet: Sheet, message: XmlNode): Produced =>
  sheet.problems.length > 0
    ? { kind: 'refused', problems: sheet.problems }
    : { kind: 'produced', xml: XML_DECLARATION + writeXml(message), unwritten: sheet.unwritten }
