/** A source no longer lists a treatment that nobody has ended: the line stays (medication-list.md 4.2). */
import { localDate } from '../../core/zone.js'
import type { SourceList } from '../facts/fact.js'
import { completeLists, isOnList, isVanished } from '../facts/vanished-rows.js'
import type { LineModel } from '../lines/line.js'
import { decidedMultidose } from '../lines/multidose.js'
import { COMPLETE_LISTS } from '../responsibility/tenures.js'
import { discrepancy, isOpen, iso, nameOf, type Situation } from './discrepancy.js'

type Vanished = {
  readonly medicine: string | undefined
  readonly source: string
  /** Date of the list that left it out. */
  readonly list: string
}

export const rowVanished = discrepancy<Vanished>({
  code: 'row-vanished',
  sentences: {
    nb: ({ medicine, source, list }, { name, time }) =>
      `${name(medicine)} står ikke lenger på listen fra ${source} (${time(list)}), men ingen har stoppet det.`,
    da: ({ medicine, source, list }, { name, time }) =>
      `${name(medicine)} står ikke længere på listen fra ${source} (${time(list)}), men ingen har stoppet det.`,
    en: ({ medicine, source, list }, { name, time }) =>
      `${name(medicine)} is no longer on the list of ${source} (${time(list)}), but nobody has stopped it.`,
    sv: ({ medicine, source, list }, { name, time }) =>
      `${name(medicine)} finns inte längre på listan från ${source} (${time(list)}), men ingen har satt ut det.`,
    fi: ({ medicine, source, list }, { name, time }) =>
      `${name(medicine)} ei ole enää lähteen ${source} listalla (${time(list)}), mutta kukaan ei ole lopettanut sitä.`,
  },
  find: (situation) => {
    const { lines, facts, sources, versioned } = situation
    const newest = completeLists(facts.lists, COMPLETE_LISTS)
    if (newest.size === 0) return { findings: [], next: [] }
    const nameOfSource = new Map(sources.map(({ key, name }) => [key, name]))
    const findings = lines.flatMap((line) =>
      !isOpen(line)
        ? []
        : leftOut(line, newest).map(({ list, refs }) => ({
            about: [line.id, list.sourceKey],
            severity: isGrave(line, situation) ? ('high' as const) : ('moderate' as const),
            implicated: [line.ref, versioned(list.ref), ...refs.map(versioned)],
            evidence: [versioned(list.ref), ...refs.map(versioned)],
            numbers: {
              medicine: nameOf(line),
              source: nameOfSource.get(list.sourceKey) ?? list.sourceKey,
              list: iso(list.date),
            },
          })),
    )
    return { findings, next: [] }
  },
})

/** Lists that leave the line out although their source had it, and on which nobody has decided since. */
function leftOut(
  { group }: LineModel,
  newest: ReadonlyMap<string, SourceList>,
): { readonly list: SourceList; readonly refs: readonly string[] }[] {
  const found = new Map<SourceList, string[]>()
  for (const fact of group.facts) {
    const list = newest.get(fact.sourceKey)
    if (list !== undefined && isVanished(fact, list)) found.set(list, [...(found.get(list) ?? []), fact.ref])
  }
  return [...found].flatMap(([list, refs]) => {
    const stillKnown = group.facts.some(
      (fact) =>
        (fact.sourceKey === list.sourceKey && isOnList(fact, list)) ||
        (fact.status !== 'error' && fact.decided.from > list.date),
    )
    return stillKnown ? [] : [{ list, refs: refs.sort() }]
  })
}

const isGrave = (line: LineModel, { at, config, quantities }: Situation): boolean =>
  line.critical ||
  decidedMultidose(line.group) === true ||
  line.group.supplies.some(({ fact }) => fact.pack !== undefined) ||
  quantities.programmed(line, localDate(at, config.zone)) !== undefined
