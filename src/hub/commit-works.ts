/** The effect of one or several prepared messages of one person: applied, derived, and ready to be committed. */
import { HubError } from '../core/errors.js'
import type { Identity, Mapped, Reply, Unmapped } from '../core/message.js'
import { SHARED, type SourceState, type StoredResource } from '../core/stored.js'
import type { AssignmentWrite, ClaimedEffect, Effect, ResourceWrite, RowOutcome } from '../store/effect.js'
import type { Claim } from '../store/inbox.js'
import { type AppliedAll, applyWithEnclosed, unmappedOf } from './apply-enclosed.js'
import { deriveList } from './derive-list.js'
import { type Draft, openDraft } from './draft.js'
import { type Merged, stageMerge } from './merge-persons.js'
import type { ProcessDeps, Work } from './process-message.js'
import { identifiersOf } from './references.js'
import { bringIn, namedBy } from './working-set.js'
import { resourcesOf, type Workspace } from './workspace.js'

/** One message applied to the workspace. */
interface Done {
  readonly work: Work
  readonly draft: Draft
  readonly applied: AppliedAll
  readonly merged: Merged | undefined
}

/** Shared resources as the rows of one transaction see them, by `<type>|<key>` and `<type>|<system>|<value>`. */
export type SharedResources = Map<string, StoredResource>

const UNKNOWN_ORIGINAL: Unmapped = {
  at: 'AppRec/OriginalMsgId/Id',
  reason: 'no-element',
  note: 'a receipt for a message that was not sent from here',
}

export interface BuiltEffect {
  readonly effect: ClaimedEffect['effect']
  /** To be called once it is committed: what is held in memory is true again. */
  readonly settle: () => void
}

/** @throws HubError what the store or a faulty result says; the workspace is spoiled then */
export async function commitWorks(
  deps: ProcessDeps,
  claim: Claim,
  workspace: Workspace,
  works: readonly Work[],
): Promise<void> {
  const built = await buildEffect(deps, workspace, works, new Map())
  if (built === undefined) return
  await deps.store.commit(claim, built.effect)
  built.settle()
}

/**
 * Applies the messages one after the other and derives the list once.
 * @param shared what earlier effects of the same transaction made; what this one makes is added
 * @throws HubError RESOURCE_INVALID and what the store says; workspace and `shared` are spoiled then
 */
export async function buildEffect(
  deps: ProcessDeps,
  workspace: Workspace,
  works: readonly Work[],
  shared: SharedResources,
): Promise<BuiltEffect | undefined> {
  const now = deps.clock()
  const done: Done[] = []
  for (const work of works) done.push(await applyWork(deps, workspace, shared, work, now))
  const last = done[done.length - 1]
  const person = last?.work.place.person
  if (last === undefined) return undefined
  const derived =
    person === undefined
      ? { writes: [], list: undefined, nextChangeAt: undefined }
      : deriveList(last.draft, deps.derive)
  const writes = [...done.flatMap(({ applied }) => applied.writes), ...derived.writes]
  const { merged } = last
  const effect: ClaimedEffect['effect'] = {
    message: { kind: 'claimed', rows: done.map((one) => outcomeOf(deps, one)) },
    personId: person,
    writes,
    amendments: done.flatMap(({ applied }) => applied.amendments),
    identities: [...done.flatMap(({ applied }) => applied.identities), ...(merged?.identities ?? [])],
    sources: person === undefined ? [] : newestSources(done),
    list: derived.list,
    nextChangeAt: derived.nextChangeAt,
    merge:
      merged === undefined || person === undefined ? undefined : { survivor: person, prior: merged.prior },
    ...registerChanges(last.draft, writes, last.work),
    at: new Date(now).toISOString(),
  }
  const settle = () => {
    workspace.effectSeq += done.length
    for (const { applied, work } of done) if (applied.superseded) deps.superseded(work.row.envelope.channel)
    for (const write of writes) if (write.personId === SHARED) deps.shared.remember(write.stored)
    if (merged !== undefined) deps.cache.drop(merged.prior)
    // A merge re-sequences lanes and counters in the database; what is cached would be behind.
    if (person !== undefined && merged === undefined) deps.cache.put(workspace)
  }
  return { effect, settle }
}

async function applyWork(
  deps: ProcessDeps,
  workspace: Workspace,
  shared: SharedResources,
  work: Work,
  now: number,
): Promise<Done> {
  const { mapped, place, row } = work
  const { receipt } = mapped
  // Before the effect, and again when the effect is tried again: the first word stands.
  const isOurs = receipt === undefined || (await deps.noteReceipt(receipt))
  // What an earlier row of this transaction made stands before what the register knows.
  for (const one of [...(mapped.enclosed ?? []), mapped])
    for (const [key, stored] of await deps.shared.load(one)) if (!shared.has(key)) shared.set(key, stored)
  await bringIn(deps.store, workspace, namedBy(mapped))
  if (place.device !== undefined) knowDevice(shared, place.device, mapped)
  const draft = openDraft(workspace, shared, row.id, now)
  if (!isOurs) draft.unmapped.push(UNKNOWN_ORIGINAL)
  const merged =
    place.prior === undefined || place.person === undefined
      ? undefined
      : stageMerge(draft, await deps.store.loadPerson(place.prior))
  const applied = applyWithEnclosed(draft, mapped, {
    messageId: row.id,
    receivedAt: row.receivedAt,
    newId: deps.newId,
    validate: deps.derive.validate,
  })
  return { work, draft, applied, merged }
}

function outcomeOf(deps: ProcessDeps, done: Done): RowOutcome {
  const { work, draft, applied } = done
  const reply = work.row.answerOwed ? receiptOf(deps, done) : undefined
  return {
    id: work.row.id,
    state: applied.superseded ? 'superseded' : 'done',
    unmapped: [...unmappedOf(work.mapped), ...draft.unmapped],
    ...(reply === undefined ? {} : { answer: reply }),
  }
}

/** Each source once, as the last of its messages leaves it. */
const newestSources = (done: readonly Done[]): readonly SourceState[] => [
  ...new Map(done.flatMap(({ applied }) => applied.sources.map((source) => [source.key, source]))).values(),
]

function receiptOf(deps: ProcessDeps, { work, draft, applied }: Done): Reply | undefined {
  return work.type.receipt?.(work.parsed, {
    targetKnown: applied.targetKnown,
    resources: (type) => resourcesOf(draft.workspace, type),
    newId: deps.newId(),
    now: new Date(deps.clock()).toISOString(),
  })
}

/** A device may be named by an identifier that is not the first one it was registered with. */
function knowDevice(shared: Map<string, StoredResource>, device: StoredResource, mapped: Mapped): void {
  for (const item of mapped.resources) {
    if (item.resource.resourceType !== 'Device') continue
    const known = shared.get(`Device|${item.key}`)
    if (known === undefined) shared.set(`Device|${item.key}`, device)
  }
  for (const { system, value } of identifiersOf(device.resource)) {
    const key = `Device|${system}|${value}`
    if (!shared.has(key)) shared.set(key, device)
  }
}

function registerChanges(
  draft: Draft,
  writes: readonly ResourceWrite[],
  work: Work,
): Pick<Effect, 'assignment' | 'devices'> {
  const devices = writes.flatMap(({ stored }) =>
    stored.type === 'Device' ? [{ deviceId: stored.id, identities: identifiersOf(stored.resource) }] : [],
  )
  const { assignment } = work.mapped
  if (assignment === undefined || work.place.person === undefined) return { assignment: undefined, devices }
  const { person: _person, device, ...rest } = assignment
  const deviceId = work.place.device?.id ?? deviceOf(draft, device)
  if (deviceId === undefined)
    throw new HubError('DEVICE_UNKNOWN', 'the assignment names a device that is not registered', {
      at: 'device.identifiers',
    })
  const write: AssignmentWrite = { ...rest, deviceId, deviceIdentities: device, personId: work.place.person }
  return { assignment: write, devices }
}

function deviceOf(draft: Draft, identifiers: readonly Identity[]): string | undefined {
  for (const { system, value } of identifiers) {
    const stored = draft.shared.get(`Device|${system}|${value}`)
    if (stored !== undefined) return stored.id
  }
  return undefined
}
