/** What is planned for a pause (medication-list.md 5). */
import type { MedicationRequest } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { type InstantRange, rangeOfDateTime } from '../../core/zone.js'

/** When a paused treatment is taken up again, or looked at again (medication-list.md 5). */
export interface HoldPlan {
  /** Day or instant from which it is to be used again; undefined where no date is stated. */
  readonly resume: InstantRange | undefined
  /** It resumes then without anybody deciding again. */
  readonly auto: boolean
  /** Condition for taking it up again, in words. */
  readonly condition: string | undefined
  /** First instant after the time or day by which somebody looks at it again. */
  readonly review: number | undefined
}

/** Extension `hold-plan`: of dates only their own sub-extension says what they are. */
export function holdPlan(
  resource: Pick<MedicationRequest, 'extension'>,
  { zone }: { readonly zone: string },
): HoldPlan | undefined {
  const parts = resource.extension?.find(({ url }) => url === extensionUrl('hold-plan'))?.extension
  if (parts === undefined) return undefined
  const part = (name: string) => parts.find(({ url }) => url === name)
  const range = (name: string) => {
    const value = part(name)?.valueDateTime
    return value === undefined ? undefined : rangeOfDateTime(value, zone)
  }
  return {
    resume: range('resume'),
    auto: part('auto-resume')?.valueBoolean === true,
    condition: part('condition')?.valueString,
    review: range('review')?.to,
  }
}
