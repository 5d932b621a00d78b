/**
 * A change by another to a packed line that the multidose doctor has not confirmed four hours before the cut-off
 * (medication-list.md 7, R7). What is packed then, packing/to-pack.ts says.
 */

import { reduces } from '../packing/can-wait.js'
import { isMultidose, type PackingChange, packingOf } from '../packing/changes.js'
import { type Switch, switchesOf } from '../packing/switches.js'
import { isUnconfirmed } from '../packing/to-pack.js'
import { discrepancy, iso, nameOf, type Sentences } from './discrepancy.js'

/** Before the cut-off. */
const BEFORE_MS = 4 * 3_600_000

type Unconfirmed = {
  readonly medicine: string | undefined
  readonly decided: string
  readonly cutoff: string
  /** The medicine that takes its place, where one was decided with it. */
  readonly replacement: string | undefined
  /** A stop or decrease of a critical line: its decider is phoned as well. */
  readonly phone: boolean
}
const sentences: Sentences<Unconfirmed> = {
  nb: ({ medicine, decided, cutoff, replacement, phone }, { name, time }) =>
    `Endringen av ${name(medicine)} fra ${time(decided)}${replacement === undefined ? '' : ` (bytte til ${replacement})`} er ikke bekreftet av multidoselegen; pakkingen stenger ${time(cutoff)}.${phone ? ' Ring også den som bestemte det.' : ''}`,
  da: ({ medicine, decided, cutoff, replacement, phone }, { name, time }) =>
    `Ændringen af ${name(medicine)} fra ${time(decided)}${replacement === undefined ? '' : ` (skift til ${replacement})`} er ikke bekræftet af dosislægen; pakningen lukker ${time(cutoff)}.${phone ? ' Ring også til den, der besluttede det.' : ''}`,
  en: ({ medicine, decided, cutoff, replacement, phone }, { name, time }) =>
    `The change of ${name(medicine)} from ${time(decided)}${replacement === undefined ? '' : ` (switch to ${replacement})`} is not confirmed by the multidose doctor; packing closes ${time(cutoff)}.${phone ? ' Phone whoever decided it too.' : ''}`,
  sv: ({ medicine, decided, cutoff, replacement, phone }, { name, time }) =>
    `Ändringen av ${name(medicine)} från ${time(decided)}${replacement === undefined ? '' : ` (byte till ${replacement})`} är inte bekräftad av dosläkaren; packningen stänger ${time(cutoff)}.${phone ? ' Ring även den som beslutade det.' : ''}`,
  fi: ({ medicine, decided, cutoff, replacement, phone }, { name, time }) =>
    `Annosjakelulääkäri ei ole vahvistanut muutosta (${name(medicine)}, ${time(decided)}${replacement === undefined ? '' : `, vaihto: ${replacement}`}); pakkaus sulkeutuu ${time(cutoff)}.${phone ? ' Soita myös päätöksen tekijälle.' : ''}`,
}

export const unconfirmedMultidoseChange = discrepancy<Unconfirmed>({
  code: 'unconfirmed-multidose-change',
  sentences,
  find: (situation) => {
    const { at, versioned } = situation
    const packing = packingOf(situation)
    const open = packing.changes.filter((change) => isUnconfirmed(change) && isMultidose(change.line))
    const switches = open.length === 0 ? [] : switchesOf(packing, situation)
    const findings = []
    const next: number[] = []
    for (const change of open) {
      const { cutoff, decided, decision, line, kind } = change
      if (cutoff === undefined) continue
      if (at < cutoff - BEFORE_MS) {
        next.push(cutoff - BEFORE_MS)
        continue
      }
      const replaced = switchOf(change, switches)
      findings.push({
        about: [line.id, decision.fact.key],
        severity: 'high' as const,
        implicated: [
          line.ref,
          ...(replaced === undefined ? [] : [replaced.started.ref]),
          versioned(decision.fact.ref),
        ],
        evidence: [versioned(decision.fact.ref)],
        numbers: {
          medicine: nameOf(line),
          decided: iso(decided),
          cutoff: iso(cutoff),
          replacement: replaced === undefined ? undefined : nameOf(replaced.started),
          phone: line.critical && reduces(kind),
        },
      })
    }
    return { findings, next }
  },
})

const switchOf = ({ line }: PackingChange, switches: readonly Switch[]): Switch | undefined =>
  switches.find(({ stopped }) => stopped.id === line.id)
