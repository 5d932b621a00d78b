/** Dose, rate, timing and route of an order as Dosage[] (hl7v2.md 5.3, 5.4). */
import type { CodeableConcept, Dosage, DosageDoseAndRate, Quantity } from 'fhir/r4.js'
import { UCUM } from '../../src/core/canonical.js'
import { conceptText, cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { routesToDosage } from './order-routes.js'
import type { OrderTiming } from './order-timing.js'
import { readAmount, readQuantity, readUnit } from './quantity.js'
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
    const doseAndRate = doseAndRateOf(dose.part, rate, entry)
    for (const part of entry === undefined ? [{}] : timingToDosage(entry, scope)) {
      const text = part.text ?? dose.text
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

type DosePart = Pick<DosageDoseAndRate, 'doseQuantity' | 'doseRange'>

/** Two different amounts are a range, one is the dose. What is no plain number stays as text. */
function readDose(
  segment: SegmentReader,
  fields: DoseFields,
  scope: Scope,
): { readonly part: DosePart | undefined; readonly text: string | undefined } {
  const unit = readUnit(segment.field(fields.unit), scope)
  const words = [segment.text(fields.minimum), segment.text(fields.maximum)]
  const amounts = words.map((text) => (text === undefined ? undefined : readAmount(text)))
  const plain = words.every((text, index) => text === undefined || isPlain(amounts[index]))
  if (!plain) {
    const range = words.filter((text) => text !== undefined).join(' - ')
    return { part: undefined, text: [range, unit.unit].filter((part) => part !== undefined).join(' ') }
  }
  const [low, high] = amounts
  const first = low ?? high
  if (first === undefined) return { part: undefined, text: undefined }
  if (low !== undefined && high !== undefined && low.value !== high.value)
    return { part: { doseRange: { low: { ...low, ...unit }, high: { ...high, ...unit } } }, text: undefined }
  return { part: { doseQuantity: { ...first, ...unit } }, text: undefined }
}

/** R4 rule sqt-1: a SimpleQuantity has no comparator. */
const isPlain = (amount: ReturnType<typeof readAmount>): boolean =>
  amount !== undefined && amount.comparator === undefined

const ORDERED: CodeableConcept = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/dose-rate-type', code: 'ordered' }],
}

function doseAndRateOf(
  dose: DosePart | undefined,
  rate: Pick<DosageDoseAndRate, 'rateQuantity' | 'rateRatio'> | undefined,
  timing: OrderTiming | undefined,
): DosageDoseAndRate | undefined {
  const quantity = timing?.quantity
  const stated = dose ?? (quantity === undefined ? undefined : { doseQuantity: quantity.amount })
  if (dose !== undefined && quantity !== undefined && !sameAmount(dose.doseQuantity, quantity.amount))
    quantity.at.reject('superseded', undefined, 'the give amount of the order counts')
  if (stated === undefined && rate === undefined) return undefined
  return { type: ORDERED, ...stated, ...rate }
}

const sameAmount = (a: Quantity | undefined, b: Quantity): boolean =>
  a !== undefined && a.value === b.value && (b.unit === undefined || a.unit === b.unit)

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
function readRate(
  segment: SegmentReader,
  fields: DoseFields,
  scope: Scope,
): Pick<DosageDoseAndRate, 'rateQuantity' | 'rateRatio'> | undefined {
  const rate = readQuantity(segment.field(fields.rate), segment.field(fields.rateUnit), scope)
  const per = segment.text(fields.per)
  if (rate?.comparator !== undefined) segment.field(fields.rate).reject('invalid-value')
  if (rate === undefined || rate.comparator !== undefined) {
    if (per !== undefined) segment.field(fields.per).reject('no-element', undefined, 'no rate stands')
    return undefined
  }
  const match = /^(S|MIN|M|HR|H|D|W|L)(\d{0,4})$/i.exec(per ?? '')
  const unit = PER_UNITS[match?.[1]?.toUpperCase() ?? '']
  const isRate = (rate.unit ?? '').includes('/') || (rate.code ?? '').includes('/')
  if (isRate || per === undefined) return { rateQuantity: rate }
  if (unit === undefined) {
    segment.field(fields.per).reject('unknown-code')
    return { rateQuantity: rate }
  }
  const value = match?.[2] === undefined || match[2] === '' ? 1 : Number(match[2])
  return { rateRatio: { numerator: rate, denominator: { value, unit, system: UCUM, code: unit } } }
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
