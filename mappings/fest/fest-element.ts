/** An element of one catalogue entry, while the entry is read. */
export interface FestElement {
  readonly local: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: FestElement[]
  text: string
  readonly parent: FestElement | undefined
}

export const child = (element: FestElement | undefined, local: string): FestElement | undefined =>
  element?.children.find((one) => one.local === local)

export const children = (element: FestElement | undefined, local: string): FestElement[] =>
  element?.children.filter((one) => one.local === local) ?? []

/** Trimmed; an empty element says nothing. */
export const textOf = (element: FestElement | undefined): string | undefined =>
  element?.text.trim() || undefined

export const childText = (element: FestElement | undefined, local: string): string | undefined =>
  textOf(child(element, local))
