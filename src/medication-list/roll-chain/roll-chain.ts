/**
 * The roll as a chain of facts: prescribed → packed → delivered → loaded → offered → taken, down to the single pouch
 * (medication-list.md 1). Each step names the facts that say so, versioned, with their times, or that nothing says so.
 */
import { addDays } from '../../core/zone.js'
import type { Situation } from '../discrepancies/discrepancy.js'
import { SLOT_TOLERANCE_MINUTES, timeOfMinutes } from '../dosage/slots.js'
import type { Delivery, HandOut } from '../facts/chain-fact.js'
import type { LineModel } from '../lines/line.js'
import { rollOfDelivery } from '../quantities/devices.js'
import type { PackedDose } from '../quantities/packed.js'
import { type Roll, rollNumber } from '../quantities/rolls.js'
import { type ContentChain, contentOf } from './content-chain.js'

export interface ChainStep {
  /** `gone`: it was so and is no longer (a roll taken out). `unknown`: no fact says that it happened, nor that it did not. */
  readonly state: 'done' | 'not-done' | 'gone' | 'unknown'
  /** Instant; undefined where no fact states it. */
  readonly at: number | undefined
  /** Versioned references of the facts, ascending. */
  readonly facts: readonly string[]
}

export interface PouchChain {
  /** Local date on the pouch. */
  readonly day: string
  readonly slot: string | undefined
  /** Local minutes after midnight; undefined for a pouch that names no time. */
  readonly minutes: number | undefined
  readonly due: number | undefined
  readonly contents: readonly ContentChain[]
  /** Given out by a dispenser, or along for days away. */
  readonly offered: ChainStep
}

export interface RollChain {
  readonly key: string
  readonly from: string
  readonly to: string
  readonly delivered: ChainStep
  readonly loaded: ChainStep
  readonly pouches: readonly PouchChain[]
  /** Refs of its supplies of which it is not known what lies in which pouch. */
  readonly untold: readonly string[]
}

export interface ChainQuery {
  /** Number of the roll, or its key; all rolls where absent. */
  readonly roll?: string | undefined
  /** Local date. */
  readonly day?: string | undefined
  /** `HH:MM`, or a part-of-day code. */
  readonly slot?: string | undefined
}

/** Rolls in order of their first day; those whose number or key is `roll`, and their pouches of that day and slot. */
export function rollChains(situation: Situation, query: ChainQuery): RollChain[] {
  const { roll: named, day } = query
  return situation.quantities
    .rolls()
    .all.filter(
      (roll) =>
        (named === undefined ||
          roll.key === named ||
          roll.tokens.some((token) => token === named || rollNumber(token) === named)) &&
        (day === undefined || (roll.from <= day && day <= roll.to)),
    )
    .map((roll) => chainOf(roll, situation, query))
}

function chainOf(roll: Roll, situation: Situation, query: ChainQuery): RollChain {
  const { facts, quantities, versioned } = situation
  const deliveries = facts.deliveries.filter(
    (delivery) => rollOfDelivery(delivery, quantities.rolls())?.key === roll.key,
  )
  const pouches = pouchesOf(roll, situation, query)
  return {
    key: roll.key,
    from: roll.from,
    to: roll.to,
    delivered: deliveredStep(roll, deliveries, situation),
    loaded: loadedStep(deliveries, situation),
    pouches,
    untold: roll.supplies
      .filter(({ ref }) => isUntold(ref, roll, situation))
      .map(({ ref }) => versioned(ref))
      .sort(),
  }
}

/** Handed over by the pharmacy, or told as come to the home. */
function deliveredStep(roll: Roll, deliveries: readonly Delivery[], { versioned }: Situation): ChainStep {
  const handed = roll.supplies.filter(
    ({ status, handedOver }) => status === 'completed' && handedOver !== undefined,
  )
  const home = deliveries.filter(({ place }) => place === 'home')
  const times = [...home.map(({ at }) => at), ...handed.map(({ handedOver }) => handedOver?.from ?? 0)]
  const facts = [...home, ...handed].map(({ ref }) => versioned(ref)).sort()
  return times.length === 0 ? UNKNOWN : { state: 'done', at: Math.min(...times), facts }
}

const UNKNOWN: ChainStep = { state: 'unknown', at: undefined, facts: [] }

/** The last time that it was put into a device; gone once it was taken out or another took its place. */
function loadedStep(deliveries: readonly Delivery[], { quantities, versioned }: Situation): ChainStep {
  const loads = deliveries.filter(({ place }) => place === 'device').sort((a, b) => b.at - a.at)
  const [last] = loads
  if (last === undefined) return UNKNOWN
  const inside = quantities.devices().loaded.some(({ load }) => load.ref === last.ref)
  const facts = loads.map(({ ref }) => versioned(ref)).sort()
  return { state: inside ? 'done' : 'gone', at: last.at, facts }
}

interface Found {
  readonly line: LineModel
  readonly dose: PackedDose
}

function pouchesOf(roll: Roll, situation: Situation, { day: only, slot }: ChainQuery): PouchChain[] {
  const { lines, quantities } = situation
  const refs = new Set(roll.supplies.map(({ ref }) => ref))
  const mine = lines.filter(({ group }) => group.supplies.some(({ fact }) => refs.has(fact.ref)))
  const pouches: PouchChain[] = []
  for (let day = only ?? roll.from; day <= (only ?? roll.to); day = addDays(day, 1)) {
    const found = mine.flatMap((line) =>
      quantities.packed(line, day).doses.flatMap((dose): Found[] => {
        const inRoll = dose.supply !== undefined && refs.has(dose.supply.ref)
        return inRoll && isAsked(dose, slot) ? [{ line, dose }] : []
      }),
    )
    for (const [, doses] of bySlot(found)) pouches.push(pouchOf(day, doses, roll, situation))
  }
  return pouches
}

const isAsked = ({ slot, minutes }: PackedDose, asked: string | undefined): boolean =>
  asked === undefined || slot === asked || (minutes !== undefined && timeOfMinutes(minutes) === asked)

/** In order of time, those without a time last. */
function bySlot(found: readonly Found[]): [number, Found[]][] {
  const slots = new Map<number, Found[]>()
  for (const one of found) {
    const minutes = one.dose.minutes ?? Number.POSITIVE_INFINITY
    slots.set(minutes, [...(slots.get(minutes) ?? []), one])
  }
  return [...slots].sort(([a], [b]) => a - b)
}

function pouchOf(day: string, doses: readonly Found[], roll: Roll, situation: Situation): PouchChain {
  const [first] = doses
  const due = first?.dose.due
  const slots = new Set(doses.flatMap(({ dose }) => dose.slot ?? []))
  return {
    day,
    slot: slots.size === 1 ? [...slots][0] : undefined,
    minutes: first?.dose.minutes,
    due,
    contents: doses.map(({ line, dose }) => contentOf(line, dose, day, situation)).sort(byName),
    offered: offeredStep(due, roll, situation),
  }
}

const byName = (a: ContentChain, b: ContentChain): number =>
  (a.medicine ?? '') === (b.medicine ?? '')
    ? a.line < b.line
      ? -1
      : 1
    : (a.medicine ?? '') < (b.medicine ?? '')
      ? -1
      : 1

function offeredStep(due: number | undefined, roll: Roll, { facts, versioned }: Situation): ChainStep {
  if (due === undefined) return UNKNOWN
  const out = facts.handOuts.filter((handOut) => isOf(handOut, due, roll)).sort((a, b) => a.at - b.at)
  const [first] = out
  return first === undefined
    ? UNKNOWN
    : { state: 'done', at: first.at, facts: out.map(({ ref }) => versioned(ref)).sort() }
}

/** By roll number where both state one, and by the time of the pouch, or by the days away. */
function isOf({ rolls, scheduled, at, travel }: HandOut, due: number, roll: Roll): boolean {
  const numbers = roll.tokens.map(rollNumber)
  if (rolls.length > 0 && numbers.length > 0 && !rolls.some((token) => numbers.includes(rollNumber(token))))
    return false
  if (travel !== undefined) return travel.from <= due && due < travel.to
  const reach = scheduled === undefined ? NEAREST_MS : SLOT_TOLERANCE_MINUTES * 60_000
  return Math.abs((scheduled ?? at) - due) <= reach
}

/** A hand-out that does not name its slot is of the pouch that is due within this time. */
const NEAREST_MS = 2 * 3_600_000

/** On some day of the roll it is not known what of the supply lies where, or it belongs to no line. */
function isUntold(ref: string, roll: Roll, { lines, quantities }: Situation): boolean {
  const line = lines.find(({ group }) => group.supplies.some(({ fact }) => fact.ref === ref))
  return line === undefined || !quantities.packed(line, roll.from).known
}
