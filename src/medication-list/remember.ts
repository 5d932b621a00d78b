/**
 * What is made of parts is made again only when one of the parts is another object. Facts are read once for each
 * version of their resource (facts/read-facts.ts), so that what nobody touched is the same object from one derivation
 * to the next; what is remembered goes with the fact that it is remembered by.
 */
export function remembered<T>(): (by: object, parts: readonly unknown[], make: () => T) => T {
  const known = new WeakMap<object, { readonly parts: readonly unknown[]; readonly made: T }>()
  return (by, parts, make) => {
    const before = known.get(by)
    if (before !== undefined && sameParts(before.parts, parts)) return before.made
    const made = make()
    known.set(by, { parts, made })
    return made
  }
}

/**
 * The same of many questions about one object, such as one for each day.
 * @param max answers kept for each object
 */
export function rememberedByKey<T>(max: number): (by: object, key: string, make: () => T) => T {
  const known = new WeakMap<object, Map<string, { readonly made: T }>>()
  return (by, key, make) => {
    const answers = known.get(by) ?? new Map<string, { readonly made: T }>()
    const before = answers.get(key)
    if (before !== undefined) return before.made
    if (answers.size >= max) answers.clear()
    const made = make()
    answers.set(key, { made })
    known.set(by, answers)
    return made
  }
}

/** Made when it is first asked for, and then kept. */
export function once<T>(make: () => T): () => T {
  let known: { readonly made: T } | undefined
  return () => {
    known ??= { made: make() }
    return known.made
  }
}

function sameParts(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
