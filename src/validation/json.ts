/** Looking into JSON of unknown shape without trusting it. */

export type Node = Readonly<Record<string, unknown>>

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The element as an object; an empty one where it is none, so that rules stay total. */
export const nodeOf = (value: unknown): Node => (isNode(value) ? value : {})

/** The list; a single value is no list and gives an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A child by the name of its element; no element has a name that every object inherits (`constructor` and the like). */
export const own = (node: Node, name: string): unknown => node[name]

/** Whether the element is there, as a value or as the extension of a missing value. */
export const has = (node: Node, name: string): boolean =>
  node[name] !== undefined || node[`_${name}`] !== undefined
