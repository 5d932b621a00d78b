/** What the medication card on paper is drawn from: view `patient`, the person and the allergies (medication-list.md 11). */
import type { AllergyIntolerance, List, MedicationStatement, Patient } from 'fhir/r4.js'
import type { ViewContext } from './view-context.js'

export interface Card extends ViewContext {
  readonly list: List
  readonly lines: readonly MedicationStatement[]
  readonly patient: Patient
  readonly allergies: readonly AllergyIntolerance[]
  readonly version: number
  /** ISO instant for which it holds. */
  readonly at: string
  /** Where somebody who holds the card is told whether it is still the newest. */
  readonly newestUrl: string
}
