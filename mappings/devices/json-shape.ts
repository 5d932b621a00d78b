/**
 * A small checker for the part of JSON Schema that a message schema of the hub uses. The schema is data (it is published
 * to vendors as it stands); this reads it, so that schema and check cannot differ.
 */
import type { Problem } from '../../src/core/errors.js'
import { assertNever } from '../../src/core/exhaustive.js'
import { isYearInRange, YEAR_RULE } from '../../src/core/zone.js'

export type Shape = ObjectShape | ArrayShape | StringShape | NumberShape | BooleanShape

export interface ObjectShape {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties: false
  readonly description?: string
}
export interface ArrayShape {
  readonly type: 'array'
  readonly items: Shape
  readonly minItems?: number
  readonly maxItems?: number
}
export interface StringShape {
  readonly type: 'string'
  readonly enum?: readonly string[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  /** `date-time` always with a time zone offset, a day that exists, and a year of `isYearInRange`. */
  readonly format?: 'date-time' | 'uri'
  readonly description?: string
}
export interface NumberShape {
  readonly type: 'number' | 'integer'
  readonly minimum?: number
  readonly maximum?: number
  readonly description?: string
}
export interface BooleanShape {
  readonly type: 'boolean'
}

/** A hostile message has many faults; a sender can use the first of them. */
export const PROBLEMS_MAX = 50

/** All problems, at most PROBLEMS_MAX, each with its JSON pointer (RFC 6901). */
export function checkShape(value: unknown, shape: Shape, at = ''): Problem[] {
  const problems: Problem[] = []
  check(value, shape, at, problems)
  return problems
}

function check(value: unknown, shape: Shape, at: string, problems: Problem[]): void {
  if (problems.length >= PROBLEMS_MAX) return
  switch (shape.type) {
    case 'object':
      checkObject(value, shape, at, problems)
      return
    case 'array':
      checkArray(value, shape, at, problems)
      return
    case 'string':
      checkString(value, shape, at, problems)
      return
    case 'number':
    case 'integer':
      checkNumber(value, shape, at, problems)
      return
    case 'boolean':
      if (typeof value !== 'boolean') problems.push({ at, text: 'must be true or false' })
      return
    default:
      assertNever(shape)
  }
}

function checkObject(value: unknown, shape: ObjectShape, at: string, problems: Problem[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push({ at, text: 'must be an object' })
    return
  }
  for (const name of shape.required ?? [])
    if (!Object.hasOwn(value, name)) problems.push({ at: pointer(at, name), text: 'is required' })
  for (const [name, child] of Object.entries(value)) {
    if (problems.length >= PROBLEMS_MAX) return
    const childShape = Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined
    if (childShape === undefined) problems.push({ at: pointer(at, name), text: 'is not known here' })
    // Names of a schema hold nothing that a pointer would have to escape.
    else check(child, childShape, `${at}/${name}`, problems)
  }
}

function checkArray(value: unknown, shape: ArrayShape, at: string, problems: Problem[]): void {
  if (!Array.isArray(value)) {
    problems.push({ at, text: 'must be an array' })
    return
  }
  if (value.length < (shape.minItems ?? 0)) problems.push({ at, text: `must have ${shape.minItems} or more` })
  if (shape.maxItems !== undefined && value.length > shape.maxItems) {
    problems.push({ at, text: `must have ${shape.maxItems} or fewer` })
    return
  }
  for (const [index, item] of value.entries()) check(item, shape.items, `${at}/${index}`, problems)
}

function checkString(value: unknown, shape: StringShape, at: string, problems: Problem[]): void {
  if (typeof value !== 'string') {
    problems.push({ at, text: 'must be a text' })
    return
  }
  if (shape.enum !== undefined && !shape.enum.includes(value))
    problems.push({ at, text: 'is not one of the allowed codes' })
  if (value.length < (shape.minLength ?? 0))
    problems.push({ at, text: `must have ${shape.minLength} or more characters` })
  if (shape.maxLength !== undefined && value.length > shape.maxLength)
    problems.push({ at, text: `must have ${shape.maxLength} or fewer characters` })
  else if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value))
    problems.push({ at, text: `must match ${shape.pattern}` })
  if (shape.format === 'date-time' && !isInstant(value))
    problems.push({
      at,
      text: `must be a date and time with offset, such as 2026-01-31T08:00:00+01:00; ${YEAR_RULE}`,
    })
  if (shape.format === 'uri' && !isAbsoluteUri(value)) problems.push({ at, text: 'must be an absolute URI' })
}

function checkNumber(value: unknown, shape: NumberShape, at: string, problems: Problem[]): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    problems.push({ at, text: 'must be a number' })
    return
  }
  if (shape.type === 'integer' && !Number.isSafeInteger(value))
    problems.push({ at, text: 'must be a whole number' })
  if (shape.minimum !== undefined && value < shape.minimum)
    problems.push({ at, text: `must be ${shape.minimum} or more` })
  if (shape.maximum !== undefined && value > shape.maximum)
    problems.push({ at, text: `must be ${shape.maximum} or less` })
}

const pointer = (at: string, name: string): string =>
  `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

/** Compiled once a pattern; the patterns are those of the schema, never of a message. */
const compiled = new Map<string, RegExp>()
function patternOf(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const fresh = new RegExp(pattern, 'u')
  compiled.set(pattern, fresh)
  return fresh
}

const INSTANT =
  /^(\d{4})-(0[1-9]|1[0-2])-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)$/

/** An instant as FHIR writes it: years that a record can have, days that the month has. */
export function isInstant(text: string): boolean {
  const parts = INSTANT.exec(text)
  if (parts === null) return false
  const [, year, month, day] = parts.map(Number)
  if (year === undefined || month === undefined || day === undefined) return false
  return isYearInRange(text) && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** Scheme and something behind it; no blanks, as FHIR's uri has none. */
export const isAbsoluteUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(text)
