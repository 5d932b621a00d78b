/**
 * A cycle (21 days on, 7 off) for receivers that do not know the extension `cycle`: its next days with doses, each run a
 * dosage between dates, so that nobody who leaves the extension out reads it as daily. Whoever knows the extension takes
 * them together again; the last date is no end (medication-list.md 12.2).
 */
import type { Dosage, Extension } from 'fhir/r4.js'
import { extensionUrl } from './canonical.js'
import { addDays, daysBetween } from './zone.js'

/** Cycles that are written out. */
const CYCLES_DATED = 3
const URL = extensionUrl('cycle')

export interface Cycle {
  readonly on: number
  readonly off: number
}

/**
 * The runs of the cycle in which `today` lies, and of the two that follow.
 * @param anchor first day of a cycle, ISO date
 * @param until last day with doses, ISO date, where the dosage has an end
 */
export function dateCycle(
  dosage: Dosage,
  { on, off }: Cycle,
  anchor: string,
  today: string,
  until: string | undefined,
): Dosage[] {
  const length = on + off
  const passed = Math.max(0, Math.floor(daysBetween(anchor, today) / length))
  const first = addDays(anchor, passed * length)
  const starts = Array.from({ length: CYCLES_DATED }, (_, index) => addDays(first, index * length))
  const within = starts.filter((start, index) => index === 0 || until === undefined || start <= until)
  return within.map((start, index) => {
    const last = addDays(start, on - 1)
    const end = until !== undefined && until < last ? until : last
    return between(dosage, index, { on, off }, anchor, { start, end }, until)
  })
}

/** A cycle of which no first day is known: without it the days are not told, so that its timing stands within. */
export function hideCycle(dosage: Dosage, { on, off }: Cycle): Dosage {
  const { timing, ...rest } = withoutTimingExtensions(dosage)
  const parts: Extension[] = [
    { url: 'on', valueInteger: on },
    { url: 'off', valueInteger: off },
    ...(timing === undefined ? [] : [{ url: 'timing', valueTiming: timing }]),
  ]
  return {
    ...rest,
    extension: [...(dosage.extension ?? []).filter(({ url }) => url !== URL), { url: URL, extension: parts }],
  }
}

/** Dosages as they stood before `dateCycle` and `hideCycle`. */
export function mergeDatedCycles(dosages: readonly Dosage[]): Dosage[] {
  if (!dosages.some(isDated)) return [...dosages]
  const merged = new Map<string, Dosage>()
  for (const [index, dosage] of dosages.entries()) {
    const { text: _text, additionalInstruction: _told, ...rest } = dosage
    const key = isDated(dosage) ? JSON.stringify(undated(rest)) : String(index)
    if (!merged.has(key)) merged.set(key, isDated(dosage) ? undated(dosage) : dosage)
  }
  return [...merged.values()]
}

const isDated = ({ extension = [] }: Dosage): boolean =>
  extension.some(({ url, extension: parts }) => url === URL && parts?.some((part) => OWN.has(part.url)))

/** Parts of the extension that say where its timing went. */
const OWN = new Set(['first', 'until', 'timing'])

/** The words stand on the first run alone: they speak of all. */
function between(
  dosage: Dosage,
  index: number,
  { on, off }: Cycle,
  first: string,
  bounds: { readonly start: string; readonly end: string },
  until: string | undefined,
): Dosage {
  const parts: Extension[] = [
    { url: 'on', valueInteger: on },
    { url: 'off', valueInteger: off },
    { url: 'first', valueDate: first },
    ...(until === undefined ? [] : [{ url: 'until', valueDate: until }]),
  ]
  const { text, additionalInstruction, ...rest } = withoutTimingExtensions(dosage)
  const words = {
    ...(text === undefined ? {} : { text }),
    ...(additionalInstruction === undefined ? {} : { additionalInstruction }),
  }
  return {
    ...withBounds(rest, bounds),
    // Once, on the dosage, wherever it stood.
    extension: [...(dosage.extension ?? []).filter(({ url }) => url !== URL), { url: URL, extension: parts }],
    ...(index === 0 ? words : {}),
  }
}

function undated(dosage: Dosage): Dosage {
  const parts = dosage.extension?.find(({ url }) => url === URL)?.extension ?? []
  const first = parts.find(({ url }) => url === 'first')?.valueDate
  const until = parts.find(({ url }) => url === 'until')?.valueDate
  const bounds = {
    ...(first === undefined ? {} : { start: first }),
    ...(until === undefined ? {} : { end: until }),
  }
  const hidden = parts.find(({ url }) => url === 'timing')?.valueTiming
  const own = (all: readonly Extension[]): Extension[] => all.filter(({ url }) => !OWN.has(url))
  const restored = hidden === undefined ? withBounds(dosage, bounds) : { ...dosage, timing: hidden }
  return { ...restored, extension: withParts(dosage, own) }
}

const withParts = (
  { extension = [] }: Dosage,
  change: (parts: readonly Extension[]) => Extension[],
): Extension[] =>
  extension.map((one) => (one.url === URL ? { ...one, extension: change(one.extension ?? []) } : one))

function withoutTimingExtensions(dosage: Dosage): Dosage {
  if (dosage.timing === undefined) return dosage
  const { extension: _own, repeat, ...timing } = dosage.timing
  const { extension: _repeat, ...plain } = repeat ?? {}
  return { ...dosage, timing: { ...timing, ...(repeat === undefined ? {} : { repeat: plain }) } }
}

function withBounds(
  { timing, ...dosage }: Dosage,
  boundsPeriod: { readonly start?: string; readonly end?: string },
): Dosage {
  const { boundsDuration: _length, boundsPeriod: _period, ...repeat } = timing?.repeat ?? {}
  return { ...dosage, timing: { ...timing, repeat: { ...repeat, boundsPeriod } } }
}
