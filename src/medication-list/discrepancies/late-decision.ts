/** A decision that arrived after a newer one: it stands at its own time, and changes nothing of now (medication-list.md 4.1). */
import type { Language } from '../dosage/units.js'
import type { Effect } from '../lines/decisions.js'
import { discrepancy, iso, nameOf, type Sentences } from './discrepancy.js'
import { type Unseen, unseenDecisions } from './unseen-decisions.js'

/** Days for which one is told that changes nothing. */
const TOLD_DAYS = 30
const DAY_MS = 86_400_000

type Late = {
  readonly medicine: string | undefined
  readonly what: Effect['kind']
  /** When it was decided, and when the hub had it. */
  readonly decided: string
  readonly received: string
  /** When the newer decision was made, and whether its decider knew of this one. */
  readonly newer: string
  readonly known: boolean
}

const WHAT: Readonly<Record<Language, Readonly<Record<Effect['kind'], string>>>> = {
  nb: { use: 'En endring', hold: 'En pause', stop: 'Et stopp' },
  da: { use: 'En ændring', hold: 'En pause', stop: 'Et stop' },
  en: { use: 'A change', hold: 'A pause', stop: 'A stop' },
  sv: { use: 'En ändring', hold: 'En paus', stop: 'En utsättning' },
  fi: { use: 'Muutos', hold: 'Tauko', stop: 'Lopetus' },
}

const sentences: Sentences<Late> = {
  nb: ({ medicine, what, decided, received, newer, known }, { name, time }) =>
    `${WHAT.nb[what]} av ${name(medicine)}, bestemt ${time(decided)}, kom først ${time(received)}; det som ble bestemt ${time(newer)}, gjelder${known ? '' : ', men uten kjennskap til dette'}.`,
  da: ({ medicine, what, decided, received, newer, known }, { name, time }) =>
    `${WHAT.da[what]} af ${name(medicine)}, besluttet ${time(decided)}, kom først ${time(received)}; det, der blev besluttet ${time(newer)}, gælder${known ? '' : ', men uden kendskab til dette'}.`,
  en: ({ medicine, what, decided, received, newer, known }, { name, time }) =>
    `${WHAT.en[what]} of ${name(medicine)}, decided ${time(decided)}, came only ${time(received)}; what was decided ${time(newer)} stands${known ? '' : ', made without knowing of it'}.`,
  sv: ({ medicine, what, decided, received, newer, known }, { name, time }) =>
    `${WHAT.sv[what]} av ${name(medicine)}, beslutad ${time(decided)}, kom först ${time(received)}; det som beslutades ${time(newer)} gäller${known ? '' : ', men utan kännedom om detta'}.`,
  fi: ({ medicine, what, decided, received, newer, known }, { name, time }) =>
    `${WHAT.fi[what]} (${name(medicine)}), päätetty ${time(decided)}, saapui vasta ${time(received)}; ${time(newer)} tehty päätös on voimassa${known ? '' : ', mutta se tehtiin tietämättä tästä'}.`,
}

export const lateDecision = discrepancy<Late>({
  code: 'late-decision',
  sentences,
  find: (situation) => {
    const { at, lines, versioned } = situation
    const unseen = unseenDecisions(situation)
    const findings = []
    const next: number[] = []
    for (const line of unseen.size === 0 ? [] : lines)
      for (const { kind, earlier, newer, harmless } of unseen.get(line.id) ?? []) {
        if (kind !== 'late') continue
        const { receivedAt } = earlier.fact
        const until = receivedAt + TOLD_DAYS * DAY_MS
        if (harmless && at >= until) continue
        if (harmless) next.push(until)
        const evidence = [versioned(earlier.fact.ref), versioned(newer.fact.ref)]
        findings.push({
          about: [line.id, `${earlier.fact.key} ${earlier.effect.kind}`],
          severity: harmless ? ('low' as const) : ('high' as const),
          implicated: [line.ref, ...evidence],
          evidence,
          ...(harmless || !givesLess(earlier) ? {} : { alsoFor: ['home-care' as const] }),
          numbers: {
            medicine: nameOf(line),
            what: earlier.effect.kind,
            decided: iso(earlier.at),
            received: iso(receivedAt),
            newer: iso(newer.at),
            known: harmless,
          },
        })
      }
    return { findings, next }
  },
})

/** Who gives the medicine has to know of a stop or pause that came late. */
const givesLess = ({ effect }: Unseen['earlier']): boolean => effect.kind === 'stop' || effect.kind === 'hold'
