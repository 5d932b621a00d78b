/** Parts of the day and the clock times that stand for them (medication-list.md 12.3; defaults are ours). */

/** `HH:MM` for each `Timing.repeat.when` code that has one; AC and PC codes shift by their offset. */
const DEFAULT_SLOT_TIMES: Readonly<Record<string, string>> = {
  MORN: '08:00',
  'MORN.early': '07:00',
  'MORN.late': '11:00',
  NOON: '14:00',
  AFT: '17:00',
  'AFT.early': '16:00',
  'AFT.late': '18:00',
  EVE: '20:00',
  'EVE.early': '19:00',
  'EVE.late': '21:00',
  NIGHT: '22:00',
  HS: '22:00',
  WAKE: '08:00',
  CM: '08:00',
  ACM: '08:00',
  PCM: '08:00',
  CD: '14:00',
  ACD: '14:00',
  PCD: '14:00',
  CV: '17:00',
  ACV: '17:00',
  PCV: '17:00',
}

/** Where this person's parts of the day lie: the patient's own times over the organisation's over the defaults. */
export interface DayClock {
  /** `HH:MM` by `when` code, of those that differ from the default. */
  readonly times: Readonly<Record<string, string>>
  /** Parts of the day for n times daily, by n; none by default (12.3). */
  readonly timesDaily: Readonly<Record<string, readonly string[]>>
}

export const DEFAULT_CLOCK: DayClock = { times: {}, timesDaily: {} }

/** Where an interval in hours begins when nothing else is said. */
export const FIRST_SLOT = 'MORN'
/** Two slots at most this far apart are the same slot. */
export const SLOT_TOLERANCE_MINUTES = 60
const DAY_MINUTES = 1440
/** What lies before this belongs to the night of the day before. */
const NIGHT_ENDS_MINUTES = 6 * 60
/** Slots for n times daily lie at least this far apart. */
const TIMES_DAILY_APART_MINUTES = 240
const TIMES_DAILY_MAX = 4

export const minutesOfTime = (time: string): number =>
  Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
export const timeOfMinutes = (minutes: number): string =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

const GENERAL_MEALS = new Set(['C', 'AC', 'PC'])
const MEAL = /^(A|P)?C(M|D|V)?$/

/** With, before or after a meal, or any of them. */
export const isMealCode = (when: string): boolean => MEAL.test(when)
/** Of no particular meal, and so without a time. */
export const isGeneralMealCode = (when: string): boolean => GENERAL_MEALS.has(when)

/**
 * Local minutes after the midnight at which the dose's date begins; from 1440 on for a night that ends on the next date,
 * which belongs to the date printed on its pouch. Undefined for codes without a clock time.
 * @param meal an additional meal code, by whose sense the offset shifts
 */
export function slotMinutes(
  when: string,
  offsetMinutes: number,
  clock: DayClock = DEFAULT_CLOCK,
  meal: string | undefined = undefined,
): number | undefined {
  const time = own(clock.times, when) ?? own(DEFAULT_SLOT_TIMES, when)
  if (time === undefined) return undefined
  const minutes = minutesOfTime(time)
  const isNight = when === 'NIGHT' || when === 'HS'
  const base = isNight && minutes < NIGHT_ENDS_MINUTES ? minutes + DAY_MINUTES : minutes
  const before = (meal ?? when).startsWith('AC')
  return Math.max(0, base + (before ? -offsetMinutes : offsetMinutes))
}

const own = (times: Readonly<Record<string, string>>, code: string): string | undefined =>
  Object.hasOwn(times, code) ? times[code] : undefined

/** The parts of the day for n times daily, where somebody named them and they lie at least 4 h apart (12.3). */
export function slotsOfTimesDaily(n: number, clock: DayClock): readonly string[] | undefined {
  const slots = Object.hasOwn(clock.timesDaily, String(n)) ? clock.timesDaily[String(n)] : undefined
  return slots !== undefined && n <= TIMES_DAILY_MAX && areTimesDaily(n, slots, clock) ? slots : undefined
}

export function areTimesDaily(n: number, slots: readonly string[], clock: DayClock): boolean {
  const minutes = slots.map((slot) => slotMinutes(slot, 0, clock)).sort((a, b) => (a ?? 0) - (b ?? 0))
  return (
    slots.length === n &&
    minutes.every((at, index) => {
      const before = minutes[index - 1]
      return at !== undefined && (before === undefined || at - before >= TIMES_DAILY_APART_MINUTES)
    })
  )
}
