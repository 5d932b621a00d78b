/** The worked packing calendar of medication-list.md 8.3. */
import { instantOfLocalTime, localDate } from '../../src/core/zone.js'
import type { PackingCard, PackingPeriod } from '../../src/medication-list/packing/calendar.js'

export const PACKING_ZONE = 'Europe/Oslo'
/** `26 Feb 12:00` of 2026, as instant. */
export const local = (text: string): number => {
  const [day, month, time] = text.split(' ')
  const number = { Feb: '02', Mar: '03', Apr: '04', Oct: '10' }[month ?? '']
  return instantOfLocalTime(`2026-${number}-${day?.padStart(2, '0')}`, time ?? '00:00', PACKING_ZONE)
}
export const period = (
  start: string,
  end: string,
  cutoff: string,
  more: Partial<PackingPeriod> = {},
): PackingPeriod => ({
  start: localDate(local(start), PACKING_ZONE),
  end: localDate(local(end), PACKING_ZONE),
  cutoff: local(cutoff),
  expectedDelivery: undefined,
  state: 'planned',
  acute: false,
  ...more,
})
export const P7 = period('2 Mar', '15 Mar', '26 Feb 12:00')
export const P8 = period('16 Mar', '29 Mar', '12 Mar 12:00')
export const P9 = period('30 Mar', '12 Apr', '26 Mar 12:00')
export const card = (...periods: PackingPeriod[]): PackingCard => ({
  key: 'c',
  stated: 'Basic/c/_history/1',
  periods,
})
