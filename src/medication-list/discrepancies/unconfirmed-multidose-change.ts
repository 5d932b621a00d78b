/**
 * A change by another to a packed line that the multidose doctor has not confirmed four hours before the cut-off
 * (medication-list.md 7, R7). What is packed then, packing/to-pack.ts says.
 */

import type { Language } from '../dosage/units.js'
import { firstChange } from '../packing/calendar.js'
import { reduces } from '../packing/can-wait.js'
import { type Packing, type PackingChange, packingOf } from '../packing/changes.js'
import { type Switch, switchesOf } from '../packing/switches.js'
import { isUnconfirmed, toPack } from '../packing/to-pack.js'
import { isMultidose } from '../quantities/multidose.js'
import { isSuspended } from '../responsibility/suspension.js'
import { discrepancy, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'

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
  /** What is packed in the period that the cut-off closes, unless somebody confirms. */
  readonly packed: PackedThen
  /** From when the replacement is given outside the roll. */
  readonly outsideFrom: string | undefined
}
type PackedThen = 'last-confirmed' | 'as-decided' | 'nothing' | 'unknown'
const PACKED: Readonly<Record<Language, Readonly<Record<PackedThen, string>>>> = {
  nb: {
    'last-confirmed': 'Pakkes: sist bekreftet dose.',
    'as-decided': 'Pakkes: ny dose.',
    nothing: 'Pakkes ikke.',
    unknown: 'Pakkes ikke før noen har avklart dosen.',
  },
  da: {
    'last-confirmed': 'Pakkes: senest bekræftet dosis.',
    'as-decided': 'Pakkes: ny dosis.',
    nothing: 'Pakkes ikke.',
    unknown: 'Pakkes ikke, før nogen har afklaret dosis.',
  },
  en: {
    'last-confirmed': 'Packed: the dose confirmed last.',
    'as-decided': 'Packed: the new dose.',
    nothing: 'Not packed.',
    unknown: 'Not packed until somebody has settled the dose.',
  },
  sv: {
    'last-confirmed': 'Packas: senast bekräftad dos.',
    'as-decided': 'Packas: ny dos.',
    nothing: 'Packas inte.',
    unknown: 'Packas inte förrän någon har klarlagt dosen.',
  },
  fi: {
    'last-confirmed': 'Pakataan: viimeksi vahvistettu annos.',
    'as-decided': 'Pakataan: uusi annos.',
    nothing: 'Ei pakata.',
    unknown: 'Ei pakata ennen kuin annos on selvitetty.',
  },
}

/** Stored before this was said: nothing. */
const said = (language: Language, packed: PackedThen | undefined): string =>
  packed === undefined ? '' : ` ${PACKED[language][packed]}`

const sentences: Sentences<Unconfirmed> = {
  nb: ({ medicine, decided, cutoff, replacement, phone, packed }, { name, time }) =>
    `Endringen av ${name(medicine)} fra ${time(decided)}${replacement === undefined ? '' : ` (bytte til ${replacement})`} er ikke bekreftet av multidoselegen; pakkingen stenger ${time(cutoff)}.${said('nb', packed)}${phone ? ' Ring også den som bestemte det.' : ''}`,
  da: ({ medicine, decided, cutoff, replacement, phone, packed }, { name, time }) =>
    `Ændringen af ${name(medicine)} fra ${time(decided)}${replacement === undefined ? '' : ` (skift til ${replacement})`} er ikke bekræftet af dosislægen; pakningen lukker ${time(cutoff)}.${said('da', packed)}${phone ? ' Ring også til den, der besluttede det.' : ''}`,
  en: ({ medicine, decided, cutoff, replacement, phone, packed }, { name, time }) =>
    `The change of ${name(medicine)} from ${time(decided)}${replacement === undefined ? '' : ` (switch to ${replacement})`} is not confirmed by the multidose doctor; packing closes ${time(cutoff)}.${said('en', packed)}${phone ? ' Phone whoever decided it too.' : ''}`,
  sv: ({ medicine, decided, cutoff, replacement, phone, packed }, { name, time }) =>
    `Ändringen av ${name(medicine)} från ${time(decided)}${replacement === undefined ? '' : ` (byte till ${replacement})`} är inte bekräftad av dosläkaren; packningen stänger ${time(cutoff)}.${said('sv', packed)}${phone ? ' Ring även den som beslutade det.' : ''}`,
  fi: ({ medicine, decided, cutoff, replacement, phone, packed }, { name, time }) =>
    `Annosjakelulääkäri ei ole vahvistanut muutosta (${name(medicine)}, ${time(decided)}${replacement === undefined ? '' : `, vaihto: ${replacement}`}); pakkaus sulkeutuu ${time(cutoff)}.${said('fi', packed)}${phone ? ' Soita myös päätöksen tekijälle.' : ''}`,
}

export const unconfirmedMultidoseChange = discrepancy<Unconfirmed>({
  code: 'unconfirmed-multidose-change',
  sentences,
  find: (situation) => {
    const { at, facts, versioned } = situation
    const packing = packingOf(situation)
    const open = packing.changes.filter(
      (change) => isUnconfirmed(change) && isMultidose(change.line, facts, at),
    )
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
          packed: packedThen(change, packing, situation),
          outsideFrom: replaced === undefined ? undefined : iso(replaced.from),
        },
      })
    }
    return { findings, next }
  },
})

const switchOf = ({ line }: PackingChange, switches: readonly Switch[]): Switch | undefined =>
  switches.find(({ stopped }) => stopped.id === line.id)

/** Of the first period that the change can still get into; R7. */
function packedThen(change: PackingChange, packing: Packing, situation: Situation): PackedThen {
  const { at, config, facts } = situation
  const period = firstChange(packing.cards, change.decided, at, config.zone)?.period
  const line = situation.lines.find(({ id }) => id === change.line.id)
  if (period === undefined || line === undefined) return 'unknown'
  const packed = toPack(line, period, packing, situation, isSuspended(line, facts, at))
  if (packed.kind !== 'pouches') return 'nothing'
  if (packed.days.some(({ doses }) => doses === undefined)) return 'unknown'
  if (packed.days.every(({ doses }) => doses?.doses.length === 0)) return 'nothing'
  return packed.days.some(({ basis }) => basis === 'confirmed') ? 'last-confirmed' : 'as-decided'
}
