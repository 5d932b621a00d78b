/** Offers of the baton, Tasks that follow from who holds the list, and the mark of a suspended supply (medication-list.md 7). */
import type { Flag, Task } from 'fhir/r4.js'
import { codeSystemUrl, LAYER_SYSTEM, sidUrl } from '../core/canonical.js'
import { deterministicUuid } from '../core/deterministic-id.js'
import { HubError } from '../core/errors.js'
import type { StoredResource } from '../core/stored.js'
import type { ListResult } from '../medication-list/contract.js'
import type { Suspension } from '../medication-list/responsibility/suspension.js'
import { WORK_CODES } from '../medication-list/responsibility/work-items.js'
import { type Draft, stage } from './draft.js'
import { stageDerived } from './stage-derived.js'
import { storedOf } from './workspace.js'

export function stageResponsibility(draft: Draft, { responsibility }: ListResult): void {
  for (const task of responsibility.offers) stageOffer(draft, task)
  stageWorkItems(draft, responsibility.workItems, responsibility.retired)
  stageSuspension(draft, responsibility.suspension)
}

/** A fact of the hub's own: what the engine reads of it stands, however often it is written anew. */
function stageOffer(draft: Draft, task: Task): void {
  const id = idOf(task)
  const previous = draft.workspace.resources.get(`Task/${id}`)
  stage(draft, {
    id,
    previous,
    content: task,
    key: previous?.key ?? `${sidUrl('task')}|${id}`,
    order: task.lastModified ?? '',
    layer: 'fact',
    sourceKey: previous?.sourceKey ?? 'hub',
    shared: false,
  })
}

/** What does not stand any more is done; what was asked because of a death that was none is called off. */
function stageWorkItems(draft: Draft, tasks: readonly Task[], retired: boolean): void {
  const standing = new Set(tasks.map(idOf))
  for (const task of tasks) stageDerived(draft, task, idOf(task), '')
  for (const stored of openItems(draft)) {
    if (standing.has(stored.id) || stored.resource.resourceType !== 'Task') continue
    const isCalledOff = codeOf(stored.resource) === 'stop-supply' || retired
    const over: Task = { ...withoutVersion(stored.resource), status: isCalledOff ? 'cancelled' : 'completed' }
    stageDerived(draft, over, stored.id, '')
  }
}

const openItems = ({ workspace }: Draft): readonly StoredResource[] =>
  [...storedOf(workspace, 'Task').values()].filter(
    ({ layer, resource }) =>
      layer === 'line' &&
      resource.resourceType === 'Task' &&
      resource.status === 'requested' &&
      WORK_CODES.has(codeOf(resource) ?? ''),
  )

const codeOf = ({ code }: Task): string | undefined => code?.coding?.[0]?.code

/** One Flag for each stay, active while rolls and devices are not to give. */
function stageSuspension(draft: Draft, suspension: Suspension | undefined): void {
  const patientRef = `Patient/${draft.workspace.personId}`
  const id =
    suspension === undefined
      ? undefined
      : deterministicUuid('flag', 'supply-suspended', patientRef, suspension.stay.ref)
  if (suspension !== undefined && id !== undefined)
    stageDerived(draft, suspensionFlag(suspension, patientRef, id), id, '')
  for (const stored of storedOf(draft.workspace, 'Flag').values()) {
    const { resource } = stored
    if (stored.layer !== 'line' || resource.resourceType !== 'Flag') continue
    if (resource.status !== 'active' || stored.id === id) continue
    const end = new Date(draft.now).toISOString()
    const over: Flag = {
      ...withoutVersion(resource),
      status: 'inactive',
      period: { ...resource.period, end },
    }
    stageDerived(draft, over, stored.id, '')
  }
}

const suspensionFlag = ({ stay, since }: Suspension, patientRef: string, id: string): Flag => ({
  resourceType: 'Flag',
  id,
  meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
  identifier: [{ system: sidUrl('flag'), value: id }],
  status: 'active',
  code: { coding: [{ system: codeSystemUrl('medlist-flag'), code: 'supply-suspended' }] },
  subject: { reference: patientRef },
  period: { start: new Date(since).toISOString() },
  encounter: { reference: stay.ref },
})

function withoutVersion<T extends Task | Flag>(resource: T): T {
  const { versionId: _version, lastUpdated: _updated, ...meta } = resource.meta ?? {}
  return { ...resource, meta }
}

function idOf({ id }: Task): string {
  if (id === undefined) throw new HubError('UNEXPECTED', 'the engine gave a Task without id')
  return id
}
