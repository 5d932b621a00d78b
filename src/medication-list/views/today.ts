/**
 * The doses of one day, line by line, for whoever gives them (medication-list.md 11, view `today`): what is due and when,
 * whether it lies in a pouch or has to be given from elsewhere, and what became of it.
 */
import type { Bundle, Extension, FhirResource } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { localDate } from '../../core/zone.js'
import type { Situation } from '../discrepancies/discrepancy.js'
import { type DoseAmount, quantityOfAmount } from '../dosage/amount.js'
import { equals } from '../dosage/decimal.js'
import { timeOfMinutes } from '../dosage/slots.js'
import type { LineModel } from '../lines/line.js'
import type { SlotAmount } from '../quantities/day-amounts.js'
import type { LineIntake } from '../quantities/taken.js'
import { isLine } from './shown-resource.js'

const TODAY_DOSE = extensionUrl('today-dose')
const TOLERANCE_MS = 60_000

/** Extensions `today-dose` by line id; lines without a dose on the day are not there. */
export function dosesOfDay(situation: Situation): ReadonlyMap<string, readonly Extension[]> {
  const { at, config, lines } = situation
  const day = localDate(at, config.zone)
  const found = new Map<string, readonly Extension[]>()
  for (const line of lines) {
    const doses = dosesOf(line, day, situation)
    if (doses.length > 0) found.set(line.id, doses)
  }
  return found
}

function dosesOf(line: LineModel, day: string, { quantities }: Situation): Extension[] {
  const intended = quantities.intended(line, day)
  const records = quantities.intakes(line).filter((record) => record.day === day)
  const packed = quantities.packed(line, day)
  const answered = new Set<LineIntake>()
  const planned = [...intended.doses]
    .sort((a, b) => (a.minutes ?? 0) - (b.minutes ?? 0))
    .map((dose) => {
      const due = quantities.dueOf(day, dose.minutes)
      const record = records.find(
        (one) =>
          !answered.has(one) && one.planned && (due === undefined || Math.abs(one.due - due) < TOLERANCE_MS),
      )
      if (record !== undefined) answered.add(record)
      return doseExtension(
        dose,
        record,
        packed.known ? packed.doses.some((pouch) => isSame(pouch, dose)) : undefined,
      )
    })
  const others = records
    .filter((one) => !answered.has(one) && one.fact.outcome === 'taken')
    .map((one) =>
      doseExtension({ slot: undefined, minutes: undefined, amount: one.amount }, one, one.fromPack),
    )
  return [...planned, ...others]
}

const isSame = (pouch: SlotAmount, dose: SlotAmount): boolean =>
  (pouch.slot !== undefined && pouch.slot === dose.slot) ||
  (pouch.minutes !== undefined && pouch.minutes === dose.minutes)

function doseExtension(
  { slot, minutes, amount }: Pick<SlotAmount, 'slot' | 'minutes' | 'amount'>,
  record: LineIntake | undefined,
  packed: boolean | undefined,
): Extension {
  const quantity = amountOf(amount)
  const outcome = record === undefined ? 'open' : record.fact.outcome
  const taken = outcome === 'taken'
  return {
    url: TODAY_DOSE,
    extension: [
      ...(slot === undefined ? [] : [{ url: 'slot', valueCode: slot }]),
      ...(minutes === undefined ? [] : [{ url: 'time', valueTime: `${timeOfMinutes(minutes)}:00` }]),
      ...(quantity === undefined ? [] : [{ url: 'amount', valueQuantity: quantity }]),
      ...(packed === undefined ? [] : [{ url: 'packed', valueBoolean: packed }]),
      { url: 'outcome', valueCode: outcome },
      ...(record === undefined || !taken
        ? []
        : [{ url: 'at', valueDateTime: new Date(record.at).toISOString() }]),
      ...(record === undefined ? [] : [{ url: 'grade', valueCode: record.fact.grade }]),
    ],
  }
}

/** A range is told by its line's dosage. */
const amountOf = (amount: DoseAmount | undefined) =>
  amount === undefined || !equals(amount.low, amount.high)
    ? undefined
    : quantityOfAmount(amount.low, amount.unit)

/** The lines of the Bundle with their doses of the day. */
export const withDoses = (
  bundle: Bundle<FhirResource>,
  doses: ReadonlyMap<string, readonly Extension[]>,
): Bundle<FhirResource> => ({
  ...bundle,
  entry: (bundle.entry ?? []).map((entry) => {
    const { resource } = entry
    if (!isLine(resource)) return entry
    const own = doses.get(resource.id ?? '')
    return own === undefined
      ? entry
      : { ...entry, resource: { ...resource, extension: [...(resource.extension ?? []), ...own] } }
  }),
})

export const hasDoseToday = (extensions: readonly Extension[] | undefined): boolean =>
  extensions?.some(({ url }) => url === TODAY_DOSE) === true
