/** National identity numbers must not reach a URL, since URLs land in logs (fhir-api.md 10). */
import { DNR, FHN, FNR } from '../core/canonical.js'
import { HubError } from '../core/errors.js'

const NATIONAL_SYSTEMS: ReadonlySet<string> = new Set([FNR, DNR, FHN])
const ELEVEN_DIGITS = /^\d{11}$/
const WEIGHTS = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1] as const

/**
 * Whether an identifier may be a person's national number. With no system or a national one, 11 digits are enough; under
 * another system (a serial number may well have 11 digits) the check digit has to fit as well.
 */
export function looksNational(system: string | undefined, value: string): boolean {
  if (system !== undefined && NATIONAL_SYSTEMS.has(system)) return value !== ''
  if (!ELEVEN_DIGITS.test(value)) return false
  return system === undefined || system === '' || lastCheckDigitFits(value)
}

/** National numbers, D-numbers, FH-numbers and synthetic ones share the last check digit. */
function lastCheckDigitFits(value: string): boolean {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(value[index]), 0)
  return sum % 11 === 0
}

/** Names the way that does work, and not the value. */
export const nationalIdInUrl = (type: string, place: string): HubError =>
  new HubError(
    'NATIONAL_ID_IN_URL',
    `send the search as POST ${type}/_search, or a condition as If-None-Exist, with the number in the body or header`,
    { at: place },
  )
