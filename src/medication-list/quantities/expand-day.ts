/** One day of a dosage, remembered: plans never change, and the same days are asked for at every derivation. */
import { type Expansion, expand } from '../dosage/expand.js'
import type { DosagePlan } from '../dosage/plan.js'
import { rememberedByKey } from '../remember.js'

const REMEMBERED_DAYS_MAX = 400
const expandedBefore = rememberedByKey<Expansion>(REMEMBERED_DAYS_MAX)

/** @param start stated start of the line (FHIR dateTime), the anchor where an entry states none */
export const expandDay = (
  plan: DosagePlan,
  day: string,
  zone: string,
  start: string | undefined,
): Expansion =>
  expandedBefore(plan, `${day} ${zone} ${start ?? ''}`, () => expand(plan, day, day, { zone, start }))
