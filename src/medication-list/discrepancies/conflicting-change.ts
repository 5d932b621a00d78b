/** Two decisions made on the same older version, neither knowing of the other (medication-list.md 4.1). */
import { discrepancy, iso, nameOf } from './discrepancy.js'
import { unseenDecisions } from './unseen-decisions.js'

type Conflicting = {
  readonly medicine: string | undefined
  /** When the two were decided. */
  readonly first: string
  readonly second: string
  /** Which of them is in force; undefined where a third one is. */
  readonly applies: string | undefined
}

export const conflictingChange = discrepancy<Conflicting>({
  code: 'conflicting-change',
  sentences: {
    nb: ({ medicine, first, second, applies }, { name, time }) =>
      `${name(medicine)} ble bestemt to ganger uten kjennskap til hverandre: ${time(first)} og ${time(second)}${applies === undefined ? '' : `; det fra ${time(applies)} gjelder til noen avgjør det`}.`,
    da: ({ medicine, first, second, applies }, { name, time }) =>
      `${name(medicine)} blev besluttet to gange uden kendskab til hinanden: ${time(first)} og ${time(second)}${applies === undefined ? '' : `; det fra ${time(applies)} gælder, til nogen afgør det`}.`,
    en: ({ medicine, first, second, applies }, { name, time }) =>
      `${name(medicine)} was decided on twice, neither knowing of the other: ${time(first)} and ${time(second)}${applies === undefined ? '' : `; that of ${time(applies)} applies until somebody settles it`}.`,
    sv: ({ medicine, first, second, applies }, { name, time }) =>
      `${name(medicine)} beslutades två gånger utan kännedom om varandra: ${time(first)} och ${time(second)}${applies === undefined ? '' : `; det från ${time(applies)} gäller tills någon avgör det`}.`,
    fi: ({ medicine, first, second, applies }, { name, time }) =>
      `Lääkkeestä ${name(medicine)} päätettiin kahdesti toisistaan tietämättä: ${time(first)} ja ${time(second)}${applies === undefined ? '' : `; ${time(applies)} tehty on voimassa, kunnes asia ratkaistaan`}.`,
  },
  find: (situation) => {
    const { lines, versioned } = situation
    const unseen = unseenDecisions(situation)
    const findings = (unseen.size === 0 ? [] : lines).flatMap((line) =>
      (unseen.get(line.id) ?? []).flatMap(({ kind, earlier, newer }) => {
        if (kind !== 'concurrent') return []
        const evidence = [versioned(earlier.fact.ref), versioned(newer.fact.ref)]
        return [
          {
            about: [
              line.id,
              `${earlier.fact.key} ${earlier.effect.kind}`,
              `${newer.fact.key} ${newer.effect.kind}`,
            ],
            severity: 'high' as const,
            implicated: [line.ref, ...evidence],
            evidence,
            numbers: {
              medicine: nameOf(line),
              first: iso(earlier.at),
              second: iso(newer.at),
              applies: [earlier, newer].flatMap((one) =>
                one === line.state?.decision ? [iso(one.at)] : [],
              )[0],
            },
          },
        ]
      }),
    )
    return { findings, next: [] }
  },
})
