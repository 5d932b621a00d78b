/** Facts whose belonging a person has to settle (medication-list.md 3.2). */

import { INTAKE_DAYS } from '../../core/working-set.js'
import type { Language } from '../dosage/units.js'
import { happenedAt } from '../facts/event-time.js'
import { type FactOrigin, type Intake, originsOf } from '../facts/fact.js'
import type { LinkProblem } from '../grouping/line-group.js'
import { discrepancy, type Severity } from './discrepancy.js'

const SEVERITY: Readonly<Record<LinkProblem['kind'], Severity>> = {
  'no-shared-substance': 'high',
  cycle: 'moderate',
  'two-treatment-ids': 'moderate',
  'several-candidates': 'low',
}

type Sentence = (candidates: number) => string
const SENTENCES: Readonly<Record<LinkProblem['kind'], Readonly<Record<Language, Sentence>>>> = {
  'no-shared-substance': {
    nb: () =>
      'To opplysninger viser til hverandre, men har ikke samme virkestoff; de står som hver sin behandling.',
    da: () =>
      'To oplysninger henviser til hinanden, men har ikke samme virksomme stof; de står som hver sin behandling.',
    en: () => 'Two facts refer to each other but share no substance; they are kept as two treatments.',
    sv: () =>
      'Två uppgifter hänvisar till varandra men har inte samma aktiva substans; de står som var sin behandling.',
    fi: () =>
      'Kaksi tietoa viittaa toisiinsa, mutta niillä ei ole samaa vaikuttavaa ainetta; ne pidetään kahtena hoitona.',
  },
  cycle: {
    nb: () => 'Resepter viser til hverandre i ring.',
    da: () => 'Recepter henviser til hinanden i ring.',
    en: () => 'Prescriptions refer to each other in a circle.',
    sv: () => 'Recept hänvisar till varandra i ring.',
    fi: () => 'Reseptit viittaavat toisiinsa kehässä.',
  },
  'two-treatment-ids': {
    nb: () => 'En oppføring har to behandlings-ider.',
    da: () => 'En post har to behandlings-id’er.',
    en: () => 'One row carries two treatment ids.',
    sv: () => 'En rad har två behandlings-id:n.',
    fi: () => 'Yhdellä rivillä on kaksi hoitotunnistetta.',
  },
  'several-candidates': {
    nb: (n) => `En opplysning kan høre til ${n} behandlinger; ingen av dem er valgt.`,
    da: (n) => `En oplysning kan høre til ${n} behandlinger; ingen af dem er valgt.`,
    en: (n) => `A fact may belong to ${n} treatments; none of them was chosen.`,
    sv: (n) => `En uppgift kan höra till ${n} behandlingar; ingen av dem har valts.`,
    fi: (n) => `Tieto voi kuulua ${n} hoitoon; mitään niistä ei ole valittu.`,
  },
}

type Ambiguous = { readonly problem: LinkProblem['kind']; readonly candidates: number }
const sentence =
  (language: Language) =>
  ({ problem, candidates }: Ambiguous): string =>
    SENTENCES[problem][language](candidates)

/** Facts that may belong to the same lines are one question, however many there are. */
export const ambiguousLink = discrepancy<Ambiguous>({
  code: 'ambiguous-link',
  sentences: {
    nb: sentence('nb'),
    da: sentence('da'),
    en: sentence('en'),
    sv: sentence('sv'),
    fi: sentence('fi'),
  },
  find: ({ problems, lines, facts, versioned }) => {
    if (problems.length === 0) return { findings: [], next: [] }
    const origins = new Map(originsOf(facts).map((fact) => [fact.ref, fact]))
    const keyOf = (ref: string): string => origins.get(ref)?.key ?? ref
    const lineOf = new Map(
      lines.flatMap((line) => line.group.facts.map(({ ref }) => [ref, line.ref] as const)),
    )
    const questions = new Map<string, LinkProblem[]>()
    for (const problem of problems) {
      const about = problem.candidates.length > 0 ? problem.candidates : problem.refs
      const question = `${problem.kind} ${about.map(keyOf).sort().join(' ')}`
      questions.set(question, [...(questions.get(question) ?? []), problem])
    }
    const findings = [...questions].flatMap(([question, same]) => {
      const [first] = same
      if (first === undefined) return []
      const refs = earliest([...new Set(same.flatMap((problem) => problem.refs))], origins)
      const candidates = [...new Set(first.candidates.flatMap((ref) => lineOf.get(ref) ?? []))].sort()
      return [
        {
          about: [question],
          severity: SEVERITY[first.kind],
          implicated: [...candidates, ...refs.map(versioned)],
          evidence: refs.map(versioned),
          numbers: { problem: first.kind, candidates: first.candidates.length },
        },
      ]
    })
    const asking = new Set(problems.flatMap(({ refs }) => refs))
    const leaving = facts.intakes.filter(({ ref }) => asking.has(ref)).map(leavesAt)
    return { findings, next: leaving }
  },
})

/** Facts named of one question: enough to see what it is about, and the same ones from day to day. */
const NAMED_MAX = 10

function earliest(refs: readonly string[], origins: ReadonlyMap<string, FactOrigin>): string[] {
  const received = (ref: string): number => origins.get(ref)?.receivedAt ?? 0
  return [...refs]
    .sort((a, b) => received(a) - received(b) || (a < b ? -1 : 1))
    .slice(0, NAMED_MAX)
    .sort()
}

/** First instant at which an intake is not looked at any more. */
const leavesAt = (intake: Intake): number => happenedAt(intake) + INTAKE_DAYS * DAY_MS + 1
const DAY_MS = 86_400_000
