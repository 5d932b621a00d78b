/** Calls that come while others are under way are made together: a statement costs about the same for one row as for ten. */

export interface GroupOptions<Item> {
  /** Groups under way at a time; what comes meanwhile waits and goes together. */
  readonly underWayMax: number
  /** A group is closed when it reaches this. */
  readonly weightMax: number
  readonly weightOf: (item: Item) => number
  /** Whether each item of a group that failed is worth a try of its own. */
  readonly isTriedAlone: (error: unknown) => boolean
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * @param run gives one result for each item, in order; trying an item again after it failed must be harmless
 */
export function grouped<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: GroupOptions<Item>,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = []
  let underWay = 0

  function next(): readonly Waiting<Item, Result>[] {
    let weight = 0
    const size = waiting.findIndex(({ item }, index) => {
      weight += options.weightOf(item)
      return index > 0 && weight > options.weightMax
    })
    return waiting.splice(0, size < 0 ? waiting.length : size)
  }

  async function work(): Promise<void> {
    if (underWay >= options.underWayMax) return
    underWay += 1
    while (waiting.length > 0) await settle(next())
    underWay -= 1
  }

  async function settle(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(group.map(({ item }) => item))
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result) // One for each item.
    } catch (error) {
      // Beside the groups: those that came meanwhile do not wait for the one that failed them all.
      if (group.length > 1 && options.isTriedAlone(error)) for (const one of group) void settle([one])
      else for (const { reject } of group) reject(error)
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      void work()
    })
}
