/** Dose, rate, timing and route of an order as Dosage[] (hl7v2.md 5.3, 5.4). */
import type { CodeableConcept, Dosage, DosageDoseAndRate } from 'fhir/r4.js'
import { extensionUrl, UCUM } from '../../src/core/canonical.js'
import { conceptText, cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { routesToDosage } from './order-routes.js'
import type { OrderTiming } from './order-timing.js'
import { type DoseReading, inWords, readDoseAmount, readUnit } from './quantity.js'
import type { Scope } from './scope.js'
import { timingToDosage } from './timing-to-dosage.js'
import type { SegmentReader } from './trail.js'

/** Field numbers of RXE or RXO. */
export interface DoseFields {
  readonly minimum: number
  readonly maximum: number
  readonly unit: number
  readonly instructions: number
  readonly per: number
  readonly rate: number
  readonly rateUnit: number
}

export const RXE_DOSE: DoseFields = {
  minimum: 3,
  maximum: 4,
  unit: 5,
  instructions: 7,
  per: 22,
  rate: 23,
  rateUnit: 24,
}

export interface DosageSource {
  readonly segment: SegmentReader
  readonly fields: DoseFields
  readonly timing: readonly OrderTiming[]
  readonly routes: readonly SegmentReader[]
}

export function readDosages(source: DosageSource, scope: Scope): readonly Dosage[] {
  const { segment, fields, timing } = source
  const dose = readDose(segment, fields, scope)
  const rate = readRate(segment, fields, scope)
  const instructions = readInstructions(segment, fields, scope)
  const route = routesToDosage(source.routes, scope)
  const entries = timing.length === 0 ? [undefined] : timing
  const dosages: Dosage[] = []
  let sequence = 1
  for (const entry of entries) {
    const { doseAndRate, words } = doseAndRateOf(dose, rate, entry)
    for (const part of entry === undefined ? [{}] : timingToDosage(entry, scope)) {
      const text = words === undefined ? part.text : wordsOf(words, part)
      const additionalInstruction = [
        ...(part.additionalInstruction ?? []),
        ...instructions.coded,
        ...(route.additionalInstruction ?? []),
      ]
      dosages.push({
        sequence,
        ...part,
        ...(text === undefined ? {} : { text }),
        ...(additionalInstruction.length === 0 ? {} : { additionalInstruction }),
        ...(instructions.text === undefined ? {} : { patientInstruction: instructions.text }),
        ...(route.site === undefined ? {} : { site: route.site }),
        ...(route.route === undefined ? {} : { route: route.route }),
        ...(route.method === undefined ? {} : { method: route.method }),
        ...(doseAndRate === undefined ? {} : { doseAndRate: [doseAndRate] }),
      })
    }
    // Only "S" says that the next comes after this one; all else stands beside it.
    if (entry?.conjunction === 'S') sequence += 1
    else if (entry?.conjunction === 'C')
      scope.trail.note({ at: `${entry.place}-12`, reason: 'no-element', note: 'actuation' })
  }
  return tidy(dosages)
}

/** One dosage needs no sequence; one that says nothing is none. */
function tidy(dosages: readonly Dosage[]): readonly Dosage[] {
  if (dosages.length > 1) return dosages
  return dosages.flatMap(({ sequence: _sequence, ...dosage }) =>
    Object.keys(dosage).length === 0 ? [] : [dosage],
  )
}

/** What is given: structured, or in the source's own words; neither where nothing is said. */
interface Given {
  readonly part?: Pick<DosageDoseAndRate, 'doseQuantity' | 'doseRange' | 'rateQuantity' | 'rateRatio'>
  readonly words?: string
}

/** Two different amounts are a range, one is the dose. What is no amount to be given stays as text. */
function readDose(segment: SegmentReader, fields: DoseFields, scope: Scope): Given {
  const unit = readUnit(segment.field(fields.unit), scope)
  const texts = [fields.minimum, fields.maximum].map((field) => ({ field, text: segment.text(field) }))
  const stated = texts.flatMap(({ field, text }) => (text === undefined ? [] : [{ field, text }]))
  const read = stated.map(({ field, text }) => readDoseAmount(text, unit, { value: segment.field(field) }))
  const [low, high] = read.map(({ quantity }) => quantity)
  const range = stated.map(({ text }) => text).join(' - ')
  if (read.some(({ words }) => words !== undefined)) return { words: inWords(range, unit) }
  if (low === undefined) return {}
  if (high === undefined || high.value === low.value) return { part: { doseQuantity: low } }
  if ((low.value ?? 0) < (high.value ?? 0)) return { part: { doseRange: { low, high } } }
  segment.field(fields.maximum).reject('invalid-value', undefined, 'less than the minimum; kept as text')
  return { words: inWords(range, unit) }
}

const ORDERED: CodeableConcept = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/dose-rate-type', code: 'ordered' }],
}

/** Words stand in `original-text` besides, apart from the timing that the dosage's text has too. */
function doseAndRateOf(
  dose: Given,
  rate: Given,
  timing: OrderTiming | undefined,
): { readonly doseAndRate: DosageDoseAndRate | undefined; readonly words: string | undefined } {
  const beside = timing?.dose
  const isStated = dose.part !== undefined || dose.words !== undefined
  const { quantity } = beside?.read ?? {}
  const stated: Given = isStated
    ? dose
    : {
        ...(quantity === undefined ? {} : { part: { doseQuantity: quantity } }),
        ...(beside?.read.words === undefined ? {} : { words: beside.read.words }),
      }
  if (isStated && beside !== undefined && !isSame(dose, beside.read))
    beside.at.reject('superseded', undefined, 'the give amount of the order counts')
  const parts = { ...stated.part, ...rate.part }
  const words = [stated.words, rate.words].filter((word) => word !== undefined).join(', ')
  if (Object.keys(parts).length === 0 && words === '') return { doseAndRate: undefined, words: undefined }
  const extension = words === '' ? [] : [{ url: extensionUrl('original-text'), valueString: words }]
  return {
    doseAndRate: { ...(extension.length === 0 ? {} : { extension }), type: ORDERED, ...parts },
    words: words === '' ? undefined : words,
  }
}

function isSame({ part, words }: Given, beside: DoseReading): boolean {
  if (beside.words !== undefined) return beside.words === words
  const { value, unit } = beside.quantity
  const own = part?.doseQuantity
  return own !== undefined && own.value === value && (unit === undefined || own.unit === unit)
}

/** The amount in words with all that is said of when, so that nobody reads the one without the other. */
function wordsOf(amount: string, part: Dosage): string {
  const { timing, asNeededCodeableConcept } = part
  const repeat = timing?.repeat ?? {}
  const code = timing?.code?.text ?? timing?.code?.coding?.[0]?.code
  const rhythm = [
    ...(repeat.when ?? []),
    ...(repeat.frequency === undefined || repeat.period === undefined
      ? []
      : [`${repeat.frequency} / ${repeat.period} ${repeat.periodUnit ?? ''}`]),
  ]
  const words = [
    amount,
    ...(code === undefined ? rhythm : [code]),
    ...(repeat.dayOfWeek ?? []),
    ...(repeat.timeOfDay ?? []).map((time) => time.slice(0, 'hh:mm'.length)),
    ...(part.asNeededBoolean === true ? ['PRN'] : []),
    ...(asNeededCodeableConcept === undefined ? [] : [`PRN ${conceptText(asNeededCodeableConcept) ?? ''}`]),
  ]
  return [words.join(' '), part.text].filter((text) => text !== undefined).join(', ')
}

/** Words of RXE-22 and RXO-17: `H`, `H2`, `h`, `min`. */
const PER_UNITS: Readonly<Record<string, string>> = {
  S: 's',
  M: 'min',
  H: 'h',
  D: 'd',
  W: 'wk',
  L: 'mo',
  MIN: 'min',
  HR: 'h',
}

/** A unit that is a rate already (`mL/h`) is not divided by "per" again. */
function readRate(segment: SegmentReader, fields: DoseFields, scope: Scope): Given {
  const text = segment.text(fields.rate)
  const per = segment.text(fields.per)
  if (text === undefined) {
    if (per !== undefined) segment.field(fields.per).reject('no-element', undefined, 'no rate stands')
    return {}
  }
  const at = { value: segment.field(fields.rate) }
  const { quantity: rate, words } = readDoseAmount(text, readUnit(segment.field(fields.rateUnit), scope), at)
  if (rate === undefined) return { words: per === undefined ? words : `${words} / ${per}` }
  const match = /^(S|MIN|M|HR|H|D|W|L)([1-9]\d{0,3})?$/i.exec(per ?? '')
  const unit = PER_UNITS[match?.[1]?.toUpperCase() ?? '']
  const isRate = (rate.unit ?? '').includes('/') || (rate.code ?? '').includes('/')
  if (isRate || per === undefined) return { part: { rateQuantity: rate } }
  if (unit === undefined) {
    segment.field(fields.per).reject('unknown-code')
    return { part: { rateQuantity: rate } }
  }
  const value = match?.[2] === undefined ? 1 : Number(match[2])
  const denominator = { value, unit, system: UCUM, code: unit }
  return { part: { rateRatio: { numerator: rate, denominator } } }
}

function readInstructions(
  segment: SegmentReader,
  fields: DoseFields,
  scope: Scope,
): { readonly coded: readonly CodeableConcept[]; readonly text: string | undefined } {
  const concepts = segment
    .repetitions(fields.instructions)
    .flatMap((value) => cweToCodeableConcept(value, scope) ?? [])
  const texts = concepts
    .filter((concept) => concept.coding === undefined)
    .flatMap((c) => conceptText(c) ?? [])
  return {
    coded: concepts.filter((concept) => concept.coding !== undefined),
    text: texts.length === 0 ? undefined : texts.join('\n'),
  }
}
