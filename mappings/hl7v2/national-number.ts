/** Norwegian national numbers: which of the three systems a number belongs to, and whether it holds (norwegian-fhir.md 1.2). */
import { idnr } from '@navikt/fnrvalidator'
import { DNR, FHN, FNR } from '../../src/core/canonical.js'

export type NationalNumber =
  | { readonly kind: 'valid'; readonly system: string; readonly synthetic: boolean }
  | { readonly kind: 'invalid' }

/** NHN's synthetic people: 65 added to the month. The validator knows 40 and 80 only. */
const NHN_MONTH_OFFSET = 65

/**
 * A D-number stated as fødselsnummer goes to the D-number's system: the number itself says what it is.
 * @param stated system that the sender named; FHN has no date and no public rule beyond its eleven digits
 */
export function readNationalNumber(value: string, stated: string): NationalNumber {
  if (stated === FHN) return /^\d{11}$/.test(value) ? valid(FHN, false) : { kind: 'invalid' }
  if (!/^\d{11}$/.test(value)) return { kind: 'invalid' }
  const result = idnr(value)
  if (result.status === 'valid') {
    const system = result.type.startsWith('dnr') ? DNR : FNR
    return valid(system, result.type !== 'fnr' && result.type !== 'dnr')
  }
  const onlyDate = result.reasons.every((reason) => reason === 'invalid date')
  if (onlyDate && hasNhnMonth(value)) return valid(Number(value.charAt(0)) >= 4 ? DNR : FNR, true)
  return { kind: 'invalid' }
}

const valid = (system: string, synthetic: boolean): NationalNumber => ({ kind: 'valid', system, synthetic })

function hasNhnMonth(value: string): boolean {
  const first = Number(value.charAt(0))
  const day = (first >= 4 ? first - 4 : first) * 10 + Number(value.charAt(1))
  const month = Number(value.slice(2, 4)) - NHN_MONTH_OFFSET
  if (month < 1 || month > 12) return false
  // The century does not stand in the date digits; 2000 is a leap year, so the day is judged mildly.
  const date = new Date(Date.UTC(2000, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
