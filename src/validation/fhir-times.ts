/** Order of FHIR dates and times of different precision. */

const MS_PER_DAY = 86_400_000
const DATE = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/

/**
 * Whether `first` lies wholly after `second`. Two dates are compared at the coarser precision of the two; a date and a
 * time are intervals, and where these overlap the order is unknown and the answer is no. What is no date answers no.
 */
export function isAfter(first: unknown, second: unknown): boolean {
  if (typeof first !== 'string' || typeof second !== 'string') return false
  if (DATE.test(first) && DATE.test(second)) {
    const length = Math.min(first.length, second.length)
    return first.slice(0, length) > second.slice(0, length)
  }
  const a = interval(first)
  const b = interval(second)
  return a !== undefined && b !== undefined && a.from > b.to
}

/** First and last instant (ms) that the text may mean. A date may be a day of any zone (-12 to +14 h). */
function interval(text: string): { readonly from: number; readonly to: number } | undefined {
  if (text.includes('T')) {
    const at = Date.parse(text.replace(/:60(?=[.Z+-])/, ':59'))
    return Number.isNaN(at) ? undefined : { from: at, to: at }
  }
  const match = DATE.exec(text)
  if (match === null) return undefined
  const [, year, month, day] = match
  const from = Date.UTC(
    Number(year),
    month === undefined ? 0 : Number(month) - 1,
    day === undefined ? 1 : Number(day),
  )
  const to =
    day !== undefined
      ? from + MS_PER_DAY
      : month !== undefined
        ? Date.UTC(Number(year), Number(month), 1)
        : Date.UTC(Number(year) + 1, 0, 1)
  return { from: from - MS_PER_DAY, to: to + MS_PER_DAY }
}
