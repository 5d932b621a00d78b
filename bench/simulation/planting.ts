import { addDays } from '../../src/core/zone.js'
import type { Expected } from './judge.js'
import { at, type LinePlan, loadedAt, type RollPlan, SLOTS, type SlotPlan, type World } from './world.js'

export interface Planting {
  readonly world: World
  /** Day on which it happens, far enough from both ends. */
  readonly day: string
  readonly line: LinePlan
  readonly end: number
}
export type Mistake = (planting: Planting) => Expected[]

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** Time in which the next heartbeat or dose lets the engine look again. */
export const SOON_MS = 2 * HOUR_MS

export const raised = (
  code: string,
  brand: string | undefined,
  from: number,
  by: number,
  until: number,
): Expected => ({
  code,
  ...(brand === undefined ? {} : { brand }),
  from,
  by,
  until,
})
/** May follow from the mistake, and need not. */
export const follows = (codes: readonly string[], brand: string, from: number, until: number): Expected[] =>
  codes.map((code) => ({ code, brand, from, until }))

export const slotsOf = (world: World, line: LinePlan, day: string): SlotPlan[] =>
  world.slots.filter((slot) => slot.day === day && line.slots.includes(slot.slot))
export const dueOf = ({ day, slot }: SlotPlan): number => at(day, SLOTS[slot] ?? '08:00')
export const rollOf = ({ rolls }: World, day: string): RollPlan | undefined =>
  rolls.find(({ from, to }) => from <= day && day <= to)
export const rollEnd = ({ to }: RollPlan): number => at(addDays(to, 1), '00:00')
/** From when the dispenser holds a dose of the line that is due after the instant: on a roll's last day the next roll may. */
export const loadedFrom = (world: World, line: LinePlan, instant: number): number =>
  Math.min(
    ...world.rolls
      .filter(
        ({ contents, to }) =>
          contents.has(line.id) && line.slots.some((slot) => at(to, SLOTS[slot] ?? '08:00') > instant),
      )
      .map((roll) => Math.max(instant, loadedAt(roll))),
  )
export const others = ({ lines }: World, slot: SlotPlan): LinePlan[] =>
  lines.filter(({ slots }) => slots.includes(slot.slot))
