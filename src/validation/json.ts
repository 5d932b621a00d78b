/** Looking into JSON of unknown shape without trusting it. */

export type Node = Readonly<Record<string, unknown>>

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The element as an object; an empty one where it is none, so that rules stay total. */
export const nodeOf = (value: unknown): Node => (isNode(value) ? value : {})

/** The list; a single value is no list and gives an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** An own property only: `constructor` and the like are not there. */
export const own = (node: Node, name: string): unknown => (Object.hasOwn(node, name) ? node[name] : undefined)

/** Whether the element is there, as a value or as the extension of a missing value. */
export const has = (node: Node, name: string): boolean =>
  own(node, name) !== undefined || own(node, `_${name}`) !== undefined
