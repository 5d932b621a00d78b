/** The worked packing calendar of medication-list.md 8.3. */
import type { Basic, Extension } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../src/core/canonical.js'
import { instantOfLocalTime, localDate } from '../../src/core/zone.js'
import type { Fact } from '../../src/medication-list/contract.js'
import type { PackingCard, PackingPeriod } from '../../src/medication-list/packing/calendar.js'
import { fact, GP, PATIENT, type RowOptions, row, WARD } from './clinical-facts.js'

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

export const iso = (text: string): string => new Date(local(text)).toISOString()

/** The calendar of 8.3 as the pharmacy wrote it. */
export const workedCalendar = (): Fact =>
  fact(
    packingCalendar('card', [
      statedPeriod({ first: '2026-03-02', last: '2026-03-15', deadline: '2026-02-26T12:00:00+01:00' }),
      statedPeriod({ first: '2026-03-16', last: '2026-03-29', deadline: '2026-03-12T12:00:00+01:00' }),
      statedPeriod({ first: '2026-03-30', last: '2026-04-12', deadline: '2026-03-26T12:00:00+01:00' }),
    ]),
    'calendar',
    'pharmacy',
    iso('20 Feb 08:00'),
  )

/** The GP is multidose doctor. */
export const doctorRegistered = (member = GP): Fact =>
  fact(
    {
      resourceType: 'CareTeam',
      status: 'active',
      category: [{ coding: [{ code: 'multidose-register' }] }],
      subject: { reference: PATIENT },
      participant: [
        {
          role: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: 'multidose-doctor' }] }],
          member,
          period: { start: '2025-01-01' },
        },
      ],
    },
    'register',
    'prescriber',
    '2025-01-01T12:00:00Z',
  )

const MULTIDOSE = { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] }

/** A packed row of the GP's, in use since long. */
export const packedRow = (id: string, options: RowOptions = {}): Fact =>
  row(id, {
    prescription: `p-${id}`,
    asserted: '2025-10-01T09:00:00+02:00',
    period: { start: '2025-10-01' },
    receivedAt: '2025-10-01T07:05:00Z',
    ...options,
    more: { ...MULTIDOSE, ...options.more },
  })

/** What the ward decides about the treatment of a packed row, at an instant of 2026. */
export const wardRow = (id: string, of: string, at: string, options: RowOptions = {}): Fact =>
  row(id, {
    prescription: `p-${of}`,
    asserted: iso(at),
    receivedAt: iso(at),
    role: 'hospital',
    ...options,
    more: { ...MULTIDOSE, informationSource: WARD, ...options.more },
  })
