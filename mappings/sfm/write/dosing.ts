/**
 * Dosage of a line → what SFM has for it: words, codes, and `ereseptdosing`, its only structure. That structure knows
 * amounts by part of the day in intervals of days: a dosing with a weekday, a cycle, a clock time or a maximum is not put
 * into it at all, since the rest of it would read as daily (medication-list.md 12.8). R4's own elements carry all dosing.
 */
import type { Dosage, Extension, TimingRepeat } from 'fhir/r4.js'
import { volven } from '../../../src/core/canonical.js'
import { localDateTime, rangeOfDateTime } from '../../../src/core/zone.js'
import { ext, nested } from '../../kith/build.js'
import { EXT } from '../../kith/extensions.js'
import { extOf } from './parts.js'

const ORIGINAL = EXT.originalText

/**
 * The source's own wording: kept beside what the hub says where the two differ, else the text itself, where a source
 * wrote it so.
 * @param written first texts of the facts behind the line
 */
export function sourceWords(
  dosages: readonly Dosage[],
  written: readonly (string | undefined)[],
): string | undefined {
  const [first] = dosages
  const original = extOf(first?.extension, ORIGINAL)?.valueString
  return original ?? (written.includes(first?.text) ? first?.text : undefined)
}

/** An amount in words has no other place than the text of its own dosage. */
const isInWords = ({ doseAndRate }: Dosage): boolean =>
  doseAndRate?.some(({ extension }) => extOf(extension, ORIGINAL) !== undefined) ?? false

/** Timing and amounts as they stand; words of the whole stand once, on the first. */
export function r4Dosages(dosages: readonly Dosage[]): Dosage[] {
  return dosages.map((one) => {
    const { additionalInstruction: _told, extension, text, ...dosage } = one
    const said = extOf(extension, ORIGINAL)?.valueString ?? text
    const kept = (extension ?? []).filter(({ url }) => url !== ORIGINAL && url !== EXT.shortDose)
    return {
      ...dosage,
      ...(said !== undefined && isInWords(one) ? { text: said } : {}),
      // Those without a number are meant together; numbers of their own would make them follow each other.
      sequence: dosage.sequence ?? 1,
      ...(kept.length === 0 ? {} : { extension: kept }),
    }
  })
}

/** None where SFM's structure cannot say it whole. */
export function ereseptDosing(dosages: readonly Dosage[], zone: string): readonly Extension[] {
  const blocks = new Map<string, { repeat: TimingRepeat; doses: Dosage[] }>()
  for (const dosage of dosages) {
    const repeat = dosage.timing?.repeat
    if (repeat === undefined || !isSayable(dosage, repeat)) return []
    const key = JSON.stringify(repeat.boundsPeriod ?? null)
    const block = blocks.get(key) ?? { repeat, doses: [] }
    block.doses.push(dosage)
    blocks.set(key, block)
  }
  if (blocks.size > 1 && [...blocks.values()].some(({ repeat }) => repeat.boundsPeriod?.start === undefined))
    return []
  return [...blocks.values()].flatMap(({ doses, repeat }) =>
    nested('ereseptdosing', [
      ext('starttime', 'valueDate', dayIn(repeat.boundsPeriod?.start, zone)),
      ext('endtime', 'valueDate', firstDayWithout(repeat.boundsPeriod?.end, zone)),
      ...doses.map((dosage) => nested('repeatingdosage', doseParts(dosage))),
    ]),
  )
}

/** Volven 8325. */
const PARTS: Readonly<Record<string, readonly [code: string, display: string]>> = {
  MORN: ['1', 'Morgen'],
  'MORN.late': ['2', 'Formiddag'],
  NOON: ['3', 'Midt på dagen'],
  AFT: ['4', 'Ettermiddag'],
  EVE: ['5', 'Kveld'],
  NIGHT: ['6', 'Natt'],
}

const SAYABLE: ReadonlySet<string> = new Set(['boundsPeriod', 'frequency', 'period', 'periodUnit', 'when'])

function isSayable(dosage: Dosage, repeat: TimingRepeat): boolean {
  const dose = dosage.doseAndRate?.[0]
  return (
    Object.keys(repeat).every((key) => SAYABLE.has(key)) &&
    (repeat.frequency ?? 1) === 1 &&
    (repeat.period === undefined || (repeat.periodUnit === 'd' && Number.isInteger(repeat.period))) &&
    (repeat.when ?? []).length <= 1 &&
    (repeat.when ?? []).every((code) => Object.hasOwn(PARTS, code)) &&
    dosage.doseAndRate?.length === 1 &&
    dose?.doseQuantity?.value !== undefined &&
    dose.rateRatio === undefined &&
    dosage.maxDosePerPeriod === undefined &&
    (dosage.extension ?? []).every(({ url }) => url === ORIGINAL || url === EXT.shortDose)
  )
}

function doseParts(dosage: Dosage): (readonly Extension[])[] {
  const { value, unit } = dosage.doseAndRate?.[0]?.doseQuantity ?? {}
  const { period = 1, when } = dosage.timing?.repeat ?? {}
  const part = PARTS[when?.[0] ?? '']
  return [
    ext('amount', 'valueQuantity', {
      ...(value === undefined ? {} : { value }),
      ...(unit === undefined ? {} : { unit }),
    }),
    ext('interval', 'valueQuantity', { value: period, unit: 'Døgn' }),
    ext('accurate', 'valueBoolean', false),
    ext(
      'timerange',
      'valueCodeableConcept',
      part && { coding: [{ system: volven(8325), code: part[0], display: part[1] }] },
    ),
  ]
}

const dayIn = (time: string | undefined, zone: string): string | undefined => {
  const from = time === undefined ? undefined : rangeOfDateTime(time, zone)?.from
  return from === undefined ? undefined : localDateTime(from, zone).date
}

/** The day on which nothing is given any more: a date includes its day, an instant ends at it. */
function firstDayWithout(end: string | undefined, zone: string): string | undefined {
  const range = end === undefined ? undefined : rangeOfDateTime(end, zone)
  if (end === undefined || range === undefined) return undefined
  return localDateTime(end.includes('T') ? range.from : range.to, zone).date
}
