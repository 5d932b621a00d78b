/** Numbers that a seed repeats. */
export interface Random {
  /** From 0 to less than 1. */
  readonly next: () => number
  /** Whole, from 0 to less than `bound`. */
  readonly below: (bound: number) => number
  readonly pick: <T>(values: readonly T[]) => T
}

/** mulberry32: small, and good enough to choose faults by. */
export function randomOf(seed: number): Random {
  const state = { value: seed >>> 0 }
  const next = (): number => {
    state.value = (state.value + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state.value ^ (state.value >>> 15), state.value | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    pick: (values) => {
      const value = values[below(values.length)]
      if (value === undefined) throw new RangeError('nothing to pick from')
      return value
    },
  }
}

/** The seed of this run: STAFETT_TEST_SEED, else the given one. */
export const seedOr = (fallback: number): number => Number(process.env.STAFETT_TEST_SEED || fallback)
