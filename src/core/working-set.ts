/**
 * The part of a person's facts that the list is derived from. Of what comes day by day for years (intakes, what a device
 * handed out) it holds the newest; all else that is a fact it holds for good (docs/facts.md).
 */

/** Days for which intakes are looked at: longer than the longest look-back of a discrepancy and of rule 5. */
export const INTAKE_DAYS = 120

/** Types of which a part lies outside of the working set. */
export const LEAVING_TYPES: ReadonlySet<string> = new Set([
  'List',
  'MedicationAdministration',
  'MedicationDispense',
])
