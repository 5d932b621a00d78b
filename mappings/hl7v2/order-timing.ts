/**
 * TQ1 and its forerunner TQ (ORC-7, RXE-1) in one shape (hl7v2.md 5.4): what the sender says of when, how long and how
 * urgently, not yet as FHIR.
 */
import type { CodeableConcept, Quantity } from 'fhir/r4.js'
import { UCUM } from '../../src/core/canonical.js'
import { cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { toTime } from './date-time.js'
import {
  type DoseReading,
  readAmount,
  readCompositeDose,
  readCompositeQuantity,
  readCount,
  readDoseAmount,
} from './quantity.js'
import { readDateTime, type Scope } from './scope.js'
import type { SegmentReader, ValueReader } from './trail.js'
import { ucumOf } from './units.js'

export interface Pattern {
  /** RPT.1 as sent. */
  readonly code: CodeableConcept
  readonly name: string
  /** RPT.2 to RPT.4: day of week from, to. */
  readonly alignment:
    | { readonly kind: string; readonly from: string | undefined; readonly to: string | undefined }
    | undefined
  /** RPT.5 and RPT.6 as sent. */
  readonly period: { readonly text: string; readonly unit: string } | undefined
  /** RPT.8: event of table 0528. */
  readonly event: string | undefined
  /** RPT.9 and RPT.10. */
  readonly offset: Quantity | undefined
}

export interface OrderTiming {
  readonly place: string
  /** The amount that stands with the timing. */
  readonly dose: { readonly read: DoseReading; readonly at: ValueReader } | undefined
  readonly patterns: readonly Pattern[]
  /** Clock times, `HH:MM:SS`. */
  readonly times: readonly string[]
  readonly offset: Quantity | undefined
  readonly duration: Quantity | undefined
  readonly start: string | undefined
  readonly end: string | undefined
  /** S, A, R, PRN or another code of table 0485, as sent. */
  readonly priority: string | undefined
  readonly condition: string | undefined
  readonly text: string | undefined
  /** S, A, C (0472); how the next TQ1 stands to this one. */
  readonly conjunction: string | undefined
  readonly occurrence: Quantity | undefined
  readonly count: number | undefined
}

export function readTq1(tq1: SegmentReader, scope: Scope): OrderTiming {
  const dose = readCompositeDose(tq1.field(2), scope)
  const priority = tq1.text(9)
  for (const component of [2, 3]) tq1.text(9, component)
  const total = tq1.text(14)
  const count = total === undefined ? undefined : readCount(total)
  if (total !== undefined && count === undefined) tq1.field(14).reject('invalid-value')
  return {
    place: tq1.place,
    dose: dose === undefined ? undefined : { read: dose, at: tq1.field(2) },
    patterns: tq1.repetitions(3).flatMap((value) => readPattern(value, scope) ?? []),
    times: tq1.repetitions(4).flatMap((value) => readTime(value) ?? []),
    offset: readCompositeQuantity(tq1.field(5), scope),
    duration: readCompositeQuantity(tq1.field(6), scope),
    start: readDateTime(scope, tq1.field(7)),
    end: readDateTime(scope, tq1.field(8)),
    priority,
    condition: tq1.text(10),
    text: tq1.text(11),
    conjunction: tq1.text(12),
    occurrence: readCompositeQuantity(tq1.field(13), scope),
    count,
  }
}

function readTime(value: ValueReader): string | undefined {
  const text = value.text()
  if (text === undefined) return undefined
  const time = toTime(text)
  if (time === undefined) value.reject('invalid-value')
  return time
}

/** RPT: .1 code (CWE in subcomponents), .2 alignment, .3 .4 phase, .5 .6 period, .8 event, .9 .10 offset. */
function readPattern(value: ValueReader, scope: Scope): Pattern | undefined {
  const concept = cweToCodeableConcept(value.component(1), scope, REPEAT_TABLE)
  const kind = value.text(2)
  const [from, to] = [value.text(3), value.text(4)]
  const periodText = value.text(5)
  const unit = value.text(6)
  const event = value.text(8)
  const offset = quantityOf(value, 9, 10)
  const period = periodText === undefined ? undefined : { text: periodText, unit: unit ?? '' }
  if (concept === undefined && kind === undefined && period === undefined && event === undefined)
    return undefined
  const name = concept?.coding?.[0]?.code ?? concept?.text ?? ''
  return {
    code: concept === undefined ? {} : { ...concept, text: concept.text ?? name },
    name,
    alignment: kind === undefined ? undefined : { kind, from, to },
    period,
    event,
    offset,
  }
}

const REPEAT_CODES =
  'BID TID QID QD QOD QAM QPM QHS QSHIFT AC PC IC ACM ACD ACV PCM PCD PCV ICM ICD ICV Once ONCE C PRN'.split(
    ' ',
  )
/** Codes of a known form belong to table 0335 even where no system stands. */
const REPEAT_TABLE = {
  number: '0335',
  codes: {
    has: (code: string) => REPEAT_CODES.includes(code) || /^(PRN)?Q\d+([SMHDWL]|J[1-7]+)$/.test(code),
  } as ReadonlySet<string>, // Only `has` is asked of it.
}

function quantityOf(value: ValueReader, amount: number, unit: number): Quantity | undefined {
  const text = value.text(amount)
  const unitText = value.text(unit)
  if (text === undefined) return undefined
  const number = readAmount(text)
  if (number === undefined) {
    value.reject('invalid-value', amount)
    return undefined
  }
  const code = unitText === undefined ? undefined : ucumOf(unitText)
  return {
    ...number,
    ...(unitText === undefined ? {} : { unit: unitText }),
    ...(code === undefined ? {} : { system: UCUM, code }),
  }
}

/** TQ.1 to TQ.12; one repetition is one entry. */
export function readTq(value: ValueReader, scope: Scope): OrderTiming {
  const amountText = value.text(1, 1)
  const unit = value.text(1, 2)
  const pattern = value.text(2, 1)
  const explicit = value.text(2, 2)
  const times = (explicit ?? '').split(',').flatMap((text) => (text === '' ? [] : (toTime(text) ?? [])))
  if (explicit !== undefined && times.length === 0) value.reject('invalid-value', 2)
  const duration = readTqDuration(value)
  const total = value.text(12)
  const count = duration.count ?? (total === undefined ? undefined : readCount(total))
  const ucum = unit === undefined ? undefined : ucumOf(unit)
  return {
    place: value.place,
    dose:
      amountText === undefined
        ? undefined
        : {
            read: readDoseAmount(
              amountText,
              {
                ...(unit === undefined ? {} : { unit }),
                ...(ucum === undefined ? {} : { system: UCUM, code: ucum }),
              },
              { value, component: 1 },
            ),
            at: value,
          },
    patterns: pattern === undefined ? [] : [patternOfName(pattern)],
    times,
    offset: undefined,
    duration: duration.quantity,
    start: readDateTime(scope, value, 4),
    end: readDateTime(scope, value, 5),
    priority: value.text(6),
    condition: value.text(7),
    text: value.text(8),
    conjunction: value.text(9),
    occurrence: undefined,
    count,
  }
}

function patternOfName(name: string): Pattern {
  const known = REPEAT_TABLE.codes.has(name)
  return {
    code: known
      ? { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0335', code: name }], text: name }
      : { text: name },
    name,
    alignment: undefined,
    period: undefined,
    event: undefined,
    offset: undefined,
  }
}

const DURATION_UNITS: Readonly<Record<string, string>> = {
  S: 's',
  M: 'min',
  H: 'h',
  D: 'd',
  W: 'wk',
  L: 'mo',
}

/** TQ.3: `D4` four days, `X5` five times; INDEF and T say no length. */
function readTqDuration(value: ValueReader): { readonly quantity?: Quantity; readonly count?: number } {
  const text = value.text(3)
  if (text === undefined) return {}
  const match = /^([SMHDWLX])(\d{1,4})$/i.exec(text)
  const letter = match?.[1]?.toUpperCase()
  const amount = Number(match?.[2] ?? 0)
  if (letter === 'X' && amount > 0) return { count: amount }
  const unit = DURATION_UNITS[letter ?? '']
  if (unit === undefined || amount === 0) {
    value.reject('invalid-value', 3, 'no duration of table 0335')
    return {}
  }
  return { quantity: { value: amount, unit, system: UCUM, code: unit } }
}

/** What `first` does not say is taken from `second`, component by component. */
export function fillTiming(first: OrderTiming, second: OrderTiming): OrderTiming {
  const hasTimes = first.patterns.length > 0 || first.times.length > 0
  return {
    ...first,
    dose: first.dose ?? second.dose,
    patterns: hasTimes ? first.patterns : second.patterns,
    times: hasTimes ? first.times : second.times,
    duration: first.duration ?? second.duration,
    start: first.start ?? second.start,
    end: first.end ?? second.end,
    priority: first.priority ?? second.priority,
    condition: first.condition ?? second.condition,
    text: first.text ?? second.text,
    conjunction: first.conjunction ?? second.conjunction,
    count: first.count ?? second.count,
  }
}
