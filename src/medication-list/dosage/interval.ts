/** Lengths of time that a dosage states. */
import type { Quantity } from 'fhir/r4.js'
import { isLengthOfTime } from '../../core/dose-amount.js'

export interface Interval {
  readonly value: number
  readonly unit: 'min' | 'h' | 'd' | 'wk' | 'mo' | 'a'
}

/** Undefined for what is no length that doses can be planned by. */
export function interval(value: number | undefined, unit: string | undefined): Interval | undefined {
  if (value === undefined || !isLengthOfTime(value, unit ?? '')) return undefined
  switch (unit) {
    case 'min':
    case 'h':
    case 'd':
    case 'wk':
    case 'mo':
    case 'a':
      return { value, unit }
    case 's':
      return { value: value / 60, unit: 'min' }
    default:
      return undefined
  }
}

const MINUTES: Readonly<Record<Interval['unit'], number>> = {
  min: 1,
  h: 60,
  d: 1440,
  wk: 10_080,
  mo: 43_200,
  a: 525_600,
}
/** Months count as 30 and years as 365 days: for comparing lengths only, never for planning a dose. */
export const intervalMinutes = ({ value, unit }: Interval): number => value * MINUTES[unit]

export const minutesOf = (quantity: Quantity | undefined): number | undefined => {
  const read = interval(quantity?.value, quantity?.code ?? quantity?.unit)
  return read === undefined ? undefined : intervalMinutes(read)
}
