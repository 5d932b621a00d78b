/** Disjoint sets over 0 … size − 1. */
export interface UnionFind {
  readonly find: (index: number) => number
  /** The smaller index stays the root, so that the outcome does not depend on the order of calls. */
  readonly union: (a: number, b: number) => void
  /** Members of each set, ascending; sets in order of their smallest member. */
  readonly sets: () => number[][]
}

export function makeUnionFind(size: number): UnionFind {
  const parents = Array.from({ length: size }, (_, index) => index)
  const find = (index: number): number => {
    let root = index
    for (let parent = parents[root] ?? root; parent !== root; parent = parents[root] ?? root) root = parent
    for (let node = index; node !== root; ) {
      const next = parents[node] ?? root
      parents[node] = root
      node = next
    }
    return root
  }
  return {
    find,
    union: (a, b) => {
      const [low, high] = [find(a), find(b)].sort((x, y) => x - y)
      if (low !== undefined && high !== undefined) parents[high] = low
    },
    sets: () => {
      const byRoot = new Map<number, number[]>()
      for (let index = 0; index < size; index++) {
        const root = find(index)
        const set = byRoot.get(root)
        if (set === undefined) byRoot.set(root, [index])
        else set.push(index)
      }
      return [...byRoot.values()]
    },
  }
}
