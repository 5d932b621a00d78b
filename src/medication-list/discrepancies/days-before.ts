/** Thresholds in days before an instant, at the same local time. */
import { addDays, instantOfLocalTime, localDateTime } from '../../core/zone.js'

export function daysBefore(instant: number, days: number, zone: string): number {
  const { date, time } = localDateTime(instant, zone)
  return instantOfLocalTime(addDays(date, -days), time, zone)
}

/** Last local day before an instant at which something ends. */
export const lastDayBefore = (end: number, zone: string): string => localDateTime(end - 1, zone).date
