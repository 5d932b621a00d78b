/**
 * A change that the pouches do not follow yet, and nobody has seen to it in time: the question whether it can wait is
 * unanswered, no measure was taken, or a measure was not confirmed (medication-list.md 8.2).
 */

import { cutoffsAfter } from '../packing/calendar.js'
import { BEFORE_SLOT_MS, reduces } from '../packing/can-wait.js'
import { endsOfCalendars } from '../packing/cards.js'
import { type PackingChange, packingOf } from '../packing/changes.js'
import { suspensionAt } from '../responsibility/suspension.js'
import { discrepancy, type Finding, iso, nameOf, type Sentences } from './discrepancy.js'

type Lacking = 'answer' | 'measure' | 'confirmation'
type Overdue = {
  readonly medicine: string | undefined
  readonly change: string
  readonly due: string
  readonly lacking: Lacking
  readonly measures: readonly string[]
}
const sentences: Sentences<Overdue> = {
  nb: ({ medicine, due, lacking }, { name, time }) =>
    `${name(medicine)} er endret, men posene følger ikke med: ${{ answer: 'ingen har svart på om endringen kan vente', measure: 'ingen tiltak er satt i verk', confirmation: 'tiltaket er ikke bekreftet' }[lacking]} (frist ${time(due)}).`,
  da: ({ medicine, due, lacking }, { name, time }) =>
    `${name(medicine)} er ændret, men poserne følger ikke med: ${{ answer: 'ingen har svaret på, om ændringen kan vente', measure: 'intet tiltag er sat i værk', confirmation: 'tiltaget er ikke bekræftet' }[lacking]} (frist ${time(due)}).`,
  en: ({ medicine, due, lacking }, { name, time }) =>
    `${name(medicine)} was changed but the pouches do not follow: ${{ answer: 'nobody has answered whether the change can wait', measure: 'no measure was taken', confirmation: 'the measure is not confirmed' }[lacking]} (due ${time(due)}).`,
  sv: ({ medicine, due, lacking }, { name, time }) =>
    `${name(medicine)} är ändrat men påsarna följer inte med: ${{ answer: 'ingen har svarat på om ändringen kan vänta', measure: 'ingen åtgärd är vidtagen', confirmation: 'åtgärden är inte bekräftad' }[lacking]} (senast ${time(due)}).`,
  fi: ({ medicine, due, lacking }, { name, time }) =>
    `${name(medicine)} on muutettu, mutta annospussit eivät vastaa muutosta: ${{ answer: 'kukaan ei ole vastannut, voiko muutos odottaa', measure: 'toimenpiteisiin ei ole ryhdytty', confirmation: 'toimenpidettä ei ole vahvistettu' }[lacking]} (määräaika ${time(due)}).`,
}

export const measureOverdue = discrepancy<Overdue>({
  code: 'measure-overdue',
  sentences,
  find: (situation) => {
    const { at, config, facts, versioned } = situation
    const { cards, changes } = packingOf(situation)
    const findings: (Finding & { readonly numbers: Overdue })[] = []
    const next: number[] = [...endsOfCalendars(facts, config.zone)]
    // An awaited receipt turns answers at each cut-off.
    if (changes.length > 0) next.push(...cutoffsAfter(cards, at))
    // The ward gives the medicines: pouches at home are not taken meanwhile (R8).
    if (suspensionAt(facts, at) !== undefined)
      return { findings, next: [...next, ...facts.stays.flatMap(({ to }) => to ?? [])] }
    for (const change of changes) {
      const open = openOf(change)
      // What is in the pouches of a slot is asked no more when the slot has passed.
      const slot = change.slotAfter(at)
      next.push(change.until, ...(slot === undefined ? [] : [slot + 1]))
      if (open === undefined) continue
      if (open.due > at) {
        next.push(open.due)
        continue
      }
      const { decision, line, measures, kind } = change
      const evidence = [decision.fact.ref, ...measures.map(({ ref }) => ref)].map(versioned)
      findings.push({
        about: [line.id, decision.fact.key],
        severity: 'high' as const,
        implicated: [line.ref, ...evidence],
        evidence,
        numbers: {
          medicine: nameOf(line),
          change: kind,
          due: iso(open.due),
          lacking: open.lacking,
          measures: measures.map(({ measure }) => measure),
        },
      })
    }
    return { findings, next }
  },
})

/** What is still lacking and by when; undefined where nothing is. */
export function openOf({
  kind,
  measures,
  nextSlot,
  outcome,
}: PackingChange): { readonly due: number; readonly lacking: Lacking } | undefined {
  if (measures.some(({ state }) => state === 'confirmed')) return undefined
  const open = measures.filter(({ state }) => state === 'open')
  if (open.length > 0) {
    const slot = nextSlot === undefined ? Number.POSITIVE_INFINITY : nextSlot - BEFORE_SLOT_MS
    const dues = open.map(({ deadline, receivedAt }) =>
      Math.max(
        receivedAt,
        Math.min(deadline ?? receivedAt, slot > receivedAt ? slot : Number.POSITIVE_INFINITY),
      ),
    )
    return { due: Math.min(...dues), lacking: 'confirmation' }
  }
  switch (outcome.kind) {
    case 'no-pack-impact':
    case 'in-time':
    case 'waits':
      return undefined
    case 'act-now':
      return { due: outcome.deadline, lacking: outcome.answered ? 'measure' : 'answer' }
    // What the pouches do not hold yet shows as not packed; what they hold too much of must not stay silent.
    case 'unanswered':
    case 'ask-pharmacy':
      return reduces(kind) ? { due: outcome.due, lacking: 'answer' } : undefined
  }
}
