/** One day of a dosage, remembered: plans never change, and the same days are asked for at every derivation. */
import { type Expansion, expand } from '../dosage/expand.js'
import type { DosagePlan } from '../dosage/plan.js'

const REMEMBERED_DAYS_MAX = 400
const remembered = new WeakMap<DosagePlan, Map<string, Expansion>>()

/** @param start stated start of the line (FHIR dateTime), the anchor where an entry states none */
export function expandDay(plan: DosagePlan, day: string, zone: string, start: string | undefined): Expansion {
  const days = remembered.get(plan) ?? new Map<string, Expansion>()
  const key = `${day} ${zone} ${start ?? ''}`
  const known = days.get(key)
  if (known !== undefined) return known
  if (days.size >= REMEMBERED_DAYS_MAX) days.clear()
  const made = expand(plan, day, day, { zone, start })
  days.set(key, made)
  remembered.set(plan, days)
  return made
}
