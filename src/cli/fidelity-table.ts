/** The fidelity report of a message as text for a terminal: places and paths, never a value. */
import type { FidelityOutcome } from '../../mappings/fidelity/fidelity-of.js'
import type { Fate, FidelityReport, LeafReport } from '../../mappings/fidelity/report.js'

const FATES: Readonly<Record<Fate, string>> = {
  mapped: 'mapped',
  required: 'required',
  administrative: 'administrative',
  unmapped: 'UNMAPPED',
}
const REQUIRED = 'no other value is taken here'
/** Columns of places; longer ones push their row to the right. */
const PLACE_COLUMNS_MAX = 90
/** Where the payload of a KITH message stands: said once instead of in every row. */
const PAYLOAD = 'MsgHead/Document/RefDoc/Content/'

/** Rows in the order of the message, then the sums. */
export function fidelityTable(name: string, outcome: FidelityOutcome): string {
  if (outcome.kind === 'refused')
    return [
      `${name}: not a message that is taken`,
      ...outcome.problems.map(({ at, text, protocolCode }) =>
        `  ${protocolCode ?? ''} ${at}: ${text}`.replace(/^ {3}/, '  '),
      ),
    ].join('\n')
  const { leaves, message } = outcome
  const columns = Math.min(PLACE_COLUMNS_MAX, Math.max(0, ...leaves.map(({ at }) => shortened(at).length)))
  const short = leaves.some(({ at }) => at !== shortened(at))
  return [
    `${name}: ${message}, ${leaves.length} values`,
    ...(short ? [`(… stands for ${PAYLOAD})`] : []),
    ...leaves.map((leaf) => row(leaf, columns)),
    summary(outcome),
  ].join('\n')
}

const row = (leaf: LeafReport, columns: number): string =>
  `  ${FATES[leaf.fate].padEnd('administrative'.length)}  ${shortened(leaf.at).padEnd(columns)}  ${whereOrWhy(leaf)}`

function whereOrWhy({ fate, targets, note }: LeafReport): string {
  switch (fate) {
    case 'mapped':
      return (
        targets.join(', ') + (note === undefined || note.startsWith('administrative') ? '' : ` (${note})`)
      )
    case 'required':
      return REQUIRED
    case 'administrative':
    case 'unmapped':
      return note ?? ''
  }
}

const summary = ({ counts }: FidelityReport): string =>
  `${counts.mapped} mapped, ${counts.required} required, ${counts.administrative} administrative, ${counts.unmapped} unmapped`

const shortened = (at: string): string => (at.startsWith(PAYLOAD) ? `…/${at.slice(PAYLOAD.length)}` : at)

/** 0 when nothing is lost, 1 when something is unmapped or the message is not taken. */
export const fidelityExitCode = (outcomes: readonly FidelityOutcome[]): 0 | 1 =>
  outcomes.every((outcome) => outcome.kind === 'report' && outcome.counts.unmapped === 0) ? 0 : 1
