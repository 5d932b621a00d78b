/**
 * Structural rules as data: which children an element has, in which order, how often, and what kind of value they
 * carry. They state what the official schemas state about the parts that the hub reads (eresept.md 2 to 8); parts
 * of the drug catalogue that a message may embed are left open (`any`). A fault is a Problem with T02 and the path.
 */
import type { Problem } from '../../src/core/errors.js'
import { YEAR_RULE } from '../../src/core/zone.js'
import { hasDateForm, hasDateTimeForm, isDate, isDateTime, isTime } from './dates.js'
import { pathOf, type XmlElement } from './xml.js'

export type Leaf =
  | 'any'
  | 'string'
  /** A string that must say something. */
  | 'text'
  /** Any day of the calendar; the reader notes a year that no record can have. */
  | 'date'
  | 'dateTime'
  /** The time of the message itself or of a decision in it: nothing stands without. */
  | 'ownDate'
  | 'ownDateTime'
  | 'time'
  | 'boolean'
  | 'int'
  | 'decimal'
  | 'CS'
  | 'CV'
  | 'PQ'
  | 'MO'
  | 'TS'
  | 'URL'

export interface Part {
  readonly kind: 'part'
  /** undefined: the namespace of the shape; `*`: any. */
  readonly ns: string | undefined
  readonly name: string
  readonly min: number
  readonly max: number
  readonly is: Leaf | Shape | (() => Shape)
}
export interface Choice {
  readonly kind: 'choice'
  readonly min: 0 | 1
  readonly options: readonly Part[]
}
export interface Shape {
  readonly ns: string
  readonly items: readonly (Part | Choice)[]
}

export const PROBLEMS_MAX = 20

export const shape = (ns: string, items: Shape['items']): Shape => ({ ns, items })
export const one = (name: string, is: Part['is'], ns?: string): Part => part(name, is, ns, 1, 1)
export const opt = (name: string, is: Part['is'], ns?: string): Part => part(name, is, ns, 0, 1)
export const some = (name: string, is: Part['is'], ns?: string): Part =>
  part(name, is, ns, 1, Number.POSITIVE_INFINITY)
export const many = (name: string, is: Part['is'], ns?: string): Part =>
  part(name, is, ns, 0, Number.POSITIVE_INFINITY)
export const upTo = (max: number, name: string, is: Part['is']): Part => part(name, is, undefined, 0, max)
export const choice = (...options: readonly Part[]): Choice => ({ kind: 'choice', min: 1, options })
export const maybe = (...options: readonly Part[]): Choice => ({ kind: 'choice', min: 0, options })

function part(name: string, is: Part['is'], ns: string | undefined, min: number, max: number): Part {
  return { kind: 'part', ns, name, min, max, is }
}

/** Adds every fault of `element` against `rule` to `problems`, up to PROBLEMS_MAX. */
export function checkShape(element: XmlElement, rule: Shape, problems: Problem[]): void {
  const children = element.children
  let next = 0
  for (const item of rule.items) {
    if (problems.length >= PROBLEMS_MAX) return
    next =
      item.kind === 'part'
        ? takePart(element, item, rule.ns, next, problems)
        : takeChoice(element, item, rule.ns, next, problems)
  }
  const extra = children[next]
  if (extra !== undefined) fault(problems, pathOf(extra), 'element is not allowed here')
}

function takePart(element: XmlElement, item: Part, ns: string, from: number, problems: Problem[]): number {
  let next = from
  for (let child = element.children[next]; child !== undefined; child = element.children[next]) {
    if (next - from >= item.max || !matches(child, item, ns)) break
    checkValue(child, item, problems)
    next += 1
  }
  if (next - from < item.min)
    fault(problems, `${pathOf(element)}/${item.name}`, 'required element is missing')
  return next
}

function takeChoice(
  element: XmlElement,
  item: Choice,
  ns: string,
  from: number,
  problems: Problem[],
): number {
  const child = element.children[from]
  const option =
    child === undefined ? undefined : item.options.find((candidate) => matches(child, candidate, ns))
  if (option !== undefined) return takePart(element, option, ns, from, problems)
  if (item.min > 0) {
    const names = item.options.map((candidate) => candidate.name).join(' or ')
    fault(problems, pathOf(element), `one of ${names} is required`)
  }
  return from
}

const matches = (child: XmlElement, item: Part, ns: string): boolean =>
  child.local === item.name && (item.ns === '*' || child.ns === (item.ns ?? ns))

function checkValue(element: XmlElement, item: Part, problems: Problem[]): void {
  if (typeof item.is !== 'string') {
    checkShape(element, typeof item.is === 'function' ? item.is() : item.is, problems)
    return
  }
  if (item.is === 'any') return
  const first = element.children[0]
  if (first !== undefined) {
    fault(problems, pathOf(first), 'element is not allowed here')
    return
  }
  const rule = valueFault(element, item.is, item.min > 0)
  if (rule !== undefined) fault(problems, pathOf(element), rule)
}

/** The rule that the value breaks. An optional element without a value counts as absent (eresept.md 2, fact 6). */
function valueFault(element: XmlElement, leaf: Exclude<Leaf, 'any'>, required: boolean): string | undefined {
  const { V, DN, OT } = element.attributes
  switch (leaf) {
    case 'string':
      return undefined
    case 'CS':
    case 'CV':
      return required && !(V?.trim() || (leaf === 'CV' && (OT?.trim() || DN?.trim())))
        ? 'code (V) is missing'
        : undefined
    case 'PQ':
    case 'MO':
      return textFault(V, required, isDecimal, 'V is not a decimal number')
    case 'TS':
      return textFault(V, required, isPointInTime, 'V is not a date or time')
    case 'URL':
      return textFault(V, required, () => true, '')
    default:
      return textFault(element.text, required, LEAF_TESTS[leaf], LEAF_RULES[leaf])
  }
}

type TextLeaf = Exclude<Leaf, 'any' | 'string' | 'CS' | 'CV' | 'PQ' | 'MO' | 'TS' | 'URL'>

function textFault(
  raw: string | undefined,
  required: boolean,
  test: (text: string) => boolean,
  rule: string,
): string | undefined {
  const text = raw?.trim() ?? ''
  if (text === '') return required ? 'value is missing' : undefined
  return test(text) ? undefined : rule
}

/** Digits that a JSON number carries without loss. */
const SIGNIFICANT_DIGITS_MAX = 15
/** xs:double and xs:decimal without the special values, and without more digits than can be passed on exactly. */
export const isDecimal = (text: string): boolean =>
  /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$/.test(text) &&
  text.replace(/\D/g, '').length <= SIGNIFICANT_DIGITS_MAX
const isPointInTime = (text: string): boolean =>
  hasDateTimeForm(text) || hasDateForm(text) || isTime(text) || /^\d{4}(-(0[1-9]|1[0-2]))?$/.test(text)

const LEAF_TESTS: Readonly<Record<TextLeaf, (text: string) => boolean>> = {
  text: () => true,
  date: hasDateForm,
  dateTime: hasDateTimeForm,
  ownDate: isDate,
  ownDateTime: isDateTime,
  time: isTime,
  boolean: (text) => /^(true|false|1|0)$/.test(text),
  int: (text) => /^[+-]?\d{1,9}$/.test(text),
  decimal: (text) => isDecimal(text) && !/e/i.test(text),
}
const LEAF_RULES: Readonly<Record<TextLeaf, string>> = {
  text: '',
  date: 'value is not a date',
  dateTime: 'value is not a date and time',
  ownDate: `value is not a date; ${YEAR_RULE}`,
  ownDateTime: `value is not a date and time; ${YEAR_RULE}`,
  time: 'value is not a time of day',
  boolean: 'value is not true or false',
  int: 'value is not a whole number',
  decimal: 'value is not a decimal number',
}

function fault(problems: Problem[], at: string, text: string): void {
  if (problems.length < PROBLEMS_MAX)
    problems.push({ at, text, code: 'MESSAGE_INVALID', protocolCode: 'T02' })
}
