/** Why a list without lines has none (medication-list.md 2). */
import type { ListResult, SourceCondition } from '../contract.js'
import { isOpen, type Situation } from '../discrepancies/discrepancy.js'
import type { Attestation } from '../facts/responsibility-fact.js'

/** Days before the attestation whose unexplained intakes and supplies still speak against "uses none". */
const BEFORE_MS = 14 * 86_400_000

export function emptyReason(
  situation: Pick<Situation, 'attested' | 'facts' | 'lines' | 'unattached'>,
  sources: readonly { readonly condition: SourceCondition }[],
): NonNullable<ListResult['emptyReason']> {
  if (sources.some(({ condition }) => condition === 'failed')) return 'unavailable'
  const { full } = situation.attested
  return full?.usesNone === true && !isContradicted(full, situation) ? 'nilknown' : 'notstarted'
}

/** Once something was used or supplied after it, nobody knows any more that the person uses nothing. */
function isContradicted(
  { at }: Attestation,
  { facts, lines, unattached }: Pick<Situation, 'facts' | 'lines' | 'unattached'>,
): boolean {
  return (
    lines.some((line) => isOpen(line) || line.status === 'unknown' || (line.state?.since ?? 0) > at) ||
    facts.supplies.some(({ handedOver, status }) => status !== 'other' && (handedOver?.from ?? 0) > at) ||
    facts.intakes.some(({ at: when, outcome }) => outcome === 'taken' && (when?.from ?? 0) > at) ||
    unattached.some(({ fact, why }) => why !== 'ward' && fact.receivedAt > at - BEFORE_MS)
  )
}
