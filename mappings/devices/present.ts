/** FHIR has neither empty elements nor empty lists: an object without those whose value is undefined or `[]`. */
export function present<T extends object>(value: T): Present<T> {
  const kept = Object.entries(value).filter(
    ([, item]) => item !== undefined && !(Array.isArray(item) && item.length === 0),
  )
  // Only entries that the type marks as possibly undefined can have been left out.
  return Object.fromEntries(kept) as Present<T>
}

export type Present<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K]
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** A text that says something, else undefined. */
export function said(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === '' ? undefined : trimmed
}
