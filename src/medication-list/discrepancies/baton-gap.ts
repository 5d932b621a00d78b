/**
 * Nobody holds the list: it was attested by nobody who can be named, or who holds it is no longer the person's doctor and
 * nobody has been offered it (medication-list.md 7, R1).
 */
import { isSameParty, type Party } from '../responsibility/party.js'
import { discrepancy, iso, type Sentences, type Situation } from './discrepancy.js'

type Gap = { readonly since: string; readonly former: string | undefined }
const sentences: Sentences<Gap> = {
  nb: ({ former, since }, { time }) =>
    former === undefined
      ? `Ingen har hatt ansvar for legemiddellisten siden ${time(since)}.`
      : `${former} har ikke lenger ansvar for pasienten siden ${time(since)}, og ingen har overtatt legemiddellisten.`,
  da: ({ former, since }, { time }) =>
    former === undefined
      ? `Ingen har haft ansvar for medicinlisten siden ${time(since)}.`
      : `${former} har ikke længere ansvar for patienten siden ${time(since)}, og ingen har overtaget medicinlisten.`,
  en: ({ former, since }, { time }) =>
    former === undefined
      ? `Nobody has held the medication list since ${time(since)}.`
      : `${former} has not been responsible for the patient since ${time(since)}, and nobody has taken over the medication list.`,
  sv: ({ former, since }, { time }) =>
    former === undefined
      ? `Ingen har haft ansvar för läkemedelslistan sedan ${time(since)}.`
      : `${former} har inte längre ansvar för patienten sedan ${time(since)}, och ingen har tagit över läkemedelslistan.`,
  fi: ({ former, since }, { time }) =>
    former === undefined
      ? `Kukaan ei ole vastannut lääkityslistasta ${time(since)} alkaen.`
      : `${former} ei ole vastannut potilaasta ${time(since)} alkaen, eikä kukaan ole ottanut lääkityslistaa vastuulleen.`,
}

export const batonGap = discrepancy<Gap>({
  code: 'baton-gap',
  sentences,
  find: (situation) => {
    const gap = gapAt(situation)
    return {
      findings:
        gap === undefined
          ? []
          : [
              {
                about: [iso(gap.since)],
                severity: 'high' as const,
                implicated: [],
                evidence: [],
                numbers: { since: iso(gap.since), former: gap.former?.member.display },
              },
            ],
      next: [],
    }
  },
})

function gapAt({
  at,
  baton,
  facts,
}: Situation): { readonly since: number; readonly former: Party | undefined } | undefined {
  const { holder, offers, opened, practitioners, proposal } = baton
  if (holder === undefined || opened === undefined) return undefined
  const { party } = holder
  if (party.person === undefined && party.organisation === undefined && party.member.display === undefined)
    return { since: holder.from, former: undefined }
  if (proposal !== undefined || offers.some(({ answer }) => answer === undefined)) return undefined
  const roles = [
    ...practitioners,
    ...facts.teams.flatMap(({ members }) => members.filter(({ role }) => role === 'nursing-home-doctor')),
  ].filter((role) => isSameParty(role.party, party))
  const ended = roles.map(({ to }) => to)
  // In a role that lasts, or in none that any source tells an end of.
  const over = ended.filter((to): to is number => to !== undefined && to <= at)
  if (over.length === 0 || over.length < ended.length || over.some((to) => to < holder.from)) return undefined
  return { since: Math.max(...over), former: party }
}
