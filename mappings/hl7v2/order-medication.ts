/** The medication of RXE, RXO and RXD (hl7v2.md 5.3): a concept, or a contained Medication where more than a code stands. */
import type {
  CodeableConcept,
  Medication,
  MedicationIngredient,
  Quantity,
  Ratio,
  Reference,
} from 'fhir/r4.js'
import { cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { readQuantity } from './quantity.js'
import type { Scope } from './scope.js'
import type { SegmentReader } from './trail.js'

/** Field numbers of one segment. */
export interface MedicationFields {
  readonly code: number
  readonly form: number
  readonly strength: number
  readonly strengthUnit: number
  readonly volume: number
  readonly volumeUnit: number
  /** Further codes of the same medication. */
  readonly supplementary: number
}

export const RXE_MEDICATION: MedicationFields = {
  code: 2,
  form: 6,
  strength: 25,
  strengthUnit: 26,
  volume: 33,
  volumeUnit: 34,
  supplementary: 31,
}
export const RXD_MEDICATION: MedicationFields = {
  code: 2,
  form: 6,
  strength: 16,
  strengthUnit: 17,
  volume: 28,
  volumeUnit: 29,
  supplementary: 25,
}

export const MEDICATION_ID = 'medication'

export type MedicationPart =
  | { readonly medicationCodeableConcept: CodeableConcept }
  | { readonly medicationReference: Reference; readonly contained: Medication[] }

/** Undefined where the segment names no medication. */
export function readMedication(
  segment: SegmentReader,
  components: readonly SegmentReader[],
  fields: MedicationFields,
  scope: Scope,
): Medication | undefined {
  const code = medicationCode(segment, fields, scope)
  if (code === undefined) return undefined
  const form = cweToCodeableConcept(segment.field(fields.form), scope)
  const strength = ratioOf(
    readQuantity(segment.field(fields.strength), segment.field(fields.strengthUnit), scope),
    readQuantity(segment.field(fields.volume), segment.field(fields.volumeUnit), scope),
  )
  const ingredient = [
    ...(strength === undefined ? [] : [{ itemCodeableConcept: code, strength }]),
    ...components.flatMap((rxc) => componentOf(rxc, scope) ?? []),
  ]
  return {
    resourceType: 'Medication',
    id: MEDICATION_ID,
    code,
    ...(form === undefined ? {} : { form }),
    ...(ingredient.length === 0 ? {} : { ingredient }),
  }
}

/** A medication that is only a code needs no resource of its own. */
export function medicationPart(medication: Medication): MedicationPart {
  const { code, form, ingredient, batch, manufacturer } = medication
  const onlyCode =
    form === undefined && ingredient === undefined && batch === undefined && manufacturer === undefined
  if (onlyCode && code !== undefined) return { medicationCodeableConcept: code }
  return { contained: [medication], medicationReference: { reference: `#${MEDICATION_ID}` } }
}

function medicationCode(
  segment: SegmentReader,
  fields: MedicationFields,
  scope: Scope,
): CodeableConcept | undefined {
  const main = cweToCodeableConcept(segment.field(fields.code), scope)
  if (main === undefined) return undefined
  const known = new Set((main.coding ?? []).map(({ system, code }) => `${system}|${code}`))
  const extra = segment
    .repetitions(fields.supplementary)
    .flatMap((value) => cweToCodeableConcept(value, scope)?.coding ?? [])
    .filter(({ system, code }) => !known.has(`${system}|${code}`))
  return extra.length === 0 ? main : { ...main, coding: [...(main.coding ?? []), ...extra] }
}

/** RXC: B is the base, A an additive; the amount stands against the volume, else against one preparation. */
function componentOf(rxc: SegmentReader, scope: Scope): MedicationIngredient | undefined {
  const item = cweToCodeableConcept(rxc.field(2), scope)
  if (item === undefined) return undefined
  const type = rxc.text(1)
  if (type !== undefined && type !== 'A' && type !== 'B') rxc.field(1).reject('unknown-code')
  const strength = ratioOf(
    readQuantity(rxc.field(3), rxc.field(4), scope),
    readQuantity(rxc.field(8), rxc.field(9), scope),
  )
  return {
    itemCodeableConcept: item,
    ...(type === 'A' || type === 'B' ? { isActive: type === 'A' } : {}),
    ...(strength === undefined ? {} : { strength }),
  }
}

/** R4 rule rat-1: numerator and denominator stand together; without a volume the strength is that of one unit. */
function ratioOf(numerator: Quantity | undefined, denominator: Quantity | undefined): Ratio | undefined {
  if (numerator === undefined) return undefined
  return { numerator, denominator: denominator ?? { value: 1 } }
}
