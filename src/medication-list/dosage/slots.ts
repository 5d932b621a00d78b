/** Parts of the day and the clock times that stand for them (medication-list.md 12.3; defaults are ours). */

/** `HH:MM` for each `Timing.repeat.when` code that has one; AC and PC codes shift by their offset. */
export const DEFAULT_SLOT_TIMES: Readonly<Record<string, string>> = {
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

/** Where an interval in hours begins when nothing else is said. */
export const FIRST_TIME_OF_DAY = '08:00'
/** Two slots at most this far apart are the same slot. */
export const SLOT_TOLERANCE_MINUTES = 60

export const minutesOfTime = (time: string): number =>
  Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
export const timeOfMinutes = (minutes: number): string =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Local minutes after midnight; undefined for codes without a clock time (before meals in general). */
export function slotMinutes(when: string, offsetMinutes: number): number | undefined {
  const time = Object.hasOwn(DEFAULT_SLOT_TIMES, when) ? DEFAULT_SLOT_TIMES[when] : undefined
  if (time === undefined) return undefined
  const shift = when.startsWith('AC') ? -offsetMinutes : offsetMinutes
  return (((minutesOfTime(time) + shift) % 1440) + 1440) % 1440
}
