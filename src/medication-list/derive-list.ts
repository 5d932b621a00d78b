/**
 * The engine: one pure function from a person's facts and a point in time to lines, discrepancies and completeness
 * (medication-list.md 4.3). The order of the facts does not matter.
 */
import type { MedicationStatement, Reference } from 'fhir/r4.js'
import { codeSystemUrl } from '../core/canonical.js'
import { localDate } from '../core/zone.js'
import { type AttestedList, attestedList, type StandingLine, withBadge } from './attestation/badge.js'
import { emptyReason } from './attestation/empty-reason.js'
import { completenessOf, lateFrom } from './completeness.js'
import type { DeriveList, EntryFlag, Line, ListInput, ListResult, PreviousLine } from './contract.js'
import { decidedIssues, runsOut } from './discrepancies/closing.js'
import { buildIssues } from './discrepancies/detected-issue.js'
import { isOpen, type Situation } from './discrepancies/discrepancy.js'
import { issueTask } from './discrepancies/issue-task.js'
import { DISCREPANCIES } from './discrepancies/registry.js'
import { actsBy } from './facts/acts-by.js'
import type { FactSet } from './facts/fact.js'
import { withEchoes } from './facts/line-echo.js'
import { readFacts } from './facts/read-facts.js'
import { withRemovals } from './facts/vanished-rows.js'
import { versionsOf } from './facts/versions.js'
import { withoutHistory } from './facts/without-history.js'
import { groupFacts } from './grouping/group-facts.js'
import type { Grouping } from './grouping/line-group.js'
import { linkProposals } from './grouping/link-proposals.js'
import { type BuiltLine, builtLine } from './lines/built-line.js'
import { stateAt, turningPoints } from './lines/decisions.js'
import { fingerprintOf, flagOf, isClosing } from './lines/flags.js'
import { findHolder, type Holder, isHolders } from './lines/holder.js'
import { type LineModel, makeLine } from './lines/line.js'
import { groupRefs, type Identified, identifyLines } from './lines/line-ids.js'
import { recentlyEndedMs } from './lines/recently-ended.js'
import { unreadSources } from './lines/unread-sources.js'
import { packingOf } from './packing/changes.js'
import { type ExpectedProducts, expectedProducts, withExpectedProduct } from './packing/expected-products.js'
import { shiftWaiting } from './packing/shift-waiting.js'
import { makeQuantities } from './quantities/quantities.js'
import { proposalTasks } from './reconciliation/proposal-task.js'
import { type Baton, batonAt } from './responsibility/baton.js'
import { isNamed } from './responsibility/baton-task.js'
import { responsibilityOf } from './responsibility/responsibility.js'
import { sortLines } from './sort-lines.js'

export const deriveList: DeriveList = (input: ListInput): ListResult => {
  const { ahead, at, baton, built, identified, models, grouping, situation } = arrange(input)
  const { attested } = situation
  const expected = expectedProducts(models, situation)
  const lines = sortLines(
    identified.flatMap((one, index) => listed(one, built[index], input, attested, expected, at)),
  )
  const found = DISCREPANCIES.map((discrepancy) => ({ discrepancy, ...discrepancy.find(situation) }))
  const issues = buildIssues(
    found.flatMap(({ discrepancy, findings }) => findings.map((finding) => ({ discrepancy, finding }))),
    {
      patientRef: input.patientRef,
      at: input.at,
      previous: input.previous.issues,
      language: input.config.language,
      zone: input.config.zone,
      decided: decidedIssues(situation.facts.issueDecisions, at),
      holderKnown: situation.holder !== undefined,
    },
  )
  const asked = { patientRef: input.patientRef, at, holder: nameOfHolder(baton) }
  const whole = completenessOf({ sources: input.sources, waiting: 0, dead: 0, at: input.at })
  const instants = [
    ...found.flatMap(({ next }) => next),
    ...lateFrom(input.sources),
    ...models.flatMap((line) => turns(line, at)),
    ...baton.next,
    ...ahead,
    ...expected.next,
    ...runsOut(situation.facts.issueDecisions),
  ]
  return {
    lines,
    issues,
    tasks: [
      ...issues.flatMap((issue) => issueTask(issue, asked) ?? []),
      ...proposalTasks(situation.facts, asked),
    ],
    completeness: whole.completeness,
    sources: whole.sources,
    nextChangeAt: earliestAfter(at, instants),
    emptyReason: lines.length > 0 ? undefined : emptyReason(situation, whole.sources),
    attestation: attested.list,
    proposals: proposalsOf(grouping, models, input.patientRef),
    unattached: grouping.unattached
      .map(({ fact, why }) => ({ ref: fact.ref, why }))
      .sort((a, b) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0)),
    responsibility: responsibilityOf({
      patientRef: input.patientRef,
      at,
      facts: situation.facts,
      lines: models,
      baton,
      changes: packingOf(situation).changes,
      zone: input.config.zone,
    }),
  }
}

/** A list may name nobody as its author. */
const nameOfHolder = ({ holder }: Baton): Reference | undefined =>
  holder === undefined || !isNamed(holder.party) ? undefined : holder.party.member

/** The facts as lines with their state at T: what discrepancies and views are made of. */
export function arrange(input: ListInput) {
  const at = Date.parse(input.at)
  const { config, products } = input
  const { ahead, facts: read } = actsBy(readFacts(input.facts, { zone: config.zone, products }), at)
  const recent = withoutHistory(withRemovals(read, config.removalEnds), at, input.previous.lines)
  const facts = { ...recent, decisions: withEchoes(recent.decisions, input.previous.lines) }
  const baton = batonAt(facts, input.previous.team ?? [], at)
  const holder = findHolder(baton, facts.lists)
  const grouping = groupFacts(facts, { zone: config.zone, isHolders: (fact) => isHolders(fact, holder) })
  const identified = identifyLines(grouping.groups, input.previous.lines, input.patientRef, facts)
  const models = identified.map(({ id, group }) => makeLine(id, group, at, holder, config))
  const lines = shiftWaiting(
    models,
    facts,
    () => ({
      at,
      lines: models,
      facts,
      holder,
      config,
      quantities: makeQuantities({ at, lines: models, facts, config }),
    }),
    (id, group) => makeLine(id, group, at, holder, config),
  )
  const context = statementContext(input)
  const built = lines.map((model) => ({ model, ...builtLine(model, context) }))
  const attested = attestedList(
    facts.attestations.filter((one) => one.at <= at),
    built.map(standing),
  )
  const situation = situationOf(input, lines, facts, grouping, holder, baton, attested)
  return { ahead, at, baton, built, identified, models: lines, grouping, situation }
}

function proposalsOf({ hinted }: Grouping, models: readonly LineModel[], patientRef: string) {
  if (hinted.length === 0) return []
  const lineOf = new Map(
    models.flatMap(({ ref, group }) => group.facts.map((fact) => [fact.ref, ref] as const)),
  )
  return linkProposals(hinted, { patientRef, lineOf })
}

type Built = BuiltLine & { readonly model: LineModel }

/** The line as it stands on this version, and the lines that went into it; nothing for one that is over and was shown. */
function listed(
  { group, id, former }: Identified,
  built: Built | undefined,
  input: ListInput,
  attested: AttestedList,
  expected: ExpectedProducts,
  at: number,
): Line[] {
  if (built === undefined) return []
  const [own, ...others] = former
  const { model, plan, fingerprint } = built
  const statement = withExpectedProduct(
    withBadge(built.statement, attested.lines.get(id)),
    expected.changes.get(id),
  )
  const recent = model.state !== undefined && at - model.state.since <= recentlyEndedMs(model.plan)
  const flag = flagOf(model, fingerprint, own, recent)
  const merged = others
    .filter((line) => !isClosing(line.flag))
    .map((line) => mergedInto(statement, line, input))
  if (flag === undefined) return merged
  const line = {
    id,
    statement,
    plan,
    flag,
    date: dateOf(flag, own, input),
    // Made for who asks: there may be thousands.
    get facts() {
      return [...new Set(groupRefs(group))].sort()
    },
    fingerprint,
  }
  return [line, ...merged]
}

const standing = ({ model, statement }: Built): StandingLine => ({
  id: model.id,
  statement,
  open: isOpen(model) || model.status === 'unknown',
})

const statementContext = ({ patientRef, config, sources }: ListInput) => ({
  patientRef,
  language: config.language,
  zone: config.zone,
  unread: unreadSources(sources),
})

const dateOf = (flag: EntryFlag, former: PreviousLine | undefined, { at, config }: ListInput): string =>
  flag === 'unchanged' && former !== undefined ? former.date : localDate(Date.parse(at), config.zone)

/** A line whose facts now belong to another: shown once, completed, with a pointer to the line that goes on. */
function mergedInto(survivor: MedicationStatement, line: PreviousLine, input: ListInput): Line {
  const { extension: _extension, dosage: _dosage, effectivePeriod: _period, ...kept } = survivor
  const derivedFrom = (survivor.derivedFrom ?? []).filter(({ reference }) =>
    line.facts.includes(reference ?? ''),
  )
  const statement: MedicationStatement = {
    ...kept,
    id: line.id,
    identifier: [{ ...(survivor.identifier?.[0] ?? {}), value: line.id }],
    status: 'completed',
    statusReason: [{ coding: [{ system: codeSystemUrl('medlist-entry-flag'), code: 'merged' }] }],
    partOf: [{ reference: `MedicationStatement/${survivor.id}`, type: 'MedicationStatement' }],
    derivedFrom: derivedFrom.length > 0 ? derivedFrom : (survivor.derivedFrom ?? []),
  }
  const date = localDate(Date.parse(input.at), input.config.zone)
  return {
    id: line.id,
    statement,
    plan: undefined,
    flag: 'merged',
    date,
    facts: line.facts,
    fingerprint: fingerprintOf(statement),
  }
}

function situationOf(
  { config, products, sources }: ListInput,
  lines: readonly LineModel[],
  facts: FactSet,
  { problems, unattached }: Grouping,
  holder: Holder | undefined,
  baton: Baton,
  attested: AttestedList,
): Situation {
  const versionOf = versionsOf(facts)
  return {
    at: baton.at,
    baton,
    lines,
    facts,
    problems,
    unattached,
    sources,
    holder,
    attested,
    config,
    products,
    quantities: makeQuantities({ at: baton.at, lines, facts, config }),
    helped: isHelped(facts, sources),
    versioned: (ref) => `${ref}/_history/${versionOf(ref)}`,
  }
}

/** Multidose, a dispenser or help with medicines. */
const isHelped = ({ decisions, assignments }: FactSet, sources: ListInput['sources']): boolean =>
  decisions.some((fact) => fact.kind === 'row' && fact.multidose) ||
  assignments.some(({ active }) => active) ||
  sources.some(({ role }) => role === 'device' || role === 'home-care')

/** Instants at which time alone gives the line another state, another decision in force or its next cycle. */
function turns({ group, state, cycles }: LineModel, at: number): number[] {
  const first = turningPoints(group.decisions, at).find((instant) => {
    const then = stateAt(group.decisions, instant)
    return then?.status !== state?.status || then?.decision !== state?.decision
  })
  return [first, cycles.next].filter((instant) => instant !== undefined)
}

function earliestAfter(at: number, instants: readonly number[]): string | undefined {
  const ahead = instants.filter((instant) => instant > at && Number.isFinite(instant))
  return ahead.length === 0 ? undefined : new Date(Math.min(...ahead)).toISOString()
}
