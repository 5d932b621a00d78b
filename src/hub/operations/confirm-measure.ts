/**
 * `Task/{id}/$confirm-measure`: whoever carries a measure out says that it is done, or that it cannot be (medication-list.md
 * 8.2). What a device cannot do goes to a carer at once.
 */
import type { Reference, Task } from 'fhir/r4.js'
import { codeSystemUrl, sidUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { MEASURE_KINDS } from '../../medication-list/packing/can-wait.js'
import type { ClientOperation, OperationCall, OperationEffect } from './client-operation.js'
import { personAgent, provenanceOf } from './list-operation.js'
import { detail } from './packing-answer-task.js'
import { authorOf, codeOf, firstNamed } from './parameters.js'

export const confirmMeasure: ClientOperation = { name: 'confirm-measure', ifMatch: 'none', apply }

const OUTCOMES = ['done', 'cannot'] as const

function apply(call: OperationCall): OperationEffect {
  const { now, parameters, target } = call
  const task = measureOf(target.resource)
  const author = authorOf(parameters)
  const outcome = codeOf(firstNamed(parameters, 'outcome'), OUTCOMES, placeOf('outcome'))
  const reason = firstNamed(parameters, 'reason')?.valueString
  if (outcome === 'cannot' && reason === undefined)
    throw new HubError('RESOURCE_INVALID', 'the reason is missing', { at: placeOf('reason') })
  const at = firstNamed(parameters, 'at')?.valueDateTime ?? now
  if (Date.parse(at) > Date.parse(now))
    throw new HubError('RESOURCE_INVALID', 'a measure is confirmed when it is done', { at: placeOf('at') })
  if (isSaid(task, outcome, author)) return { resources: [], answer: () => task }
  if (task.status !== 'requested')
    throw new HubError('STATE_CONFLICT', `the measure is ${task.status} already`, { at: 'Task.status' })
  const ended: Task = {
    ...task,
    status: outcome === 'done' ? 'completed' : 'failed',
    lastModified: now,
    ...(reason === undefined ? {} : { statusReason: { text: reason } }),
    output: [
      ...(task.output ?? []),
      ...(outcome === 'done' ? [{ ...detail('confirmed-at'), valueDateTime: at }] : []),
      { ...detail('confirmed-by'), valueReference: author },
    ],
  }
  const instead = outcome === 'cannot' ? carersTask(call, task) : []
  const record = provenanceOf(call, {
    activity: task.code ?? {},
    target: [ended, ...instead].map(({ id }) => ({ reference: `Task/${id}` })),
  })
  return {
    resources: [ended, ...instead, record],
    author: personAgent(author),
    answer: (after) => after.find(`Task/${ended.id}`)?.resource ?? ended,
  }
}

/** @throws HubError RESOURCE_INVALID */
function measureOf(resource: OperationCall['target']['resource']): Task {
  const code =
    resource.resourceType === 'Task'
      ? resource.code?.coding?.find(({ system }) => system === codeSystemUrl('medlist-task'))?.code
      : undefined
  if (resource.resourceType !== 'Task' || !MEASURE_KINDS.some((kind) => kind === code))
    throw new HubError('RESOURCE_INVALID', 'this Task is no measure about pouches', { at: 'Task.code' })
  return resource
}

/** Sent again: the same person has said the same. */
const isSaid = (task: Task, outcome: (typeof OUTCOMES)[number] | undefined, author: Reference): boolean =>
  task.status === (outcome === 'done' ? 'completed' : 'failed') &&
  (task.output ?? []).some(
    ({ valueReference: said }) =>
      said?.identifier?.value === author.identifier?.value &&
      said?.identifier?.system === author.identifier?.system,
  )

function carersTask({ newId, now }: OperationCall, task: Task): Task[] {
  if (task.code?.coding?.some(({ code }) => code === 'device-block') !== true) return []
  const id = newId()
  const { owner: _device, output: _none, statusReason: _why, meta: _meta, ...same } = task
  return [
    {
      ...same,
      id,
      identifier: [{ system: sidUrl('task'), value: id }],
      status: 'requested',
      code: { coding: [{ system: codeSystemUrl('medlist-task'), code: 'withhold-pouch' }] },
      authoredOn: now,
      lastModified: now,
      performerType: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: 'home-care' }] }],
    },
  ]
}

const placeOf = (name: string): string => `Parameters.parameter.where(name='${name}')`
