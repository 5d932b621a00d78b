/** The person reports another use than agreed, or takes too little of a fixed line over two weeks (6.2, D). */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { equalDosages } from '../dosage/equality.js'
import type { Row } from '../facts/fact.js'
import type { LineModel } from '../lines/line.js'
import { adherenceOf } from './adherence.js'
import { discrepancy, type Finding, nameOf, type Sentences, type Situation } from './discrepancy.js'

/** Of the doses that were seen, fewer than this share taken is too little. */
const TAKEN_SHARE = 0.8
/** Fewer doses seen than this share say nothing. */
const OBSERVED_SHARE = 0.8
const ADHERENCE_DAYS = 14

type NotAsAgreed = {
  readonly medicine: string | undefined
  /** What a person says; else what was seen. */
  readonly reported: 'other-dose' | 'not-taken' | undefined
  /** Of what is reported. */
  readonly day: string | undefined
  /** First day looked at of what was seen. */
  readonly since: string | undefined
  readonly taken: number | undefined
  readonly observed: number | undefined
  readonly slots: number | undefined
}
const REPORTED = {
  nb: { 'other-dose': 'en annen dose', 'not-taken': 'at det ikke brukes' },
  da: { 'other-dose': 'en anden dosis', 'not-taken': 'at det ikke bruges' },
  en: { 'other-dose': 'another dose', 'not-taken': 'that it is not used' },
  sv: { 'other-dose': 'en annan dos', 'not-taken': 'att det inte används' },
  fi: { 'other-dose': 'muun annoksen', 'not-taken': 'ettei sitä käytetä' },
} as const
const sentences: Sentences<NotAsAgreed> = {
  nb: (n, { name, day }) =>
    n.reported === undefined
      ? `${name(n.medicine)}: ${n.taken} av ${n.observed} observerte doser tatt siden ${day(n.since ?? '')} (${n.slots} planlagt).`
      : `${name(n.medicine)}: pasient eller pårørende oppgir ${REPORTED.nb[n.reported]} (${day(n.day ?? '')}), annet enn avtalt.`,
  da: (n, { name, day }) =>
    n.reported === undefined
      ? `${name(n.medicine)}: ${n.taken} af ${n.observed} observerede doser taget siden ${day(n.since ?? '')} (${n.slots} planlagt).`
      : `${name(n.medicine)}: patient eller pårørende oplyser ${REPORTED.da[n.reported]} (${day(n.day ?? '')}), andet end aftalt.`,
  en: (n, { name, day }) =>
    n.reported === undefined
      ? `${name(n.medicine)}: ${n.taken} of ${n.observed} observed doses taken since ${day(n.since ?? '')} (${n.slots} planned).`
      : `${name(n.medicine)}: patient or relative reports ${REPORTED.en[n.reported]} (${day(n.day ?? '')}), other than agreed.`,
  sv: (n, { name, day }) =>
    n.reported === undefined
      ? `${name(n.medicine)}: ${n.taken} av ${n.observed} observerade doser tagna sedan ${day(n.since ?? '')} (${n.slots} planerade).`
      : `${name(n.medicine)}: patient eller närstående uppger ${REPORTED.sv[n.reported]} (${day(n.day ?? '')}), annat än överenskommet.`,
  fi: (n, { name, day }) =>
    n.reported === undefined
      ? `${name(n.medicine)}: ${n.taken}/${n.observed} havaitusta annoksesta otettu ${day(n.since ?? '')} alkaen (${n.slots} suunniteltu).`
      : `${name(n.medicine)}: potilas tai läheinen ilmoittaa ${REPORTED.fi[n.reported]} (${day(n.day ?? '')}), toisin kuin sovittu.`,
}

export const notAsAgreed = discrepancy<NotAsAgreed>({
  code: 'not-as-agreed',
  sentences,
  find: (situation) => {
    const { at, config, lines, versioned } = situation
    const findings: (Finding & { readonly numbers: NotAsAgreed })[] = []
    const next: number[] = []
    const today = localDate(at, config.zone)
    for (const line of lines) {
      const report = otherUse(line, situation)
      if (report !== undefined) {
        const evidence = [versioned(report.row.ref)]
        findings.push({
          about: [line.id, 'report'],
          severity: 'moderate',
          implicated: [line.ref, ...evidence],
          evidence,
          numbers: {
            medicine: nameOf(line),
            reported: report.says,
            day: localDate(report.row.decided.from, config.zone),
            since: undefined,
            taken: undefined,
            observed: undefined,
            slots: undefined,
          },
        })
      }
      const seen = adherenceOf(line, addDays(today, -ADHERENCE_DAYS), today, situation)
      if (seen === undefined) continue
      next.push(startOfLocalDay(addDays(today, 1), config.zone))
      const { taken, observed, slots, refs } = seen
      if (observed < OBSERVED_SHARE * slots || taken >= TAKEN_SHARE * observed) continue
      const evidence = refs.map(versioned).sort()
      findings.push({
        about: [line.id],
        severity: 'moderate',
        implicated: [line.ref, ...evidence],
        evidence,
        numbers: {
          medicine: nameOf(line),
          reported: undefined,
          day: undefined,
          since: addDays(today, -ADHERENCE_DAYS),
          taken,
          observed,
          slots,
        },
      })
    }
    return { findings, next }
  },
})

/** The newest report on a line in use, made after the decision in force, when it says something else. */
function otherUse(
  line: LineModel,
  { config }: Situation,
): { readonly row: Row; readonly says: 'other-dose' | 'not-taken' } | undefined {
  const { group, state, dosageFact } = line
  if (state === undefined || line.status !== 'active') return undefined
  const row = group.reports
    .map(({ fact }) => fact)
    .filter(({ status, decided }) => status !== 'error' && decided.from >= state.decision.at)
    .sort((a, b) => b.decided.from - a.decided.from || (a.ref < b.ref ? 1 : -1))[0]
  if (row === undefined) return undefined
  switch (row.status) {
    case 'stopped':
    case 'completed':
    case 'on-hold':
      return { row, says: 'not-taken' }
    case 'other':
      return row.notTaken ? { row, says: 'not-taken' } : undefined
    case 'active':
    case 'intended': {
      // Words cannot be set against a structure; what is not structured says nothing here.
      if (dosageFact === undefined || row.plan.kind !== 'structured' || line.plan.kind !== 'structured')
        return undefined
      const agreed = { plan: line.plan, start: dosageFact.start, decided: dosageFact.decided.from }
      const told = { plan: row.plan, start: row.start, decided: row.decided.from }
      return equalDosages(agreed, told, config.zone) ? undefined : { row, says: 'other-dose' }
    }
    case 'error':
      return undefined
  }
}
