/** Whether whoever decided had both of two lines before their eyes (medication-list.md 6.2). */
import { type Holder, isListed } from '../lines/holder.js'
import type { LineModel } from '../lines/line.js'

/**
 * Both are rows of one list, or one of the two decisions was taken at or after the instant at which the hub knew of
 * both lines, and so with a list on which both stand.
 */
export function decidedInView(a: LineModel, b: LineModel, holder: Holder | undefined): boolean {
  const [first, second] = [a.state?.decision.fact, b.state?.decision.fact]
  if (first === undefined || second === undefined) return false
  if (isListed(first, holder) && isListed(second, holder)) return true
  const bothKnown = Math.max(knownSince(a), knownSince(b))
  return first.decided.from >= bothKnown || second.decided.from >= bothKnown
}

/** Undefined authors are nobody in particular. */
export function sameDecider(a: LineModel, b: LineModel): boolean {
  const [first, second] = [a.state?.decision.fact.author, b.state?.decision.fact.author]
  return first !== undefined && first === second
}

const knownSince = ({ group }: LineModel): number =>
  group.facts.reduce((least, { receivedAt }) => Math.min(least, receivedAt), Number.POSITIVE_INFINITY)
