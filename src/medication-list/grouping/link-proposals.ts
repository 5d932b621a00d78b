/** Rule 6: weak keys only ever propose. One Task for each question, however many facts ask it (medication-list.md 3.2). */
import type { Task } from 'fhir/r4.js'
import { codeSystemUrl, LAYER_SYSTEM, sidUrl } from '../../core/canonical.js'
import { deterministicUuid } from '../../core/deterministic-id.js'
import type { Hinted } from './line-group.js'

export interface ProposalContext {
  readonly patientRef: string
  /** `MedicationStatement/<id>` of the line that a deciding fact belongs to. */
  readonly lineOf: ReadonlyMap<string, string>
}

/** In order of id. */
export function linkProposals(hinted: readonly Hinted[], context: ProposalContext): readonly Task[] {
  const questions = new Map<string, { readonly lines: readonly string[]; readonly asked: Hinted[] }>()
  for (const one of hinted) {
    const lines = [...new Set(one.candidates.flatMap((ref) => context.lineOf.get(ref) ?? []))].sort()
    if (lines.length === 0) continue
    const key = [one.basis, wordOf(one), ...lines].join(' ')
    const known = questions.get(key)
    if (known === undefined) questions.set(key, { lines, asked: [one] })
    else known.asked.push(one)
  }
  return [...questions]
    .map(([key, { lines, asked }]) => proposal(key, lines, asked, context.patientRef))
    .sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))
}

/** What all facts of one question have in common. */
const wordOf = ({ medicine }: Hinted): string =>
  medicine.products[0] ?? `${medicine.atc ?? ''} ${medicine.name?.toLowerCase() ?? ''}`

/** The earliest fact stands for all: its Task does not change with every dose. */
function proposal(key: string, lines: readonly string[], asked: readonly Hinted[], patientRef: string): Task {
  const [first] = [...asked].sort(
    (a, b) => a.fact.receivedAt - b.fact.receivedAt || (a.fact.ref < b.fact.ref ? -1 : 1),
  )
  const id = deterministicUuid('task', 'link-proposal', patientRef, key)
  return {
    resourceType: 'Task',
    id,
    meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
    identifier: [{ system: sidUrl('task'), value: id }],
    status: 'requested',
    intent: 'proposal',
    code: { coding: [{ system: codeSystemUrl('medlist-task'), code: 'link-proposal' }] },
    for: { reference: patientRef },
    ...(first === undefined
      ? {}
      : {
          focus: { reference: first.fact.ref },
          authoredOn: new Date(first.fact.receivedAt).toISOString(),
        }),
    input: [
      { type: { text: 'match-basis' }, valueCode: first?.basis ?? 'K6' },
      ...lines.map((reference) => ({ type: { text: 'line' }, valueReference: { reference } })),
    ],
  }
}
