/**
 * Validation against the official schemas, where the operator has them: the envelope with its content passed over, then
 * each payload by itself, then whatever is enclosed in base64 (eresept.md 2, fact 1). Without them the hub's own
 * structural rules stand alone (shape.ts).
 */
import { isHubError, type Problem } from '../../src/core/errors.js'
import type { ValidateXml } from '../../src/core/message.js'
import { containedXml, openBudget } from './containers.js'
import type { Budget } from './inflate.js'
import { NS } from './namespaces.js'
import { child, children } from './reader.js'
import { PROBLEMS_MAX } from './shape.js'
import { parseXml, pathOf, type XmlElement } from './xml.js'
import { asWritten, writeXml } from './xml-write.js'

/** Elements whose text is a document of its own. */
const ENCLOSING = new Set(['Base64Container', 'VarerIBrukB64', 'ReseptDokLegemiddelB64', 'UtleveringB64'])
/** A message in a message in a message, with prescriptions inside. */
const NESTING_MAX = 4

export function schemaProblems(root: XmlElement, validate: ValidateXml): readonly Problem[] {
  const problems: Problem[] = []
  checkDocument(root, validate, problems, openBudget(), NESTING_MAX)
  return problems.slice(0, PROBLEMS_MAX)
}

function checkDocument(
  root: XmlElement,
  validate: ValidateXml,
  problems: Problem[],
  budget: Budget,
  nesting: number,
): void {
  checkElement(root, validate, problems)
  const parts = root.ns === NS.msgHead && root.local === 'MsgHead' ? contentsOf(root) : [root]
  for (const part of parts) {
    if (part !== root) checkElement(part, validate, problems)
    for (const enclosing of enclosingIn(part)) {
      const inner = nesting === 0 ? undefined : enclosed(enclosing, budget)
      if (inner !== undefined) checkDocument(inner, validate, problems, budget, nesting - 1)
    }
  }
}

const contentsOf = (root: XmlElement): readonly XmlElement[] =>
  children(root, 'Document').flatMap((document) => {
    const refDoc = child(document, 'RefDoc')
    return (refDoc && child(refDoc, 'Content'))?.children ?? []
  })

function checkElement(element: XmlElement, validate: ValidateXml, problems: Problem[]): void {
  if (problems.length >= PROBLEMS_MAX) return
  for (const { path, rule } of validate(element.ns, writeXml(asWritten(element))) ?? [])
    problems.push({ at: placeOf(element, path), text: rule, code: 'MESSAGE_INVALID', protocolCode: 'T02' })
}

/** Steps are positions among the children, from the element that was validated. */
function placeOf(element: XmlElement, path: string): string {
  let at = element
  for (const step of path.split('/').slice(2)) {
    const position = /^\*(?:\[(\d+)\])?$/.exec(step)?.[1] ?? '1'
    const next = at.children[Number(position) - 1]
    if (next === undefined) break
    at = next
  }
  return pathOf(at)
}

function enclosingIn(element: XmlElement): readonly XmlElement[] {
  if (element.children.length === 0) return ENCLOSING.has(element.local) ? [element] : []
  return element.children.flatMap(enclosingIn)
}

/** What cannot be read was judged, or set aside, by the message's own rules. */
function enclosed(element: XmlElement, budget: Budget): XmlElement | undefined {
  try {
    const bytes = containedXml(element, budget)
    return bytes && parseXml(bytes, { base: `${pathOf(element)}/` })
  } catch (error) {
    if (isHubError(error)) return undefined
    throw error
  }
}
