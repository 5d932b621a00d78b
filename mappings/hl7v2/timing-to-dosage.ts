/** An order's timing as the timing, sequence and as-needed part of a Dosage (hl7v2.md 5.4, 5.5). */
import type { CodeableConcept, Dosage, Quantity, Timing, TimingRepeat } from 'fhir/r4.js'
import { isLengthOfTime, isPlainDecimal } from '../../src/core/dose-amount.js'
import { isYearInRange } from '../../src/core/zone.js'
import type { OrderTiming, Pattern } from './order-timing.js'
import { mealOf, periodUnitOf, readRepeatPattern, weekdayAt } from './repeat-pattern.js'
import type { Scope } from './scope.js'

type TimingPart = Pick<
  Dosage,
  'timing' | 'asNeededBoolean' | 'asNeededCodeableConcept' | 'text' | 'additionalInstruction'
>

/** One Dosage part for each pattern; at least one where the timing says anything at all. */
export function timingToDosage(source: OrderTiming, scope: Scope): readonly TimingPart[] {
  const patterns = source.patterns.length === 0 ? [undefined] : source.patterns
  return patterns.map((pattern) => dosagePart(source, pattern, scope))
}

function dosagePart(source: OrderTiming, pattern: Pattern | undefined, scope: Scope): TimingPart {
  const read = pattern === undefined || pattern.name === '' ? undefined : readRepeatPattern(pattern.name)
  const asNeeded =
    read?.kind === 'as-needed' ||
    (read !== undefined && 'asNeeded' in read && read.asNeeded) ||
    source.priority === 'PRN'
  const length: TimingRepeat = {
    ...bounds(source, scope),
    ...(source.count === undefined ? {} : { count: source.count }),
    ...lasts(source, scope),
  }
  const own = pattern === undefined ? {} : patternRepeat(pattern, scope, source.place)
  const base: TimingRepeat =
    own === 'unknown'
      ? length
      : {
          ...length,
          ...(read?.kind === 'repeat' ? read.repeat : {}),
          ...own,
          ...(source.times.length === 0 ? {} : { timeOfDay: [...source.times] }),
        }
  const repeat = { ...base, ...offsetOfTiming(source, pattern, base.when !== undefined, scope) }
  // A coded pattern says how often; without the rest of its rhythm only its words are kept.
  const code =
    own === 'unknown' && pattern !== undefined && pattern.name !== ''
      ? { text: pattern.code.text ?? pattern.name }
      : codeOf(pattern, read?.kind === 'as-needed')
  const timing: Timing = {
    ...(Object.keys(repeat).length === 0 ? {} : { repeat: withRules(repeat, pattern, scope, source.place) }),
    ...(code === undefined ? {} : { code }),
  }
  const condition = source.condition
  const words = own === 'unknown' && pattern !== undefined ? patternWords(pattern, source.times) : undefined
  const text = [words, source.text].filter((part) => part !== undefined).join(', ')
  return {
    ...(text === '' ? {} : { text }),
    ...(condition === undefined || asNeeded ? {} : { additionalInstruction: [{ text: condition }] }),
    ...(Object.keys(timing).length === 0 ? {} : { timing }),
    ...(!asNeeded
      ? {}
      : condition === undefined
        ? { asNeededBoolean: true }
        : { asNeededCodeableConcept: { text: condition } }),
  }
}

/** A pattern that says only "as needed" is said by `asNeeded` already. */
function codeOf(pattern: Pattern | undefined, onlyAsNeeded: boolean): CodeableConcept | undefined {
  if (pattern === undefined || onlyAsNeeded || Object.keys(pattern.code).length === 0) return undefined
  return pattern.code
}

/** R4 rule tim-10: timeOfDay and `when` exclude each other; the clock time is the more exact of the two. */
function withRules(
  repeat: TimingRepeat,
  pattern: Pattern | undefined,
  scope: Scope,
  place: string,
): TimingRepeat {
  if (repeat.timeOfDay === undefined || repeat.when === undefined) return repeat
  const { when: _when, offset: _offset, ...rest } = repeat
  if (pattern?.event !== undefined)
    scope.trail.note({ at: `${place}-3.8`, reason: 'superseded', note: 'the clock time counts' })
  return rest
}

/** Unknown: a rhythm that cannot be told. The slots without it would read as daily, so all of it is left to the words. */
function patternRepeat(pattern: Pattern, scope: Scope, place: string): TimingRepeat | 'unknown' {
  const event = pattern.event === undefined ? undefined : whenOf(pattern.event, scope, place)
  const days = weekdays(pattern, scope, place)
  const period = periodOf(pattern, scope, place)
  if (period === 'unknown' || (days === 'unknown' && pattern.period === undefined)) return 'unknown'
  return { ...(days === 'unknown' ? {} : days), ...period, ...(event === undefined ? {} : { when: [event] }) }
}

/** What the sender wrote of the rhythm, where no rhythm can be made of it. */
function patternWords({ alignment, period, event }: Pattern, times: readonly string[]): string {
  const words = [
    alignment?.kind,
    alignment?.from,
    alignment?.to,
    period?.text,
    period?.unit,
    event,
    ...times.map((time) => time.slice(0, 'hh:mm'.length)),
  ]
  return words.filter((word) => word !== undefined && word !== '').join(' ')
}

function whenOf(event: string, scope: Scope, place: string): ReturnType<typeof mealOf> | 'HS' {
  if (event === 'HS') return 'HS'
  const meal = mealOf(event)
  if (meal === undefined) scope.trail.note({ at: `${place}-3.8`, reason: 'unknown-code' })
  return meal
}

function weekdays(pattern: Pattern, scope: Scope, place: string): TimingRepeat | 'unknown' {
  const { alignment } = pattern
  if (alignment === undefined) return {}
  const from = Number(alignment.from ?? Number.NaN)
  const to = alignment.to === undefined ? from : Number(alignment.to)
  const days: NonNullable<TimingRepeat['dayOfWeek']> = []
  if (alignment.kind === 'DW' && from >= 1 && to <= 7)
    for (let day = from; day <= to; day++) {
      const weekday = weekdayAt(day)
      if (weekday !== undefined) days.push(weekday)
    }
  if (days.length > 0) return { dayOfWeek: days }
  scope.trail.note({ at: `${place}-3.2`, reason: 'no-element', note: 'calendar alignment' })
  return 'unknown'
}

const LONG_UNITS: ReadonlySet<string> = new Set(['s', 'min', 'h', 'd', 'wk', 'mo', 'a'])
const isPeriodUnit = (unit: string): unit is NonNullable<TimingRepeat['periodUnit']> => LONG_UNITS.has(unit)

function periodOf(pattern: Pattern, scope: Scope, place: string): TimingRepeat | 'unknown' {
  if (pattern.period === undefined) return {}
  const { text, unit } = pattern.period
  const at = `${place}-3.5`
  const periodUnit = isPeriodUnit(unit) ? unit : unit.length === 1 ? periodUnitOf(unit) : undefined
  if (periodUnit === undefined) {
    scope.trail.note({ at, reason: 'unknown-code', note: 'unit of the period' })
    return 'unknown'
  }
  const period = isPlainDecimal(text) ? Number(text) : 0
  if (isLengthOfTime(period, periodUnit)) return { frequency: 1, period, periodUnit }
  scope.trail.note({ at, reason: 'invalid-value', note: 'no length of time; kept as text' })
  return 'unknown'
}

/** TQ1-6 to TQ1-8. R4 rule drt-1: a duration is a length of time in UCUM. */
function bounds(source: OrderTiming, scope: Scope): TimingRepeat {
  const { start, end } = source
  const duration = lengthOf(source.duration, `${source.place}-6`, scope)
  if (start === undefined && end === undefined)
    return duration === undefined ? {} : { boundsDuration: duration }
  if (start !== undefined && end !== undefined && duration !== undefined)
    scope.trail.note({ at: `${source.place}-6`, reason: 'superseded', note: 'start and end count' })
  const last = end ?? (start === undefined ? undefined : shift(start, duration, 1))
  const first = start ?? (end === undefined ? undefined : shift(end, duration, -1))
  if (duration !== undefined && start !== undefined && end === undefined && last === undefined)
    scope.trail.note({ at: `${source.place}-6`, reason: 'no-element', note: 'no end can be told from it' })
  return {
    boundsPeriod: {
      ...(first === undefined ? {} : { start: first }),
      ...(last === undefined ? {} : { end: last }),
    },
  }
}

/** A length of time that can be planned by; anything else is noted. */
function lengthOf(quantity: Quantity | undefined, at: string, scope: Scope): Quantity | undefined {
  if (quantity === undefined) return undefined
  const { value = 0, code = '', comparator } = quantity
  if (!isPeriodUnit(code)) scope.trail.note({ at, reason: 'unknown-code', note: 'unit of the duration' })
  else if (comparator === undefined && isLengthOfTime(value, code)) return quantity
  else scope.trail.note({ at, reason: 'invalid-value', note: 'no length of time' })
  return undefined
}

const STEP_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  wk: 604_800_000,
}
/** `YYYY-MM-DD`. */
const DATE_CHARACTERS = 10

/** A date moves by whole days (both ends inclusive), a time by the exact length; months are left to the calendar. */
function shift(from: string, duration: Quantity | undefined, sign: 1 | -1): string | undefined {
  const step = STEP_MS[duration?.code ?? '']
  const value = duration?.value
  if (duration === undefined || step === undefined || value === undefined || !Number.isInteger(value))
    return undefined
  if (from.length < DATE_CHARACTERS) return undefined
  if (from.length === DATE_CHARACTERS) {
    if (step < 86_400_000) return undefined
    const days = (value * step) / 86_400_000 - 1
    return inYears(Date.parse(from) + sign * days * 86_400_000)?.slice(0, DATE_CHARACTERS)
  }
  const offset = /(Z|[+-]\d{2}:\d{2})$/.exec(from)?.[0] ?? 'Z'
  const local = Date.parse(`${from.slice(0, from.length - offset.length)}Z`) + sign * value * step
  const shifted = inYears(local)
  return shifted === undefined ? undefined : `${shifted.slice(0, 19)}${offset}`
}

function inYears(instant: number): string | undefined {
  const iso = new Date(instant).toISOString()
  return isYearInRange(iso) ? iso : undefined
}

/** TQ1-13: how long one occurrence lasts. */
function lasts(source: OrderTiming, scope: Scope): TimingRepeat {
  const { value, code = '' } = lengthOf(source.occurrence, `${source.place}-13`, scope) ?? {}
  return value !== undefined && isPeriodUnit(code) ? { duration: value, durationUnit: code } : {}
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 }

/** RPT.9 and .10, else TQ1-5: minutes from the event; R4 rule tim-9 wants an event for it. */
function offsetOfTiming(
  source: OrderTiming,
  pattern: Pattern | undefined,
  hasEvent: boolean,
  scope: Scope,
): TimingRepeat {
  const offset = pattern?.offset ?? source.offset
  if (offset === undefined) return {}
  if (pattern?.offset !== undefined && source.offset !== undefined)
    scope.trail.note({
      at: `${source.place}-5`,
      reason: 'superseded',
      note: 'the offset of the pattern counts',
    })
  const minutes = ((offset.value ?? Number.NaN) * (SECONDS[offset.code ?? ''] ?? Number.NaN)) / 60
  if (hasEvent && Number.isInteger(minutes) && minutes >= 0) return { offset: minutes }
  const at = pattern?.offset === undefined ? `${source.place}-5` : `${source.place}-3.9`
  scope.trail.note({ at, reason: 'no-element', note: 'offset in whole minutes from an event' })
  return {}
}
