/** The measures that a decider chooses for a change that cannot wait, each a Task with owner and deadline (medication-list.md 8.2). */
import type { ParametersParameter, Reference, Task, TaskInput } from 'fhir/r4.js'
import { codeSystemUrl, sidUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { rangeOfDateTime } from '../../core/zone.js'
import { firstChange } from '../../medication-list/packing/calendar.js'
import {
  MEASURE_KINDS,
  type MeasureKind,
  measureDeadline,
  measuresFor,
} from '../../medication-list/packing/can-wait.js'
import type { AnsweredChange } from './can-wait.js'
import type { OperationCall } from './client-operation.js'
import { detail } from './packing-answer-task.js'
import { codeOf, firstNamed, partsNamed, partsOf } from './parameters.js'

/** @throws HubError RESOURCE_INVALID */
export function measureTasks(
  call: OperationCall,
  about: AnsweredChange,
  answer: Task,
  author: Reference,
): readonly Task[] {
  const asked = partsNamed(call.parameters, 'measure')
  const { kind } = about.outcome
  if (asked.length > 0 && (kind === 'no-pack-impact' || kind === 'in-time' || kind === 'waits'))
    throw new HubError('RESOURCE_INVALID', `nothing is to be done about the pouches: ${kind}`, {
      at: placeOf(0),
    })
  return asked.map((parameter, index) => measureTask(call, about, answer, author, parameter, placeOf(index)))
}

const placeOf = (index: number): string => `Parameters.parameter.where(name='measure')[${index}]`

function measureTask(
  { config, newId, now, person }: OperationCall,
  { cards, change, outcome, question }: AnsweredChange,
  answer: Task,
  author: Reference,
  parameter: ParametersParameter,
  at: string,
): Task {
  const parts = partsOf(parameter)
  const text = (name: string): string | undefined => firstNamed(parts, name)?.valueString
  const measure = codeOf(firstNamed(parts, 'kind'), MEASURE_KINDS, `${at}.kind`)
  if (measure === undefined || !measuresFor(question).includes(measure))
    throw new HubError(
      'RESOURCE_INVALID',
      `not a measure for this change: ${measuresFor(question).join(', ')}`,
      {
        at: `${at}.kind`,
      },
    )
  demand(
    measure !== 'withhold-unit' || text('unit') !== undefined,
    'what the unit looks like is missing',
    `${at}.unit`,
  )
  const accepted = measure === 'no-measure-accepted'
  demand(!accepted || text('reason') !== undefined, 'the reason is missing', `${at}.reason`)
  const stated = firstNamed(parts, 'deadline')?.valueDateTime
  const deadline =
    (stated === undefined ? undefined : rangeOfDateTime(stated, config.zone)?.from) ??
    measureDeadline(question)
  const owner = firstNamed(parts, 'owner')?.valueReference ?? (accepted ? author : undefined)
  const end = firstChange(cards, outcome.t, Date.parse(now), config.zone)?.at
  const id = newId()
  return {
    resourceType: 'Task',
    id,
    identifier: [{ system: sidUrl('task'), value: id }],
    basedOn: [{ reference: change.decision.fact.ref }],
    partOf: [{ reference: `Task/${answer.id}` }],
    status: accepted ? 'completed' : 'requested',
    intent: 'order',
    code: { coding: [{ system: codeSystemUrl('medlist-task'), code: measure }] },
    focus: { reference: change.line.ref, type: 'MedicationStatement' },
    for: { reference: person.patientRef },
    executionPeriod: {
      start: iso(question.wish),
      ...(end === undefined ? {} : { end: iso(Math.max(end, question.wish)) }),
    },
    authoredOn: now,
    lastModified: now,
    requester: author,
    performerType: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: ROLE[measure] }] }],
    ...(owner === undefined ? {} : { owner }),
    restriction: { period: { end: iso(deadline) } },
    ...inputOf([
      ...(text('unit') === undefined ? [] : [{ ...detail('unit'), valueString: text('unit') ?? '' }]),
      ...(text('reason') === undefined ? [] : [{ ...detail('reason'), valueString: text('reason') ?? '' }]),
    ]),
    ...(accepted
      ? {
          output: [
            { ...detail('confirmed-at'), valueDateTime: now },
            { ...detail('confirmed-by'), valueReference: author },
          ],
        }
      : {}),
  }
}

const inputOf = (input: TaskInput[]): Pick<Task, 'input'> => (input.length === 0 ? {} : { input })

/** Who carries a measure out, where nobody is named. */
const ROLE: Readonly<Record<MeasureKind, string>> = {
  'express-roll': 'multidose-pharmacy',
  'withhold-unit': 'home-care',
  'withhold-pouch': 'home-care',
  'add-outside-roll': 'home-care',
  'device-block': 'device-operator',
  'no-measure-accepted': 'list-holder',
}

function demand(holds: boolean, rule: string, at: string): void {
  if (!holds) throw new HubError('RESOURCE_INVALID', rule, { at })
}

const iso = (instant: number): string => new Date(instant).toISOString()
