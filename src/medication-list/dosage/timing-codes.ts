/** Timings that are said by a code alone. */
import type { CodeableConcept } from 'fhir/r4.js'
import type { Interval } from './interval.js'

/** Codes of GTSAbbreviation that name a number of doses and nothing else. */
const TIMING_CODES = new Map<string, { readonly frequency: number; readonly period: Interval }>([
  ['QD', { frequency: 1, period: { value: 1, unit: 'd' } }],
  ['BID', { frequency: 2, period: { value: 1, unit: 'd' } }],
  ['TID', { frequency: 3, period: { value: 1, unit: 'd' } }],
  ['QID', { frequency: 4, period: { value: 1, unit: 'd' } }],
  ['QOD', { frequency: 1, period: { value: 2, unit: 'd' } }],
])

export const timingOfCode = (code: CodeableConcept | undefined) =>
  code?.coding?.map((coding) => TIMING_CODES.get(coding.code ?? '')).find((timing) => timing !== undefined)
