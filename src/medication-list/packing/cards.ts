/** The dose cards of a person as the facts state them now (docs/facts.md, packing calendar). */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import type { FactSet, SourceList } from '../facts/fact.js'
import type { PackingCard, PackingPeriod } from './calendar.js'

/**
 * A calendar that the pharmacy wrote stands while one of its periods reaches to today; else what its own lists say
 * (M25.2), where of two statements about the same days the newer counts.
 */
export function cardsOf(
  { calendars, lists }: Pick<FactSet, 'calendars' | 'lists'>,
  at: number,
  zone: string,
): readonly PackingCard[] {
  const today = localDate(at, zone)
  const written = calendars
    .filter(({ periods }) => periods.some(({ end, state }) => state !== 'cancelled' && end >= today))
    .map(({ key, periods, ref, version }) => ({ key, periods, stated: `${ref}/_history/${version}` }))
  return written.length > 0 ? written : listedCards(lists, at)
}

function listedCards(lists: readonly SourceList[], at: number): readonly PackingCard[] {
  const byPharmacy = new Map<string, SourceList[]>()
  for (const list of lists)
    if (list.role === 'pharmacy' && list.packing !== undefined && list.date <= at)
      byPharmacy.set(list.sourceKey, [...(byPharmacy.get(list.sourceKey) ?? []), list])
  return [...byPharmacy].flatMap(([key, told]) => {
    const newestFirst = [...told].sort((a, b) => b.date - a.date || (a.ref < b.ref ? -1 : 1))
    const [newest] = newestFirst
    if (newest === undefined) return []
    const periods: PackingPeriod[] = []
    for (const { packing } of newestFirst)
      if (packing !== undefined && !periods.some((known) => overlap(known, packing))) periods.push(packing)
    periods.sort((a, b) => (a.start < b.start ? -1 : 1))
    return [{ key, stated: `${newest.ref}/_history/${newest.version}`, periods }]
  })
}

const overlap = (a: PackingPeriod, b: PackingPeriod): boolean => a.start <= b.end && b.start <= a.end

/** Instants at which a calendar that the pharmacy wrote stands no more: its last period is over. */
export const endsOfCalendars = ({ calendars }: Pick<FactSet, 'calendars'>, zone: string): readonly number[] =>
  calendars.flatMap(({ periods }) => {
    const last = periods
      .filter(({ state }) => state !== 'cancelled')
      .map(({ end }) => end)
      .sort()
      .at(-1)
    return last === undefined ? [] : [startOfLocalDay(addDays(last, 1), zone)]
  })
