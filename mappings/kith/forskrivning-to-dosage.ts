/**
 * Dosing of a Forskrivning → Dosage[] (eresept.md 11.2, medication-list.md 12). Nothing here may turn a weekday, an
 * interval above a day or a cycle into "daily": what has no sure timing keeps its words and amounts, without timing.
 */
import type { CodeableConcept, Dosage, Duration, Extension, Quantity, TimingRepeat } from 'fhir/r4.js'
import { UCUM } from '../../src/core/canonical.js'
import { isLengthOfTime, isPlainDecimal } from '../../src/core/dose-amount.js'
import { concept, duration, ext, filled, nested, quantity } from './build.js'
import { PART_OF_DAY, TIME_UNIT, WEEKDAY } from './code-lists.js'
import { toTime } from './dates.js'
import { doseAndRate, maximumOf } from './dose-amount.js'
import { boundsOf, instantOf } from './dosering-bounds.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { Amount } from './reader.js'
import type { DoseEtterBehov, DoseFastTidspunkt, Dosering, Forskrivning } from './resept-dok.js'
import { pathOf, type XmlElement } from './xml.js'

const AS_NEEDED = '3'

/**
 * One Dosage for each dose element, in order; the wording stands on the first. With words only, one Dosage with text.
 * Doses whose block cannot be placed in time are left out of the structure and noted as unmapped.
 */
export function forskrivningToDosage(frame: Frame, forskrivning: Forskrivning): Dosage[] {
  const asNeeded = forskrivning.bruk?.V === AS_NEEDED
  const route = routeOf(forskrivning)
  const doses = isPlaceable(forskrivning.dosering)
    ? sequenced(forskrivning.dosering, frame.zone).flatMap(({ block, sequence }) =>
        blockToDosage(frame, block, sequence, asNeeded, route),
      )
    : noteUnplaced(frame, forskrivning.dosering)
  const text = forskrivning.dosVeiledEnkel ?? (doses.length === 0 ? shortDoseWords(forskrivning) : undefined)
  const [first, ...rest] = doses
  const wording = {
    ...filled('extension', shortDose(forskrivning)),
    ...(text === undefined ? {} : { text }),
  }
  if (first === undefined) {
    if (text === undefined && forskrivning.kortdose === undefined) return []
    return [
      {
        sequence: 1,
        ...wording,
        ...(asNeeded ? { asNeededBoolean: true } : {}),
        ...(route === undefined ? {} : { route }),
      },
    ]
  }
  const extension = [...shortDose(forskrivning), ...(first.extension ?? [])]
  return [{ ...first, ...filled('extension', extension), ...(text === undefined ? {} : { text }) }, ...rest]
}

/** Where nothing else says the dose, the words of the short dose do. */
const shortDoseWords = ({ kortdose }: Pick<Forskrivning, 'kortdose'>): string | undefined =>
  kortdose?.OT ?? kortdose?.DN

const shortDose = ({ kortdose }: Forskrivning): readonly Extension[] =>
  ext(EXT.shortDose, 'valueCodeableConcept', kortdose && concept(kortdose, 7478))

const routeOf = ({ administrering }: Forskrivning): CodeableConcept | undefined =>
  administrering && concept(administrering.admMate, 9075)

/**
 * Several fixed blocks follow each other in time, but only their dates say so; without dates they could as well be
 * meant together, and either reading would be a guess at the dose.
 */
const isPlaceable = (blocks: readonly Dosering[]): boolean => {
  const fixed = blocks.filter((block) => block.fast.length > 0)
  return fixed.length < 2 || fixed.every((block) => block.starttidspunkt !== undefined)
}

function noteUnplaced(frame: Frame, blocks: readonly Dosering[]): Dosage[] {
  for (const block of blocks)
    frame.unmapped.push({
      at: pathOf(block.where),
      reason: 'invalid-value',
      note: 'several dosing blocks without start dates: order unknown',
    })
  return []
}

/** Same sequence: at the same time; next sequence: after. A block is after another when it starts at or after its end. */
function sequenced(
  blocks: readonly Dosering[],
  zone: string,
): readonly { readonly block: Dosering; readonly sequence: number }[] {
  let sequence = 1
  let end: string | undefined
  return blocks.map((block) => {
    const start = instantOf(block.starttidspunkt, zone)
    if (start !== undefined && end !== undefined && start >= end) sequence += 1
    end = instantOf(block.sluttidspunkt, zone) ?? end
    return { block, sequence }
  })
}

function blockToDosage(
  frame: Frame,
  block: Dosering,
  sequence: number,
  asNeeded: boolean,
  route: CodeableConcept | undefined,
): Dosage[] {
  const bounds = boundsOf(frame, block)
  const rule = block.doseringsregel
  const extension = nested(EXT.dosingRule, [
    ext('basis', 'valueCodeableConcept', rule && concept(rule.doseresEtter, 9080)),
    ext('note', 'valueString', rule?.merknad),
  ])
  const common = { sequence, ...(route === undefined ? {} : { route }) }
  return [
    ...block.fast.map((dose) => fixedDose(frame, dose, { common, bounds, extension, asNeeded })),
    ...block.etterBehov.map((dose) => neededDose(frame, dose, { common, bounds, extension, asNeeded })),
  ]
}

interface DoseFrame {
  readonly common: Pick<Dosage, 'sequence' | 'route'>
  readonly bounds: Pick<TimingRepeat, 'boundsPeriod'>
  readonly extension: readonly Extension[]
  readonly asNeeded: boolean
}

function fixedDose(frame: Frame, dose: DoseFastTidspunkt, given: DoseFrame): Dosage {
  const extension = [...given.extension]
  const repeat = fixedTiming(frame, dose, extension)
  return {
    ...filled('extension', extension),
    ...given.common,
    ...(given.asNeeded ? { asNeededBoolean: true } : {}),
    ...timing({ ...given.bounds, ...repeat }),
    ...doseAndRate(frame, dose),
  }
}

/** Empty when the timing cannot be told for sure; what it lacks is noted. */
function fixedTiming(frame: Frame, dose: DoseFastTidspunkt, extension: Extension[]): TimingRepeat {
  extension.push(...ext(EXT.exactTime, 'valueBoolean', dose.gisEksakt || undefined))
  const days = dose.fasteUkedager.map(({ V }) => WEEKDAY.get(V ?? ''))
  const every = days.length > 0 ? undefined : intervalOf(dose)
  if (days.includes(undefined) || every === 'unknown') {
    frame.unmapped.push({
      at: pathOf(dose.where),
      reason: days.length > 0 ? 'unknown-code' : lengthFault(dose.intervall),
      note: days.length > 0 ? 'weekday' : 'length or unit of the interval',
    })
    return {}
  }
  const cycle = cycleOf(frame, dose)
  if (cycle === 'unknown') return {}
  extension.push(...cycle)
  if (days.length > 0 && dose.intervall !== undefined)
    // The weekday restricts; the stated interval is kept beside, it decides nothing.
    extension.push(
      ...ext(EXT.statedInterval, 'valueQuantity', duration(dose.intervall) ?? quantity(dose.intervall)),
    )
  return {
    ...(days.length > 0 ? { period: 1, periodUnit: 'wk' } : (every ?? {})),
    ...filled(
      'dayOfWeek',
      days.filter((day) => day !== undefined),
    ),
    ...partOfDay(frame, dose, extension),
  }
}

function partOfDay(
  frame: Frame,
  dose: DoseFastTidspunkt,
  extension: Extension[],
): Pick<TimingRepeat, 'timeOfDay' | 'when'> {
  const part = dose.tidsomrade
  const when = part && PART_OF_DAY.get(part.V ?? '')
  if (part !== undefined && when === undefined)
    frame.unmapped.push({ at: `${pathOf(dose.where)}/Tidsomrade`, reason: 'unknown-code' })
  // R4 allows either a clock time or a part of the day; the other is kept as extension.
  if (part !== undefined && (dose.klokkeslett !== undefined || when === undefined))
    extension.push(...ext(EXT.partOfDay, 'valueCodeableConcept', concept(part, 8325)))
  if (dose.klokkeslett !== undefined) return { timeOfDay: [toTime(dose.klokkeslett)] }
  return when === undefined ? {} : { when: [when] }
}

function cycleOf(frame: Frame, dose: DoseFastTidspunkt): readonly Extension[] | 'unknown' {
  if (dose.dagerPa === undefined && dose.dagerAv === undefined) return []
  const on = Number(dose.dagerPa ?? '0')
  const off = Number(dose.dagerAv ?? '0')
  if (on < 1 || off < 1) {
    frame.unmapped.push({
      at: `${pathOf(dose.where)}/FastDose`,
      reason: 'invalid-value',
      note: 'a cycle needs days on and days off',
    })
    return 'unknown'
  }
  return nested(EXT.cycle, [ext('on', 'valueInteger', on), ext('off', 'valueInteger', off)])
}

function neededDose(frame: Frame, dose: DoseEtterBehov, given: DoseFrame): Dosage {
  const every = intervalOf(dose)
  if (every === 'unknown')
    frame.unmapped.push({
      at: `${pathOf(dose.where)}/Intervall`,
      reason: lengthFault(dose.intervall),
      note: 'length or unit of time',
    })
  const window = lengthOf(frame, dose.tidsrom, dose.where, 'Tidsrom')
  if (window === undefined)
    frame.unmapped.push({
      at: `${pathOf(dose.where)}/DoseTidsromMaks`,
      reason: 'no-element',
      note: 'a maximum within no known time',
    })
  const interval = lengthOf(frame, dose.doseIntervallMin, dose.where, 'DoseIntervallMin')
  const extension = [
    ...given.extension,
    ...ext(EXT.maxDosePerPeriod, 'valueRatio', window && maximumOf(frame, dose, 'DoseTidsromMaks', window)),
    ...ext(EXT.minInterval, 'valueDuration', interval),
  ]
  return {
    ...filled('extension', extension),
    ...given.common,
    asNeededBoolean: true,
    ...timing({ ...given.bounds, ...(every === 'unknown' ? {} : every) }),
    ...doseAndRate(frame, dose),
    maxDosePerPeriod: maximumOf(frame, dose, 'DoseDognMaks', ONE_DAY),
  }
}

/** A length of time from nothing upwards; anything else is noted. */
function lengthOf(frame: Frame, amount: Amount, where: XmlElement, name: string): Duration | undefined {
  const length = isPlainDecimal(amount.V) && Number(amount.V) >= 0 ? duration(amount) : undefined
  if (length === undefined)
    frame.unmapped.push({
      at: `${pathOf(where)}/${name}`,
      reason: lengthFault(amount),
      note: 'length or unit of time',
    })
  return length
}

/** An unknown unit, or else a number that is no length. */
const lengthFault = (amount: Amount | undefined): 'invalid-value' | 'unknown-code' =>
  TIME_UNIT.has(amount?.U ?? '') ? 'invalid-value' : 'unknown-code'

const ONE_DAY: Quantity = { value: 1, unit: 'Døgn', system: UCUM, code: 'd' }

const timing = (repeat: TimingRepeat): Pick<Dosage, 'timing'> =>
  Object.keys(repeat).length === 0 ? {} : { timing: { repeat } }

function intervalOf(dose: DoseFastTidspunkt | DoseEtterBehov): TimingRepeat | 'unknown' | undefined {
  if (dose.intervall === undefined) return undefined
  const periodUnit = TIME_UNIT.get(dose.intervall.U ?? '')
  const period = isPlainDecimal(dose.intervall.V) ? Number(dose.intervall.V) : 0
  return periodUnit === undefined || !isLengthOfTime(period, periodUnit)
    ? 'unknown'
    : { frequency: 1, period, periodUnit }
}
