/**
 * Nothing says that the pharmacy has an ordination with a change to what it packs: an hour after a decision that cannot
 * wait, or four hours before the cut-off (medication-list.md 8.1). Only where the hub would hear of it.
 */
import { type PackingChange, packingOf } from '../packing/changes.js'
import { discrepancy, iso, nameOf, type Sentences } from './discrepancy.js'

const ACT_NOW_MS = 3_600_000
const BEFORE_CUTOFF_MS = 4 * 3_600_000

type NotReceived = {
  readonly medicines: readonly string[]
  readonly decided: string
  readonly cutoff: string | undefined
}
const sentences: Sentences<NotReceived> = {
  nb: ({ medicines, decided }, { time }) =>
    `Apoteket har ikke bekreftet ordinasjonen med endringer fra ${time(decided)}: ${medicines.join(', ')}.`,
  da: ({ medicines, decided }, { time }) =>
    `Apoteket har ikke bekræftet ordinationen med ændringer fra ${time(decided)}: ${medicines.join(', ')}.`,
  en: ({ medicines, decided }, { time }) =>
    `The pharmacy has not confirmed the ordination with changes from ${time(decided)}: ${medicines.join(', ')}.`,
  sv: ({ medicines, decided }, { time }) =>
    `Apoteket har inte bekräftat ordinationen med ändringar från ${time(decided)}: ${medicines.join(', ')}.`,
  fi: ({ medicines, decided }, { time }) =>
    `Apteekki ei ole vahvistanut määräystä, jossa on muutoksia (${time(decided)}): ${medicines.join(', ')}.`,
}

export const ordinationNotReceived = discrepancy<NotReceived>({
  code: 'ordination-not-received',
  sentences,
  find: (situation) => {
    const { at, versioned } = situation
    const next: number[] = []
    const overdue: PackingChange[] = []
    for (const change of packingOf(situation).changes) {
      const due = dueOf(change)
      if (due === undefined) continue
      if (due > at) next.push(due)
      else overdue.push(change)
    }
    const [first] = overdue.sort((a, b) => a.decided - b.decided || (a.line.id < b.line.id ? -1 : 1))
    if (first === undefined) return { findings: [], next }
    const facts = overdue.map(({ decision }) => versioned(decision.fact.ref))
    const cutoffs = overdue.flatMap(({ cutoff }) => cutoff ?? [])
    return {
      findings: [
        {
          // All changes that one ordination would carry are one thing to call about.
          about: ['ordination'],
          severity: 'high' as const,
          implicated: [...overdue.map(({ line }) => line.ref), ...facts],
          evidence: facts,
          numbers: {
            medicines: overdue.map(({ line }) => nameOf(line) ?? line.ref),
            decided: iso(first.decided),
            cutoff: cutoffs.length === 0 ? undefined : iso(Math.min(...cutoffs)),
          },
        },
      ],
      next,
    }
  },
})

/** Instant from which silence is told; undefined where the pharmacy has it, need not have it, or cannot be heard. */
function dueOf({ cutoff, decided, kind, outcome, reached }: PackingChange): number | undefined {
  if (reached.by !== 'awaited' || kind === 'none' || outcome.kind === 'no-pack-impact') return undefined
  const acting = outcome.kind === 'act-now' ? decided + ACT_NOW_MS : Number.POSITIVE_INFINITY
  const closing =
    cutoff === undefined ? Number.POSITIVE_INFINITY : Math.max(decided, cutoff - BEFORE_CUTOFF_MS)
  const due = Math.min(acting, closing)
  return Number.isFinite(due) ? due : undefined
}
