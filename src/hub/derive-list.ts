/**
 * Runs the engine over a person's workspace and stages what changed: lines, discrepancies and, when something did
 * change, a new version of the List.
 */
import type { Extension, List, MedicationStatement, Reference } from 'fhir/r4.js'
import { extensionUrl } from '../core/canonical.js'
import { HubError } from '../core/errors.js'
import type { NewId } from '../core/ports.js'
import type { StoredResource } from '../core/stored.js'
import { badgeExtension } from '../medication-list/attestation/badge.js'
import type { DeriveList, ListConfig, ListResult, ProductKnowledge } from '../medication-list/contract.js'
import { buildList } from '../medication-list/list-resource.js'
import type { ListWrite, ResourceWrite } from '../store/effect.js'
import { type Draft, finishDraft, stage, type Validate } from './draft.js'
import { shownBy } from './list-bundle.js'
import { contentHash, hashOf } from './list-hash.js'
import { currentList, engineInput, storedList } from './list-input.js'
import { fingerprintOf, listFingerprint } from './source-fingerprint.js'
import { stageCareTeam } from './stage-care-team.js'
import { stageDerived } from './stage-derived.js'
import { stagePlan } from './stage-plan.js'
import { stageProposals } from './stage-proposals.js'
import { stageResponsibility } from './stage-responsibility.js'
import type { Workspace } from './workspace.js'

export interface DeriveContext {
  readonly derive: DeriveList
  readonly products: ProductKnowledge
  readonly config: ListConfig
  readonly newId: NewId
  readonly validate: Validate
}

export interface Derived {
  readonly writes: readonly ResourceWrite[]
  readonly list: ListWrite | undefined
  readonly nextChangeAt: string | undefined
  readonly result: ListResult
}

/**
 * @param at the instant that the list is valid for, where time alone changed it: milliseconds since the epoch
 * @throws HubError RESOURCE_INVALID when a derived resource breaks R4 or its profile (a bug of ours)
 */
export function deriveList(draft: Draft, context: DeriveContext, at: number = draft.now): Derived {
  const { workspace } = draft
  const instant = new Date(at).toISOString()
  const result = context.derive(engineInput(workspace, context, instant))
  const { nextChangeAt } = result
  workspace.nextChangeAt = nextChangeAt
  stageResponsibility(draft, result)
  const writes = [
    ...stageLines(draft, result, context),
    ...stageCareTeam(draft, context, result.responsibility.participants),
  ]
  const former = currentList(workspace)
  const own = ownExtensions(draft, result, former)
  if (writes.length === 0 && former !== undefined && sameEntries(former, result) && says(former, own))
    return { writes, list: undefined, nextChangeAt, result }
  const listWrites = stageList(draft, result, own, instant, context)
  const list = listWrites[0]
  if (list === undefined) return { writes, list: undefined, nextChangeAt, result }
  workspace.listVersion = list.stored.version
  return {
    writes: [...writes, ...listWrites],
    list: listWrite(workspace, list.stored, result, at < draft.now ? instant : undefined),
    nextChangeAt,
    result,
  }
}

function listWrite(
  workspace: Workspace,
  list: StoredResource,
  result: ListResult,
  validFrom: string | undefined,
): ListWrite {
  const shown = shownBy(workspace, list, result).map((stored) => ({
    name: `${stored.type}/${stored.id}/${stored.version}`,
    hash: hashOf(stored.resource),
  }))
  return {
    version: list.version,
    entries: shown.map(({ name }) => name),
    contentHash: contentHash(shown),
    createdAt: list.lastUpdated,
    validFrom: validFrom ?? list.lastUpdated,
  }
}

function stageLines(draft: Draft, result: ListResult, context: DeriveContext): ResourceWrite[] {
  const { shown } = draft.workspace
  for (const line of result.lines) {
    if (shown.get(line.id) === line.statement) continue
    shown.set(line.id, line.statement)
    stageDerived(draft, line.statement, line.id, line.fingerprint)
    stagePlan(draft, line)
  }
  for (const issue of result.issues) {
    if (issue.id === undefined) throw new HubError('UNEXPECTED', 'the engine gave an issue without id')
    stageDerived(draft, issue, issue.id, issue.identifiedDateTime ?? '')
  }
  for (const task of result.tasks) stageDerived(draft, task, task.id ?? '', task.authoredOn ?? '')
  stageProposals(draft, result.proposals)
  return finishDraft(draft, context.validate)
}

/** Whether the list still names the same lines; their flags alone are no reason for a new version. */
function sameEntries(former: List, result: ListResult): boolean {
  const before = new Set((former.entry ?? []).map((entry) => entry.item.reference?.split('/')[1]))
  const after = result.lines.filter((line) => !isClosed(line.flag)).map((line) => line.id)
  const closedBefore = (former.entry ?? []).filter((entry) => isClosed(entry.flag?.coding?.[0]?.code)).length
  return (
    former.emptyReason?.coding?.[0]?.code === result.emptyReason &&
    result.lines.every((line) => before.has(line.id)) &&
    after.length === before.size - closedBefore
  )
}

const isClosed = (flag: string | undefined): boolean =>
  flag === 'stopped' || flag === 'completed' || flag === 'merged' || flag === 'error'

/** What a version of the list says of itself, beside what is true of it at each moment. */
function ownExtensions(
  { now, workspace }: Draft,
  result: ListResult,
  former: List | undefined,
): readonly Extension[] {
  // A line that ended leaves the list without a version of its own: nothing is decided on it any more.
  const statements = result.lines.flatMap(({ flag, statement }) => (isClosed(flag) ? [] : [statement]))
  const find = (ref: string) => workspace.resources.get(ref)
  return [
    {
      url: extensionUrl('source-fingerprint'),
      valueString: fingerprintOf(statements, find, now, listFingerprint(former)),
    },
    badgeExtension(result.attestation),
  ]
}

/** Person whose decision on a line is the newest (medication-list.md 2). */
function lastDecider({ lines }: ListResult): { readonly source?: Reference } {
  let newest: MedicationStatement | undefined
  for (const { statement } of lines) {
    const { dateAsserted = '', informationSource } = statement
    if (informationSource?.type !== 'Practitioner') continue
    if (newest === undefined || Date.parse(dateAsserted) > Date.parse(newest.dateAsserted ?? ''))
      newest = statement
  }
  return newest?.informationSource === undefined ? {} : { source: newest.informationSource }
}

const says = ({ extension }: List, own: readonly Extension[]): boolean =>
  JSON.stringify(extension?.slice(0, own.length)) === JSON.stringify(own)

function stageList(
  draft: Draft,
  result: ListResult,
  extensions: readonly Extension[],
  at: string,
  context: DeriveContext,
): ResourceWrite[] {
  const stored = storedList(draft.workspace)
  const id = stored?.id ?? context.newId()
  const content = buildList({
    result,
    references: new Map(
      result.lines.map((line) => {
        const version = draft.workspace.resources.get(`MedicationStatement/${line.id}`)?.version
        return [line.id, `MedicationStatement/${line.id}/_history/${version}`]
      }),
    ),
    patientRef: `Patient/${draft.workspace.personId}`,
    date: at,
    extensions,
    ...lastDecider(result),
  })
  stage(draft, {
    id,
    previous: stored,
    content,
    key: `id|${id}`,
    order: at,
    layer: 'line',
    sourceKey: 'hub',
    shared: false,
  })
  return finishDraft(draft, context.validate)
}
