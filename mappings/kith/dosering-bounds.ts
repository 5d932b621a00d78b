/** When a dosing block begins and ends: Starttidspunkt and Sluttidspunkt → boundsPeriod (eresept.md 11.2). */
import type { TimingRepeat } from 'fhir/r4.js'
import { isDate, isDateTime, startOfDay, toDate, toDateTime, toUtc } from './dates.js'
import type { Frame } from './frame.js'
import type { Dosering } from './resept-dok.js'
import { pathOf } from './xml.js'

/** UTC instant of a TS that is a day or a point in time; undefined for any other. */
export const instantOf = (point: string | undefined, zone: string): string | undefined =>
  point !== undefined && (isDate(point) || isDateTime(point)) ? toUtc(point, zone) : undefined

/**
 * The end of a block given as a day is the first day without a dose: "in 6 days" from the 17th is written with the
 * 23rd. R4 reads a date as the whole day, so it becomes the instant at which that day begins. Start and end on one
 * day can only mean that day.
 */
export function boundsOf(frame: Frame, block: Dosering): Pick<TimingRepeat, 'boundsPeriod'> {
  const start = pointOf(frame, block, 'Starttidspunkt')
  const end = pointOf(frame, block, 'Sluttidspunkt')
  if (start === undefined && end === undefined) return {}
  if (end === undefined || start === end)
    return { boundsPeriod: { ...(start && { start }), ...(end && { end }) } }
  const from = instantOf(start, frame.zone)
  const to = instantOf(end, frame.zone)
  if (from !== undefined && to !== undefined && to < from) {
    frame.unmapped.push({
      at: `${pathOf(block.where)}/Sluttidspunkt`,
      reason: 'invalid-value',
      note: 'ends before it starts',
    })
    return start === undefined ? {} : { boundsPeriod: { start } }
  }
  return {
    boundsPeriod: { ...(start && { start }), end: isDate(end) ? startOfDay(end, frame.zone) : end },
  }
}

/** FHIR dateTime of a TS; a bare time of day is no point in time. */
function pointOf(
  frame: Frame,
  block: Dosering,
  name: 'Starttidspunkt' | 'Sluttidspunkt',
): string | undefined {
  const point = name === 'Starttidspunkt' ? block.starttidspunkt : block.sluttidspunkt
  if (point === undefined) return undefined
  if (isDate(point)) return toDate(point)
  if (isDateTime(point)) return toDateTime(point, frame.zone)
  if (/^\d{4}(-\d{2})?$/.test(point)) return point
  frame.unmapped.push({
    at: `${pathOf(block.where)}/${name}`,
    reason: 'invalid-value',
    note: 'a time of day without a date',
  })
  return undefined
}
