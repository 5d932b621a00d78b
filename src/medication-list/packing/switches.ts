/**
 * Switches (medication-list.md 7, R7): a stop and a start decided together, for one reason or in one therapeutic group,
 * are one change.
 */
import type { DecisionFact } from '../facts/fact.js'
import type { Decision } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { isSameDecision, type Packing, type PackingChange, type PackingInput } from './changes.js'

export interface Switch {
  readonly stopped: LineModel
  readonly started: LineModel
  readonly change: PackingChange
  /** When the new medicine is due: as decided, else at the first slot without the old. */
  readonly from: number
  readonly confirmed: boolean
}

/** Decisions by one person that lie this close together were taken together. */
const TOGETHER_MS = 3_600_000
/** Letters of an ATC code that name the pharmacological subgroup (level 3): B01A holds all anticoagulants. */
const GROUP_LETTERS = 4

export function switchesOf({ changes }: Packing, { at, lines }: PackingInput): readonly Switch[] {
  return changes
    .filter(({ kind }) => kind === 'stop')
    .flatMap((change): Switch[] => {
      const started = lines
        .filter(({ id }) => id !== change.line.id)
        .flatMap((line) => {
          const decision = startWith(line, change, at)
          return decision === undefined ? [] : [{ line, decision }]
        })
        .sort((a, b) => (a.line.id < b.line.id ? -1 : 1))[0]
      if (started === undefined) return []
      const { effect } = started.decision
      const stated = Number.isFinite(effect.from) ? Math.max(effect.from, started.decision.at) : undefined
      const from = stated ?? change.nextSlot ?? change.wish
      const own = changes.find(
        ({ line, decision }) => line.id === started.line.id && isSameDecision(decision, started.decision),
      )
      return [
        {
          stopped: change.line,
          started: started.line,
          change,
          from,
          confirmed: change.confirmed && (own?.confirmed ?? true),
        },
      ]
    })
}

/** The decision that began this line together with the stop. */
function startWith(line: LineModel, stop: PackingChange, at: number): Decision | undefined {
  const [first] = line.group.decisions
  if (first?.effect.kind !== 'use' || first.at > at) return undefined
  const { fact } = stop.decision
  if (fact.author === undefined || first.fact.author !== fact.author) return undefined
  const apart = Math.abs(first.at - stop.decision.at)
  const sameDay = first.fact.decided.precision !== 'instant' && apart <= 24 * TOGETHER_MS
  if (apart > TOGETHER_MS && !sameDay) return undefined
  return isOneGroup(line, stop.line) || isOneReason(first.fact, fact) ? first : undefined
}

const isOneGroup = ({ medicine: a }: LineModel, { medicine: b }: LineModel): boolean =>
  a?.atc !== undefined &&
  a.atc.length > GROUP_LETTERS &&
  a.atc.slice(0, GROUP_LETTERS) === b?.atc?.slice(0, GROUP_LETTERS)

function isOneReason(a: DecisionFact, b: DecisionFact): boolean {
  const codes = ({ reasonCode }: DecisionFact) =>
    reasonCode.flatMap(({ coding }) => (coding ?? []).map(({ system, code }) => `${system}|${code}`))
  const own = new Set(codes(a))
  return codes(b).some((code) => own.has(code))
}
