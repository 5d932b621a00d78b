/** Allergies and other reactions that stand beside the list (docs/facts.md). */
import type { AllergyIntolerance } from 'fhir/r4.js'
import { ATC, extensionUrl, FEST } from '../../core/canonical.js'
import type { EngineFact, FactOrigin } from './fact.js'
import type { ReadContext } from './read-decision.js'

const UNFOUNDED = new Set(['refuted', 'entered-in-error'])

export function readAllergy(
  allergy: AllergyIntolerance,
  origin: FactOrigin,
  { products }: ReadContext,
): EngineFact {
  const code = (concept: AllergyIntolerance['clinicalStatus']): string | undefined =>
    concept?.coding?.find((coding) => coding.code !== undefined)?.code
  if (UNFOUNDED.has(code(allergy.verificationStatus) ?? ''))
    return { ...origin, kind: 'ignored', why: 'error' }
  const clinical = code(allergy.clinicalStatus)
  const codings = (allergy.code?.coding ?? []).flatMap(({ system = '', code: value }) =>
    value === undefined ? [] : [{ system, code: value }],
  )
  const excipient =
    allergy.extension?.some(
      ({ url, valueBoolean }) => url === extensionUrl('excipient-reaction') && valueBoolean === true,
    ) ?? false
  // A reaction to an excipient says nothing about other products of the same substance.
  const known = excipient
    ? []
    : codings.flatMap(({ system, code: value }) => {
        const product = products.find({ system: isFest(system) ? FEST : system, code: value })
        return (product?.substances ?? []).map((substance) => festToken(substance.code))
      })
  return {
    ...origin,
    kind: 'allergy',
    active: clinical === undefined || clinical === 'active',
    name: allergy.code?.text ?? allergy.code?.coding?.find(({ display }) => display !== undefined)?.display,
    atc: excipient ? [] : codings.flatMap(({ system, code: value }) => (system === ATC ? [value] : [])),
    tokens: codings.flatMap(({ system, code: value }) => (system === ATC ? [] : [codeToken(system, value)])),
    substances: [...new Set(known)],
    excipient,
  }
}

/** The catalogue's ids are unique over its kinds, and messages give them under several systems. */
const isFest = (system: string): boolean => /\/FEST|\/fest/.test(system)
export const festToken = (code: string): string => `fest|${code}`
export const codeToken = (system: string | undefined, code: string): string =>
  isFest(system ?? '') ? festToken(code) : `${system ?? ''}|${code}`
