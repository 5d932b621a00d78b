/** A pause that nobody will end: no date or condition for its end, no review, or their time has passed. */
import { discrepancy, iso, nameOf, type Sentences } from './discrepancy.js'

type Pause = {
  readonly medicine: string | undefined
  readonly since: string | undefined
  /** The date of resuming or review that passed. */
  readonly passed: string | undefined
}

const sentences: Sentences<Pause> = {
  nb: ({ medicine, since, passed }, { name, time }) =>
    `${name(medicine)} er pauset${since === undefined ? '' : ` siden ${time(since)}`}, ${passed === undefined ? 'uten dato for når det skal gjenopptas eller vurderes' : `og tiden for å gjenoppta eller vurdere det er ute (${time(passed)})`}.`,
  da: ({ medicine, since, passed }, { name, time }) =>
    `${name(medicine)} er pauseret${since === undefined ? '' : ` siden ${time(since)}`}, ${passed === undefined ? 'uden dato for, hvornår det skal genoptages eller vurderes' : `og tiden for at genoptage eller vurdere det er udløbet (${time(passed)})`}.`,
  en: ({ medicine, since, passed }, { name, time }) =>
    `${name(medicine)} is on hold${since === undefined ? '' : ` since ${time(since)}`}, ${passed === undefined ? 'with no date for resuming or reviewing it' : `and the time for resuming or reviewing it has passed (${time(passed)})`}.`,
  sv: ({ medicine, since, passed }, { name, time }) =>
    `${name(medicine)} är pausat${since === undefined ? '' : ` sedan ${time(since)}`}, ${passed === undefined ? 'utan datum för när det ska återupptas eller omprövas' : `och tiden för att återuppta eller ompröva det har passerat (${time(passed)})`}.`,
  fi: ({ medicine, since, passed }, { name, time }) =>
    `${name(medicine)} on tauolla${since === undefined ? '' : ` alkaen ${time(since)}`}, ${passed === undefined ? 'eikä jatkamiselle tai arvioinnille ole päivää' : `ja jatkamisen tai arvioinnin aika on ohi (${time(passed)})`}.`,
}

export const holdWithoutPlan = discrepancy<Pause>({
  code: 'hold-without-plan',
  sentences,
  find: ({ at, lines, versioned }) => {
    const findings = []
    const next: number[] = []
    for (const line of lines) {
      if (line.status !== 'on-hold' || line.state === undefined) continue
      const { decision, since } = line.state
      const { resume, review, condition } = decision.fact.holdPlan ?? {}
      // A day counts as passed when it is over.
      const dates = [resume?.to, review].filter((date) => date !== undefined)
      const passed = dates.filter((date) => date <= at)
      next.push(...dates.filter((date) => date > at))
      if (passed.length === 0 && (dates.length > 0 || condition !== undefined)) continue
      findings.push({
        about: [line.id],
        severity: 'moderate' as const,
        implicated: [line.ref, versioned(decision.fact.ref)],
        evidence: [versioned(decision.fact.ref)],
        numbers: {
          medicine: nameOf(line),
          since: Number.isFinite(since) ? iso(since) : undefined,
          passed: passed.length === 0 ? undefined : iso(Math.min(...passed)),
        },
      })
    }
    return { findings, next }
  },
})
