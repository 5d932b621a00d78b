/**
 * Packing periods and what they say of a change: the first day that routine packing can still alter (medication-list.md
 * 8.1). Instants are milliseconds since the epoch, days local dates `YYYY-MM-DD`.
 */
import { startOfLocalDay } from '../../core/zone.js'

export const PERIOD_STATES = [
  'planned',
  'locked',
  'packed',
  'delivered',
  'loaded',
  'closed',
  'cancelled',
] as const
export type PeriodState = (typeof PERIOD_STATES)[number]

export interface PackingPeriod {
  /** First and last day, both included. */
  readonly start: string
  readonly end: string
  /** First instant at which a change is too late; undefined where the pharmacy has not said. */
  readonly cutoff: number | undefined
  readonly expectedDelivery: number | undefined
  readonly state: PeriodState
  /** An extra period inside a normal one. */
  readonly acute: boolean
}

/** The periods of one dose card of a person, in order of their first day. */
export interface PackingCard {
  readonly key: string
  /** Versioned reference of what states it (`<type>/<id>/_history/<n>`): the calendar version of an answer. */
  readonly stated: string
  readonly periods: readonly PackingPeriod[]
}

export interface FirstChange {
  /** Start of the local day. */
  readonly at: number
  readonly period: PackingPeriod
}

/**
 * Start of the first normal period that a change known to the pharmacy at `t` still gets into, on every card; undefined
 * when that is not known. A period after which another has closed already counts as closed.
 * @param now instant of asking: a period that has left `planned` before its cut-off takes no change any more
 */
export function firstChange(
  cards: readonly PackingCard[],
  t: number,
  now: number,
  zone: string,
): FirstChange | undefined {
  const firsts = cards.map(({ periods }) => firstOf(periods, t, now))
  if (firsts.length === 0 || firsts.some((period) => period === undefined)) return undefined
  return firsts
    .filter((period) => period !== undefined)
    .map((period) => ({ at: startOfLocalDay(period.start, zone), period }))
    .reduce((a, b) => (b.at > a.at ? b : a))
}

function firstOf(periods: readonly PackingPeriod[], t: number, now: number): PackingPeriod | undefined {
  const normal = periods.filter(({ acute, state }) => !acute && state !== 'cancelled')
  const lastClosed = normal.findLastIndex((period) => isClosed(period, t, now))
  return normal.slice(lastClosed + 1).find((period) => isOpenFor(period, t, now))
}

const isOpenFor = ({ cutoff, state }: PackingPeriod, t: number, now: number): boolean =>
  cutoff !== undefined && cutoff > t && (state === 'planned' || cutoff <= now)

const isClosed = (period: PackingPeriod, t: number, now: number): boolean =>
  !isOpenFor(period, t, now) && (period.cutoff !== undefined || period.state !== 'planned')

/** Days that routine packing cannot alter any more for what the pharmacy knows at `t`. */
export function lockedInterval(
  cards: readonly PackingCard[],
  t: number,
  now: number,
  zone: string,
): { readonly from: number; readonly to: number | undefined } {
  return { from: t, to: firstChange(cards, t, now, zone)?.at }
}

/** Cut-offs after an instant, ascending: where an answer that waits for its receipt may change. */
export const cutoffsAfter = (cards: readonly PackingCard[], instant: number): readonly number[] =>
  cards
    .flatMap(({ periods }) =>
      periods.flatMap(({ acute, cutoff, state }) =>
        acute || state === 'cancelled' || cutoff === undefined || cutoff <= instant ? [] : [cutoff],
      ),
    )
    .sort((a, b) => a - b)
