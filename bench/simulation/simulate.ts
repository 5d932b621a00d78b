/** Persons with one planted mistake each, and what the engine made of them. */
import { addDays } from '../../src/core/zone.js'
import { judge } from './judge.js'
import { MISTAKES_OF_DECISION } from './mistakes-of-decision.js'
import { MISTAKES_OF_SUPPLY } from './mistakes-of-supply.js'
import type { Mistake } from './planting.js'
import { seeded } from './random.js'
import { at, FIRST_DAY, makeWorld } from './world.js'

const MISTAKES: Readonly<Record<string, Mistake>> = { ...MISTAKES_OF_DECISION, ...MISTAKES_OF_SUPPLY }

export interface Count {
  found: number
  missed: number
  falsely: number
}

export interface Simulated {
  readonly kinds: ReadonlyMap<string, Count>
  readonly planted: ReadonlyMap<string, number>
  readonly derivations: number
  readonly closed: number
}

export interface SimulationInput {
  readonly patients: number
  readonly days: number
  readonly seed: number
  /** Kind of mistake to begin with, so that a share of the persons meets all kinds in the course of days. */
  readonly from?: number
  /** Told of each discrepancy that was missed or raised falsely. */
  readonly explain: (text: string) => void
}

/** Days at both ends of the time in which nothing is planted. */
const MARGIN_DAYS = 4
/** A mistake does not fit every person; so many persons are tried for one. */
const TRIES = 40

export function simulate({ patients, days, seed, from = 0, explain }: SimulationInput): Simulated {
  const random = seeded(seed)
  const names = [undefined, ...Object.keys(MISTAKES)]
  const kinds = new Map<string, Count>()
  const planted = new Map<string, number>()
  let derivations = 0
  let closed = 0
  const count = (code: string, what: keyof Count): void => {
    const kind = kinds.get(code) ?? { found: 0, missed: 0, falsely: 0 }
    kind[what] += 1
    kinds.set(code, kind)
  }
  for (let person = 0; person < patients; person += 1) {
    const name = names[(person + from) % names.length]
    const { world, expected } = personWith(name, days, random)
    planted.set(name ?? 'nothing', (planted.get(name ?? 'nothing') ?? 0) + 1)
    const verdict = judge(world, expected, (text) =>
      explain(`person ${person} (${name ?? 'nothing'}): ${text}`),
    )
    for (const what of ['found', 'missed', 'falsely'] as const)
      for (const code of verdict[what]) count(code, what)
    derivations += verdict.derivations
    closed += verdict.closed
  }
  return { kinds, planted, derivations, closed }
}

function personWith(name: string | undefined, days: number, random: () => number) {
  const mistake = name === undefined ? undefined : MISTAKES[name]
  for (let attempt = 0; ; attempt += 1) {
    const world = makeWorld(days, random)
    const line = world.lines[Math.floor(random() * world.lines.length)]
    const day = addDays(FIRST_DAY, MARGIN_DAYS + Math.floor(random() * Math.max(1, days - 2 * MARGIN_DAYS)))
    if (mistake === undefined || line === undefined) return { world, expected: [] }
    const expected = mistake({ world, line, day, end: at(addDays(FIRST_DAY, days), '00:00') })
    if (expected.length > 0) return { world, expected }
    if (attempt > TRIES) throw new Error(`no person in whom "${name}" can happen`)
  }
}
