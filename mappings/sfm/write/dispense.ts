/** A pharmacy's supply → sfm-MedicationDispense. R4 lets it name a prescription, not a statement: its id stands beside. */
import type { MedicationDispense } from 'fhir/r4.js'
import { ext, nested } from '../../kith/build.js'
import { PACKAGE_UNIT } from '../../kith/m1-to-medication-request.js'
import { medicationEntry } from './medication.js'
import { bareId, type Entry, entryUrl, idOf, SFM, sfmProfile } from './parts.js'
import type { WriteContext } from './statement.js'

/** Empty for what names no prescription: SFM tells dispenses by it. */
export function dispenseEntries(dispense: MedicationDispense, context: WriteContext): Entry[] {
  const id = bareId(dispense.identifier?.[0]?.value)
  const prescription = bareId(dispense.authorizingPrescription?.[0]?.identifier?.value)
  if (id === undefined || prescription === undefined) return []
  const url = entryUrl('MedicationDispense', id)
  const { entry, reference } = medicationEntry(dispense, `MedicationDispense ${id}`)
  const performers = (dispense.performer ?? []).flatMap(({ actor }) => context.parties.of(actor) ?? [])
  const { unit, value } = dispense.quantity ?? {}
  const [label] = dispense.dosageInstruction ?? []
  const resource: MedicationDispense = {
    resourceType: 'MedicationDispense',
    id: idOf(url),
    meta: sfmProfile('sfm-MedicationDispense'),
    extension: [
      ...nested(`${SFM}/sfm-dispenseinfo`, [
        ext('cancellation', 'valueBoolean', dispense.status === 'entered-in-error'),
        ext('prescriptionid', 'valueString', prescription),
      ]),
    ],
    identifier: [{ use: 'official', type: { text: 'M10id' }, value: id }],
    status: dispense.status,
    medicationReference: reference,
    subject: context.subject,
    ...(performers.length === 0 ? {} : { performer: performers.map((actor) => ({ actor })) }),
    ...(value === undefined
      ? {}
      : { quantity: { value, ...(unit === undefined || unit === PACKAGE_UNIT ? {} : { unit }) } }),
    ...(dispense.whenHandedOver === undefined ? {} : { whenHandedOver: dispense.whenHandedOver }),
    ...(label?.text === undefined ? {} : { dosageInstruction: [{ text: label.text }] }),
    ...(dispense.substitution === undefined
      ? {}
      : { substitution: { wasSubstituted: dispense.substitution.wasSubstituted } }),
  }
  return [entry, { fullUrl: url, resource }]
}
