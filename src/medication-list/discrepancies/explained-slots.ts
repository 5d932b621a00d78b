/** Slots of which nobody expects a record: a stay, a visit, days away, a dispenser that rests meanwhile (6.2, D). */
import type { FactSet } from '../facts/fact.js'
import type { Situation } from './discrepancy.js'

/** @param due instant of the slot */
export const isExplained = (due: number, { facts }: Pick<Situation, 'facts'>): boolean =>
  inStay(due, facts) || isAway(due, facts)

export const inStay = (due: number, { stays }: FactSet): boolean =>
  stays.some(({ from, to }) => from <= due && (to === undefined || due < to))

/** On a visit or leave, with doses given along, or while every dispenser of the person is set aside. */
const isAway = (due: number, { aways, handOuts, assignments }: FactSet): boolean =>
  aways.some(({ from, to }) => from <= due && due < to) ||
  handOuts.some(({ travel }) => travel !== undefined && travel.from <= due && due < travel.to) ||
  (assignments.some(({ paused }) => paused) &&
    assignments.every(({ paused, active, from }) => (paused ? (from ?? 0) <= due : !active)))
