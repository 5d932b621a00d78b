/** No word from a dispenser from which "taken" is shown: what is shown is no longer known (6.2, D). */
import { addDays, localDate } from '../../core/zone.js'
import type { SourceFact } from '../contract.js'
import type { LineModel } from '../lines/line.js'
import { isReturned } from '../quantities/devices.js'
import { discrepancy, type Finding, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { isExplained } from './explained-slots.js'
import { carriersOf, slotsOf } from './recorded-doses.js'
import { counted } from './words.js'

const HOUR_MS = 3_600_000
const SILENT_MS = 24 * HOUR_MS
/** More slots than this passed unseen. */
const SLOTS_MAX = 2
/** A dispenser that recorded nothing for this long is not one from which anything is shown. */
const SHOWN_MS = 14 * 24 * HOUR_MS
/** Days of silence after which further slots change nothing. */
const DAYS_MAX = 14

type Stale = {
  readonly device: string
  readonly heard: string
  readonly slots: number
  /** A critical medicine whose slot passed unseen. */
  readonly critical: string | undefined
}
const sentences: Sentences<Stale> = {
  nb: (n, { time }) =>
    `Ingen kontakt med dispenseren siden ${time(n.heard)}${unseen(n, (count) => `${counted(count, 'tidspunkt', 'tidspunkter')} er passert uten å være sett`, 'blant dem')}.`,
  da: (n, { time }) =>
    `Ingen kontakt med dispenseren siden ${time(n.heard)}${unseen(n, (count) => `${counted(count, 'tidspunkt', 'tidspunkter')} er passeret uden at være set`, 'blandt dem')}.`,
  en: (n, { time }) =>
    `No contact with the dispenser since ${time(n.heard)}${unseen(n, (count) => `${counted(count, 'slot has', 'slots have')} passed unseen`, 'among them')}.`,
  sv: (n, { time }) =>
    `Ingen kontakt med dispensern sedan ${time(n.heard)}${unseen(n, (count) => `${counted(count, 'tidpunkt har passerat osett', 'tidpunkter har passerat osedda')}`, 'bland dem')}.`,
  fi: (n, { time }) =>
    `Annostelijaan ei ole ollut yhteyttä ${time(n.heard)} jälkeen${unseen(n, (count) => `${counted(count, 'ajankohta', 'ajankohtaa')} on mennyt näkemättä`, 'joukossa')}.`,
}

const unseen = ({ critical, slots }: Stale, told: (count: number) => string, among: string): string =>
  slots === 0 ? '' : `; ${told(slots)}${critical === undefined ? '' : `, ${among} ${critical}`}`

export const evidenceStale = discrepancy<Stale>({
  code: 'evidence-stale',
  sentences,
  find: (situation) => {
    const { at, sources } = situation
    const findings: (Finding & { readonly numbers: Stale })[] = []
    const next: number[] = []
    for (const source of sources) {
      const heard = Date.parse(source.lastHeard)
      if (source.role !== 'device' || Number.isNaN(heard) || isReturned(source.key, situation.facts, at))
        continue
      const lines = shownFrom(source, situation)
      if (lines.length === 0) continue
      const slots = slotsSince(heard, lines, situation)
      const passed = slots.filter(({ due }) => due < at)
      const times = [...new Set(passed.map(({ due }) => due))]
      const critical = passed.find(({ line }) => line.critical)?.line
      next.push(heard + SILENT_MS + 1, ...turns(slots, at), ...forgotten(source, lines, situation))
      if (at - heard <= SILENT_MS && times.length <= SLOTS_MAX) continue
      findings.push({
        about: [source.key],
        severity: critical === undefined ? 'moderate' : 'high',
        implicated: lines.map(({ ref }) => ref).sort(),
        evidence: [],
        numbers: {
          device: source.name,
          heard: iso(heard),
          slots: times.length,
          critical: critical === undefined ? undefined : nameOf(critical),
        },
      })
    }
    return { findings, next }
  },
})

/** Coming instants at which one more slot has passed unseen. */
const turns = (slots: readonly { readonly due: number }[], at: number): number[] => {
  const first = Math.min(...slots.filter(({ due }) => due >= at).map(({ due }) => due))
  return Number.isFinite(first) ? [first + 1] : []
}

/** Lines in use of which it gave or recorded doses lately. */
function shownFrom({ key }: SourceFact, situation: Situation): LineModel[] {
  const { at, lines, quantities } = situation
  return lines.filter(
    (line) =>
      line.status === 'active' &&
      line.category !== 'prn' &&
      (carriersOf(line, situation).some((carrier) => carrier.key === key) ||
        quantities
          .intakes(line)
          .some(({ fact, at: when }) => fact.sourceKey === key && at - when <= SHOWN_MS)),
  )
}

/** When a line's last record of the dispenser is so old that nothing is shown from it any more. */
const forgotten = ({ key }: SourceFact, lines: readonly LineModel[], { quantities }: Situation): number[] =>
  lines.flatMap((line) => {
    const times = quantities
      .intakes(line)
      .filter(({ fact }) => fact.sourceKey === key)
      .map(({ at }) => at)
    return times.length === 0 ? [] : [Math.max(...times) + SHOWN_MS + 1]
  })

/** Slots after the last word, to the second local day ahead; those of a stay or of days away are nobody's to see. */
function slotsSince(heard: number, lines: readonly LineModel[], situation: Situation) {
  const { at, config } = situation
  const first = localDate(heard, config.zone)
  const last = [addDays(localDate(at, config.zone), 2), addDays(first, DAYS_MAX)].sort()[0] ?? first
  const slots: { readonly due: number; readonly line: LineModel }[] = []
  for (const line of lines)
    for (let day = first; day <= last; day = addDays(day, 1))
      for (const { due } of slotsOf(line, day, situation))
        if (due > heard && !isExplained(due, situation)) slots.push({ due, line })
  return slots
}
