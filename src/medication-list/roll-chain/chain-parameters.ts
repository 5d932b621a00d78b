/** The chain of a roll as FHIR Parameters: one part for each step, with references to the facts that say so. */
import type { Parameters, ParametersParameter, Quantity } from 'fhir/r4.js'
import { UCUM } from '../../core/canonical.js'
import { dateTimeText } from '../../core/zone.js'
import type { DoseAmount } from '../dosage/amount.js'
import { type Decimal, equals } from '../dosage/decimal.js'
import { timeOfMinutes } from '../dosage/slots.js'
import { type Language, UNITS, unitWord } from '../dosage/units.js'
import type { ContentChain } from './content-chain.js'
import type { ChainStep, PouchChain, RollChain } from './roll-chain.js'

export interface ChainContext {
  readonly zone: string
  readonly language: Language
}

export const chainParameters = (rolls: readonly RollChain[], context: ChainContext): Parameters => ({
  resourceType: 'Parameters',
  ...(rolls.length === 0 ? {} : { parameter: rolls.map((roll) => rollPart(roll, context)) }),
})

const rollPart = (roll: RollChain, context: ChainContext): ParametersParameter => ({
  name: 'roll',
  part: [
    { name: 'key', valueString: roll.key },
    { name: 'period', valuePeriod: { start: roll.from, end: roll.to } },
    stepPart('delivered', roll.delivered, context),
    stepPart('loaded', roll.loaded, context),
    ...roll.untold.map(
      (reference): ParametersParameter => ({ name: 'untold', valueReference: { reference } }),
    ),
    ...roll.pouches.map((pouch) => pouchPart(pouch, context)),
  ],
})

const pouchPart = (pouch: PouchChain, context: ChainContext): ParametersParameter => ({
  name: 'pouch',
  part: [
    { name: 'date', valueDate: pouch.day },
    ...(pouch.slot === undefined ? [] : [{ name: 'slot', valueCode: pouch.slot }]),
    ...(pouch.minutes === undefined
      ? []
      : [{ name: 'time', valueTime: `${timeOfMinutes(pouch.minutes)}:00` }]),
    stepPart('offered', pouch.offered, context),
    ...pouch.contents.map((content) => contentPart(content, context)),
  ],
})

function contentPart({ line, medicine, prescribed, packed, taken }: ContentChain, context: ChainContext) {
  const part: ParametersParameter[] = [
    { name: 'line', valueReference: { reference: line } },
    ...(medicine === undefined ? [] : [{ name: 'medicine', valueString: medicine }]),
    {
      name: 'prescribed',
      part: [
        { name: 'state', valueCode: prescribed.state ?? 'unknown' },
        ...timePart(prescribed.at, context),
        ...(prescribed.amounts ?? []).flatMap((amount) => amountParts(amount, context)),
        ...factParts(prescribed.facts),
      ],
    },
    {
      name: 'packed',
      part: [
        { name: 'state', valueCode: 'done' },
        ...amountParts(packed.amount, context),
        ...factParts(packed.facts),
      ],
    },
    {
      name: 'taken',
      part: [
        { name: 'state', valueCode: taken.state },
        ...timePart(taken.at, context),
        ...(taken.grade === undefined ? [] : [{ name: 'grade', valueCode: taken.grade }]),
        ...factParts(taken.facts),
      ],
    },
  ]
  return { name: 'content', part }
}

const stepPart = (
  name: string,
  { state, at, facts }: ChainStep,
  context: ChainContext,
): ParametersParameter => ({
  name,
  part: [{ name: 'state', valueCode: state }, ...timePart(at, context), ...factParts(facts)],
})

const factParts = (facts: readonly string[]): ParametersParameter[] =>
  facts.map((reference) => ({ name: 'fact', valueReference: { reference } }))

const timePart = (at: number | undefined, { zone }: ChainContext): ParametersParameter[] =>
  at === undefined || !Number.isFinite(at) ? [] : [{ name: 'at', valueDateTime: dateTimeText(at, zone) }]

/** What is no exact number is left out: an amount that is not known is not shown as one. */
function amountParts(amount: DoseAmount | undefined, { language }: ChainContext): ParametersParameter[] {
  if (amount === undefined) return []
  const low = quantityOf(amount.low, amount, language)
  const high = quantityOf(amount.high, amount, language)
  return equals(amount.low, amount.high)
    ? [{ name: 'amount', valueQuantity: high }]
    : [{ name: 'amount', valueRange: { low, high } }]
}

function quantityOf(value: Decimal, { unit, low, high }: DoseAmount, language: Language): Quantity {
  const number = Number(value.n) / Number(value.d)
  const code = Object.hasOwn(UNITS, unit) ? UNITS[unit]?.ucum[0] : undefined
  return {
    value: number,
    ...(unit === '' ? {} : { unit: unitWord(unit, { low, high }, language) }),
    ...(code === undefined ? {} : { system: UCUM, code }),
  }
}
