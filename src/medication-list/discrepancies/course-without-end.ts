/** A course of which nobody said when it ends, and what was supplied for it should be used up (medication-list.md 6.2). */
import { discrepancy, iso, nameOf } from './discrepancy.js'
import { homeOf, newestSupplies } from './supply-running-out.js'

type Endless = {
  readonly medicine: string | undefined
  /** When the first dose was due that the supply does not cover. */
  readonly usedUp: string
}

export const courseWithoutEnd = discrepancy<Endless>({
  code: 'course-without-end',
  sentences: {
    nb: ({ medicine, usedUp }, { name, time }) =>
      `${name(medicine)} er en kur uten sluttdato; det som ble utlevert, skal ha vært brukt opp ${time(usedUp)}.`,
    da: ({ medicine, usedUp }, { name, time }) =>
      `${name(medicine)} er en kur uden slutdato; det udleverede skulle være brugt op ${time(usedUp)}.`,
    en: ({ medicine, usedUp }, { name, time }) =>
      `${name(medicine)} is a course without an end date; what was supplied should have been used up by ${time(usedUp)}.`,
    sv: ({ medicine, usedUp }, { name, time }) =>
      `${name(medicine)} är en kur utan slutdatum; det som expedierats borde ha tagit slut ${time(usedUp)}.`,
    fi: ({ medicine, usedUp }, { name, time }) =>
      `${name(medicine)} on kuuri ilman päättymispäivää; toimitetun määrän olisi pitänyt loppua ${time(usedUp)}.`,
  },
  find: (situation) => {
    const { at, lines, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const line of lines) {
      const { state } = line
      const effect = state?.decision.effect
      if (line.status !== 'active' || line.category !== 'course' || state === undefined) continue
      if (effect?.kind === 'use' && effect.to !== undefined) continue
      const home = homeOf(line, situation)
      if (home?.uncovered === undefined) continue
      next.push(home.uncovered, home.until)
      if (at < home.uncovered) continue
      const evidence = [versioned(state.decision.fact.ref), ...newestSupplies(line).map(versioned)]
      findings.push({
        about: [line.id],
        severity: 'moderate' as const,
        implicated: [line.ref, ...evidence],
        evidence,
        numbers: { medicine: nameOf(line), usedUp: iso(home.uncovered) },
      })
    }
    return { findings, next }
  },
})
