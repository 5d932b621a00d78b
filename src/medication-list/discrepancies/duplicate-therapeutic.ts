/** Two lines with different substances of one group that does the same (medication-list.md 6.2). */
import { kinship } from '../facts/read-medicine.js'
import type { LineModel } from '../lines/line.js'
import { discrepancy, type Finding, nameOf, type Severity, type Situation } from './discrepancy.js'
import { sameDecider } from './in-view.js'
import { conflictingPairs, evidenceOf, isToBeUsed, meetInBody, overlap, sharing } from './line-pairs.js'
import { groupName, groupSeverity, groupsOf } from './therapeutic-groups.js'

type SameGroup = {
  readonly one: string | undefined
  readonly other: string | undefined
  /** Id of a configured group, or an ATC code of level 4. */
  readonly group: string
}

export const duplicateTherapeutic = discrepancy<SameGroup>({
  code: 'duplicate-therapeutic',
  sentences: {
    nb: ({ one, other, group }, { name }) =>
      `${name(one)} og ${name(other)} er i samme gruppe: ${groupName(group, 'nb')}.`,
    da: ({ one, other, group }, { name }) =>
      `${name(one)} og ${name(other)} er i samme gruppe: ${groupName(group, 'da')}.`,
    en: ({ one, other, group }, { name }) =>
      `${name(one)} and ${name(other)} belong to the same group: ${groupName(group, 'en')}.`,
    sv: ({ one, other, group }, { name }) =>
      `${name(one)} och ${name(other)} hör till samma grupp: ${groupName(group, 'sv')}.`,
    fi: ({ one, other, group }, { name }) =>
      `${name(one)} ja ${name(other)} kuuluvat samaan ryhmään: ${groupName(group, 'fi')}.`,
  },
  find: (situation) => {
    const { lines, config } = situation
    const groups = sharing(lines.filter(isToBeUsed), ({ medicine }) => groupsOf(medicine, config))
    const pairs = conflictingPairs(groups, (a, b) =>
      conflicts(a, b) ? WEIGHT[severityOf(a, b, situation)] : undefined,
    )
    return { findings: pairs.map(([a, b]) => finding(a, b, situation)), next: [] }
  },
})

const WEIGHT: Readonly<Record<Severity, number>> = { low: 1, moderate: 2, high: 3 }

/** Where it is not known whether the substances differ, `duplicate-substance` is as little known, and this stands for both. */
function conflicts(a: LineModel, b: LineModel): boolean {
  if (a.medicine === undefined || b.medicine === undefined) return false
  return kinship(a.medicine, b.medicine) !== 'share' && meetInBody(a, b) && overlap(a, b)
}

/** The gravest group that both belong to. */
function commonGroup(a: LineModel, b: LineModel, { config }: Situation): string {
  const others = new Set(groupsOf(b.medicine, config))
  return groupsOf(a.medicine, config).find((group) => others.has(group)) ?? ''
}

function severityOf(a: LineModel, b: LineModel, situation: Situation): Severity {
  switch (groupSeverity(commonGroup(a, b, situation), situation.config)) {
    case 'high':
      return 'high'
    case 'split':
      return sameDecider(a, b) ? 'moderate' : 'high'
    case 'moderate':
      return 'moderate'
  }
}

function finding(
  a: LineModel,
  b: LineModel,
  situation: Situation,
): Finding & { readonly numbers: SameGroup } {
  const facts = [a, b].flatMap((line) => evidenceOf(line, situation.versioned))
  return {
    about: [a.id, b.id],
    severity: severityOf(a, b, situation),
    implicated: [a.ref, b.ref, ...facts],
    evidence: facts,
    numbers: { one: nameOf(a), other: nameOf(b), group: commonGroup(a, b, situation) },
  }
}
