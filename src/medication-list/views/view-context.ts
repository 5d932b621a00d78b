import type { Language } from '../dosage/units.js'

export interface ViewContext {
  readonly language: Language
  /** IANA zone of the patient. */
  readonly zone: string
}
