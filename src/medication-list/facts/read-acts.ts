/** Acts of persons on the list out of Provenance resources that are facts (docs/facts.md). */
import type { MedicationRequest, Provenance, ProvenanceEntity, Reference } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { assertNever } from '../../core/exhaustive.js'
import { rangeOfDateTime } from '../../core/zone.js'
import { partyOf } from '../responsibility/party.js'
import type {
  ActFact,
  ActFacts,
  IssueClass,
  IssueDecision,
  IssueDecisionKind,
  LineMerge,
  LineSplit,
  Proposal,
  ProposalAnswer,
} from './act-fact.js'
import type { EngineFact, FactOrigin } from './fact.js'
import type { ReadContext } from './read-decision.js'
import type { Attestation } from './responsibility-fact.js'
import { partyKey, referenceToken } from './tokens.js'

const ACTIVITY = codeSystemUrl('medlist-activity')

export function readProvenance(
  provenance: Provenance,
  origin: FactOrigin,
  { zone }: ReadContext,
): EngineFact {
  const at = rangeOfDateTime(provenance.occurredDateTime ?? provenance.recorded, zone)?.from
  const activity = provenance.activity?.coding?.find(({ system }) => system === ACTIVITY)?.code
  const act = at === undefined ? undefined : readAct(activity, provenance, { ...origin, at }, zone)
  return act ?? { ...origin, kind: 'ignored', why: 'other-type' }
}

function readAct(
  activity: string | undefined,
  provenance: Provenance,
  origin: FactOrigin & { readonly at: number },
  zone: string,
): EngineFact | undefined {
  const who = agentOf(provenance)?.who
  const act = { ...origin, author: partyKey(who), who }
  switch (activity) {
    case 'attest':
      return attestation(provenance, origin)
    case 'accept-issue':
      return issueDecision(provenance, act, zone)
    case 'merge': {
      const into = idOf('MedicationStatement', provenance.target[0]?.reference)
      const merge: LineMerge = { ...act, kind: 'line-merge', into, facts: entities(provenance, 'source') }
      return merge
    }
    case 'split': {
      const split: LineSplit = {
        ...act,
        kind: 'line-split',
        facts: entities(provenance, 'removal'),
        from: entities(provenance, 'source'),
      }
      return split
    }
    case 'answer-proposal':
      return proposalAnswer(provenance, act)
    default:
      return undefined
  }
}

const ANSWERS: readonly ProposalAnswer['answer'][] = ['accept', 'modify', 'reject']

function proposalAnswer(
  provenance: Provenance,
  act: Pick<ProposalAnswer, 'at' | 'author' | 'who'> & FactOrigin,
): ProposalAnswer | undefined {
  const said = extensionOf(provenance, 'proposal-answer')?.extension ?? []
  const answer = ANSWERS.find((one) => one === said.find(({ url }) => url === 'answer')?.valueCode)
  const tokens = provenance.target.flatMap(({ reference }) => referenceToken(reference) ?? [])
  const proposal = tokens.find((token) => token.startsWith('MedicationRequest/'))
  if (answer === undefined || proposal === undefined) return undefined
  return {
    ...act,
    kind: 'proposal-answer',
    proposal,
    answer,
    reason: said.find(({ url }) => url === 'reason')?.valueString,
    decision: tokens.find((token) => token.startsWith('MedicationStatement/')),
  }
}

/** What a request that decides nothing asks of those who do. */
export function readProposal(request: MedicationRequest, origin: FactOrigin, zone: string): Proposal {
  const { authoredOn, medicationCodeableConcept: concept, medicationReference, requester, status } = request
  return {
    ...origin,
    kind: 'proposal',
    open: status === 'active',
    at: (authoredOn === undefined ? undefined : rangeOfDateTime(authoredOn, zone)?.from) ?? origin.receivedAt,
    requester,
    medicine: concept?.text ?? concept?.coding?.[0]?.display ?? medicationReference?.display,
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer F)[] ? F[] : never }

export function putAct(act: ActFact, set: Mutable<ActFacts>): void {
  switch (act.kind) {
    case 'issue-decision':
      set.issueDecisions.push(act)
      break
    case 'line-merge':
      set.merges.push(act)
      break
    case 'line-split':
      set.splits.push(act)
      break
    case 'proposal':
      set.proposals.push(act)
      break
    case 'proposal-answer':
      set.proposalAnswers.push(act)
      break
    default:
      assertNever(act)
  }
}

/** The person among those who did it. */
const agentOf = ({ agent }: Provenance) =>
  agent.find(({ who }) => partyOf(who)?.person !== undefined) ?? agent[0]

const entities = ({ entity }: Provenance, role: ProvenanceEntity['role']): string[] =>
  (entity ?? [])
    .filter((one) => one.role === role)
    .flatMap(({ what }) => referenceToken(what.reference) ?? [])
    .sort()

const extensionOf = ({ extension }: Pick<Provenance, 'extension'>, name: string) =>
  extension?.find(({ url }) => url === extensionUrl(name))

const SCOPES: readonly Attestation['scope'][] = ['full', 'lines', 'supply-only']

/** Undefined for one with a scope that is not known: it is not taken for a full one. */
function attestation(
  provenance: Provenance,
  origin: FactOrigin & { readonly at: number },
): Attestation | undefined {
  const list = provenance.target.find(({ reference }) => reference?.startsWith('List/') === true)
  if (list === undefined) return undefined
  const agent = agentOf(provenance)
  const stated = extensionOf(provenance, 'attestation-scope')?.valueCode ?? 'full'
  const scope = SCOPES.find((one) => one === stated)
  if (scope === undefined) return undefined
  return {
    ...origin,
    kind: 'attestation',
    scope,
    by: partyOf(agent?.who, agent?.onBehalfOf),
    who: agent?.who,
    listVersion: versionOf(list),
    lines: new Map(provenance.target.flatMap(attestedLine)),
    usesNone: extensionOf(provenance, 'uses-no-medicines')?.valueBoolean === true,
  }
}

function versionOf({ reference }: Reference): number | undefined {
  const version = Number(reference?.split('/_history/')[1])
  return Number.isInteger(version) && version > 0 ? version : undefined
}

function attestedLine({ extension, reference }: Reference): [string, string][] {
  const id = idOf('MedicationStatement', reference)
  const content = extension?.find(({ url }) => url === extensionUrl('attested-content'))?.valueString
  return id === undefined || content === undefined ? [] : [[id, content]]
}

function idOf(type: string, reference: string | undefined): string | undefined {
  const token = referenceToken(reference)
  return token?.startsWith(`${type}/`) === true ? token.slice(type.length + 1) : undefined
}

const KINDS: readonly IssueDecisionKind[] = ['accept', 'error', 'noted']
const CLASSES: readonly IssueClass[] = ['intended-documented', 'intended-undocumented', 'unintended']

function issueDecision(
  provenance: Provenance,
  act: Pick<IssueDecision, 'at' | 'author' | 'who'> & FactOrigin,
  zone: string,
): IssueDecision | undefined {
  const issue = provenance.target.flatMap(({ reference }) => idOf('DetectedIssue', reference) ?? [])[0]
  const said = extensionOf(provenance, 'issue-decision')?.extension ?? []
  const part = (name: string) => said.find(({ url }) => url === name)
  const decision = KINDS.find((kind) => kind === part('kind')?.valueCode)
  if (issue === undefined || decision === undefined) return undefined
  const until = part('until')?.valueDate
  return {
    ...act,
    kind: 'issue-decision',
    issue,
    decision,
    reason: part('reason')?.valueString,
    until: until === undefined ? undefined : rangeOfDateTime(until, zone)?.to,
    issueClass: CLASSES.find((one) => one === part('class')?.valueCode),
    basis: part('basis')?.valueString,
  }
}
