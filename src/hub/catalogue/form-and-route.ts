/**
 * Form group and route group of medication-list.md 3.1 from the catalogue's own words. The catalogue publishes the
 * display text of each code; what the words do not say is not known.
 */
import type { Coded } from '../../../mappings/fest/item.js'

const ROUTE_WORDS: readonly (readonly [group: string, words: RegExp])[] = [
  ['sublingual', /sublingual|under tungen|resoriblett/iu],
  ['inhaled', /inhalasjon/iu],
  ['nasal', /\bnese|nasal/iu],
  ['ocular', /øye|okul|konjunktiv/iu],
  ['otic', /øre|aurikul/iu],
  ['injection', /subkutan|intraven|intramusk|intrakut|intraderm|injeksjon|infusjon|epidural|intratek/iu],
  ['transdermal', /transdermal/iu],
  ['cutaneous', /\bhud|\bkutan/iu],
  ['rectal', /rektal|endetarm/iu],
  ['vaginal', /vaginal|skjede/iu],
  ['oral', /\boral|svelg/iu],
]

const routeGroupOf = ({ display }: Coded): string | undefined =>
  ROUTE_WORDS.find(([, words]) => words.test(display ?? ''))?.[0]

/** One group, where all routes of the product agree on it. */
export function routeGroup(routes: readonly Coded[]): string | undefined {
  const groups = new Set(routes.map(routeGroupOf))
  const [first] = groups
  return groups.size === 1 ? first : undefined
}

/** Forms that release slowly, late or over days: comparable only by a common substitution group (3.1). */
const SLOW = /depot|entero|modifisert|prolong|plaster|implantat|vaginalinnlegg|intrauterin/iu

export const isSlow = (form: Coded | undefined): boolean => SLOW.test(form?.display ?? '')

const FORM_WORDS: readonly (readonly [group: string, words: RegExp])[] = [
  ['tablet', /tablett/iu],
  ['capsule', /kapsel/iu],
  ['suppository', /stikkpille/iu],
  ['oral-liquid', /mikstur|dråper til oral|oral(?:e)? (?:væske|oppløsning|suspensjon)/iu],
]

/**
 * Forms of one group are the same to the person who takes them; any other form is a group of its own, and so is each
 * that releases slowly: it is never one with the same form that does not (3.1).
 */
export function formGroup(form: Coded | undefined): string | undefined {
  if (form === undefined) return undefined
  const group = FORM_WORDS.find(([, words]) => words.test(form.display ?? ''))?.[0] ?? `7448 ${form.code}`
  return isSlow(form) ? `${group}-modified` : group
}
