/** Encounters in which the ward gives the medicines (medication-list.md 7, R8). */
import type { Encounter, Extension, Period } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { rangeOfDateTime } from '../../core/zone.js'
import { type Party, partyOf } from '../responsibility/party.js'
import type { EngineFact, FactOrigin } from './fact.js'
import { endOf, type ReadContext } from './read-decision.js'

/** Encounter classes (v3 ActCode) of a stay: the ward gives the medicines meanwhile. */
const INPATIENT_CLASSES = new Set(['IMP', 'ACUTE', 'NONAC'])
/** Classes that suspend nothing: the person is away from home for their time (7, R8). */
const VISIT_CLASSES = new Set(['AMB', 'EMER', 'OBSENC', 'SS'])
const STAY_STATUS = new Set<Encounter['status']>(['in-progress', 'onleave', 'finished'])

export function readStay(encounter: Encounter, origin: FactOrigin, { zone }: ReadContext): EngineFact {
  const { period, status } = encounter
  const from = period?.start === undefined ? undefined : rangeOfDateTime(period.start, zone)?.from
  const to = endOf(period?.end, zone)
  const other: EngineFact = { ...origin, kind: 'ignored', why: 'other-type' }
  if (from === undefined || !STAY_STATUS.has(status)) return other
  const code = encounter.class.code ?? ''
  if (VISIT_CLASSES.has(code) && to !== undefined && to > from) return { ...origin, kind: 'away', from, to }
  if (!INPATIENT_CLASSES.has(code)) return other
  const place = newestPlace(encounter)
  const since = place?.period?.start
  return {
    ...origin,
    kind: 'stay',
    from,
    to,
    onLeave: status === 'onleave',
    ward: wardOf(place?.extension) ?? partyOf(encounter.serviceProvider),
    wardSince: since === undefined ? undefined : rangeOfDateTime(since, zone)?.from,
  }
}

/** Of several active places the one that began last. */
const newestPlace = ({ location }: Encounter) =>
  (location ?? [])
    .filter(
      ({ extension, status }) =>
        wardOf(extension) !== undefined && status !== 'planned' && status !== 'reserved',
    )
    .sort(
      (a, b) =>
        Number(b.status === 'active') - Number(a.status === 'active') ||
        startOf(b.period) - startOf(a.period),
    )[0]

const startOf = (period: Period | undefined): number => {
  const at = Date.parse(period?.start ?? '')
  return Number.isNaN(at) ? 0 : at
}

/** The ward of a place within it; a bed or room is no party. */
const wardOf = (extensions: readonly Extension[] | undefined): Party | undefined =>
  partyOf(extensions?.find(({ url }) => url === extensionUrl('ward'))?.valueReference)
