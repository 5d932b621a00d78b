/** How much was supplied, in the units of a dose where the message lets packages be counted out. */
import type { Medication, MedicationDispense } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { amountOfQuantity, type DoseAmount } from '../dosage/amount.js'
import { decimal, multiply } from '../dosage/decimal.js'
import { unitKeyOfWord } from '../dosage/units.js'
import { containedMedication } from './read-medicine.js'

const PACKAGE = new Set(['pakning', 'pakninger', 'pakke', 'pakker', 'package', 'pkg'])

/** Packages of an untold size stay packages: nothing is counted in them. */
export function suppliedAmount(dispense: MedicationDispense): DoseAmount | undefined {
  const amount = amountOfQuantity(dispense.quantity)
  if (amount === undefined || !PACKAGE.has(amount.unit)) return amount
  const size = packageSize(containedMedication(dispense))
  return size === undefined
    ? amount
    : { low: multiply(amount.low, size.low), high: multiply(amount.high, size.high), unit: size.unit }
}

/** Only where the medicine states one size, as a plain number: "3 x 28" says two. */
function packageSize(medication: Medication | undefined): DoseAmount | undefined {
  const infos = (medication?.extension ?? []).filter(({ url }) => url === extensionUrl('package-info'))
  if (infos.length !== 1) return undefined
  const part = (name: string) => infos[0]?.extension?.find(({ url }) => url === name)
  const unit = part('unit')?.valueCodeableConcept
  const word = unit?.coding?.[0]?.display ?? unit?.text ?? unit?.coding?.[0]?.code
  const size = decimal(part('size')?.valueString?.trim().replace(',', '.') ?? '')
  return size === undefined || word === undefined
    ? undefined
    : { low: size, high: size, unit: unitKeyOfWord(word) }
}
