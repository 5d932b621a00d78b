/** The worked packing calendar of medication-list.md 8.3. */
import type { Basic, Extension } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../src/core/canonical.js'
import { instantOfLocalTime, localDate } from '../../src/core/zone.js'
import type { PackingCard, PackingPeriod } from '../../src/medication-list/packing/calendar.js'
import { PATIENT } from './clinical-facts.js'

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

export interface StatedPeriod {
  readonly first: string
  readonly last: string
  readonly deadline?: string
  readonly delivery?: string
  readonly state?: string
  readonly acute?: boolean
}

export const statedPeriod = ({ first, last, deadline, delivery, state, acute }: StatedPeriod): Extension => ({
  url: extensionUrl('packing-period'),
  extension: [
    ...(deadline === undefined ? [] : [{ url: 'order-deadline', valueDateTime: deadline }]),
    { url: 'first-dose', valueDate: first },
    { url: 'last-dose', valueDate: last },
    ...(delivery === undefined ? [] : [{ url: 'expected-delivery', valueDateTime: delivery }]),
    ...(state === undefined ? [] : [{ url: 'state', valueCode: state }]),
    ...(acute === undefined ? [] : [{ url: 'acute', valueBoolean: acute }]),
  ],
})

/** As a pharmacy writes it over FHIR. */
export const packingCalendar = (
  dosageCard: string,
  periods: readonly Extension[],
  subject = PATIENT,
): Basic => ({
  resourceType: 'Basic',
  identifier: [{ system: 'urn:example:dose-card', value: dosageCard }],
  code: { coding: [{ system: codeSystemUrl('record-kind'), code: 'packing-calendar' }] },
  subject: { reference: subject },
  author: { type: 'Organization', display: 'Apoteket' },
  extension: [...periods],
})
