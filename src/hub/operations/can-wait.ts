/**
 * `Patient/{id}/$can-wait`: whether a decided change to a packed line can wait for the next routine roll, the decider's
 * answer, and the measures that follow (medication-list.md 8.2). Without an answer nothing is stored.
 */
import type { Parameters, ParametersParameter, Task } from 'fhir/r4.js'
import { codeSystemUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { rangeOfDateTime } from '../../core/zone.js'
import { arrange } from '../../medication-list/derive-list.js'
import { firstChange, type PackingCard } from '../../medication-list/packing/calendar.js'
import { CAUSES, canWait, type Outcome, type Question } from '../../medication-list/packing/can-wait.js'
import { type PackingChange, packingOf } from '../../medication-list/packing/changes.js'
import type { ClientOperation, OperationCall, OperationEffect } from './client-operation.js'
import { personAgent, provenanceOf } from './list-operation.js'
import { measureTasks } from './measure-tasks.js'
import { answerTask } from './packing-answer-task.js'
import { authorOf, codeOf, firstNamed } from './parameters.js'

export const canWaitOperation: ClientOperation = { name: 'can-wait', ifMatch: 'list-version', apply }

const ANSWERS = ['can-wait', 'cannot-wait'] as const

function apply(call: OperationCall): OperationEffect {
  const { parameters, person, target } = call
  if (`${target.type}/${target.id}` !== person.patientRef)
    throw new HubError('NOT_FOUND', 'the patient of the list is expected')
  const line = firstNamed(parameters, 'line')?.valueId
  const { situation } = arrange(call.engine())
  if (!situation.lines.some(({ id }) => id === line))
    throw new HubError('REFERENCE_UNKNOWN', 'no such line', { at: placeOf('line') })
  const { cards, changes } = packingOf(situation)
  const change = changes.filter((one) => one.line.id === line).at(-1)
  const answer = codeOf(firstNamed(parameters, 'answer'), ANSWERS, placeOf('answer'))
  if (change === undefined) {
    if (answer === undefined)
      return { resources: [], answer: () => result([named('result', 'no-pack-impact')]) }
    throw new HubError('STATE_CONFLICT', 'no decided change of this line waits for a roll', {
      at: placeOf('line'),
    })
  }
  const question = questionOf(call, change, answer)
  const outcome = canWait(question)
  const stated = resultOf(call, change, outcome, cards)
  if (answer === undefined) return { resources: [], answer: () => result(stated) }
  return answered(call, { change, question, outcome, cards }, stated)
}

export interface AnsweredChange {
  readonly change: PackingChange
  readonly question: Question
  readonly outcome: Outcome
  readonly cards: readonly PackingCard[]
}

function answered(
  call: OperationCall,
  about: AnsweredChange,
  stated: readonly ParametersParameter[],
): OperationEffect {
  const author = authorOf(call.parameters)
  const task = answerTask(call, about, author)
  const measures = measureTasks(call, about, task, author)
  const tasks = [task, ...measures]
  const { list } = call.person
  const record = provenanceOf(call, {
    activity: { coding: [{ system: codeSystemUrl('medlist-task'), code: 'can-wait' }] },
    target: [
      ...tasks.map(({ id }) => ({ reference: `Task/${id}` })),
      ...(list === undefined ? [] : [{ reference: `List/${list.id}/_history/${list.version}` }]),
    ],
  })
  return {
    resources: [...tasks, record],
    author: personAgent(author),
    answer: () => result([...stated, ...tasks.map(referenceTo)]),
  }
}

const referenceTo = ({ id }: Task): ParametersParameter => ({
  name: 'task',
  valueReference: { reference: `Task/${id}`, type: 'Task' },
})

/** @throws HubError RESOURCE_INVALID */
function questionOf(
  { config, now, parameters }: OperationCall,
  change: PackingChange,
  answer: Question['answer'],
): Question {
  const wish = firstNamed(parameters, 'wish')?.valueDateTime
  const stated = wish === undefined ? undefined : rangeOfDateTime(wish, config.zone)?.from
  const override = firstNamed(parameters, 'override')?.valueString
  if (override !== undefined && answer !== 'can-wait')
    throw new HubError('RESOURCE_INVALID', 'a reason for waiting all the same goes with can-wait', {
      at: placeOf('override'),
    })
  const instant = Date.parse(now)
  return {
    ...change.question,
    answer: answer ?? change.question.answer,
    cause: codeOf(firstNamed(parameters, 'cause'), CAUSES, placeOf('cause')) ?? change.question.cause,
    override: answer === undefined ? change.question.override : override,
    wish: stated ?? change.question.wish,
    alike: firstNamed(parameters, 'alike')?.valueBoolean === true,
    now: instant,
    // What is asked of somebody now is due from now on.
    ...(answer === undefined ? {} : { decided: instant, nextSlot: change.slotAfter(instant) }),
  }
}

function resultOf(
  { config, now, person }: OperationCall,
  change: PackingChange,
  outcome: Outcome,
  cards: readonly PackingCard[],
): readonly ParametersParameter[] {
  const first = firstChange(cards, outcome.t, Date.parse(now), config.zone)
  const { list } = person
  return [
    named('result', outcome.kind),
    named('change', change.kind),
    ...('effective' in outcome ? [instantNamed('effective', outcome.effective)] : []),
    ...(first === undefined ? [] : [instantNamed('firstChange', first.at)]),
    { name: 'provisional', valueBoolean: outcome.provisional },
    ...(outcome.provisional ? [] : [instantNamed('reached', outcome.t)]),
    named('reachedBy', outcome.reached),
    ...(outcome.kind === 'unanswered' || outcome.kind === 'ask-pharmacy'
      ? [instantNamed('due', outcome.due)]
      : []),
    ...(outcome.kind === 'act-now'
      ? [
          instantNamed('due', outcome.deadline),
          ...(outcome.forced === undefined ? [] : [named('forced', outcome.forced)]),
          ...outcome.measures.map((measure) => named('measure', measure)),
          ...(outcome.takeOff ? [{ name: 'takeOff', valueBoolean: true }] : []),
        ]
      : []),
    ...(list === undefined
      ? []
      : [
          {
            name: 'listVersion',
            valueReference: { reference: `List/${list.id}/_history/${list.version}`, type: 'List' },
          },
        ]),
    ...cards.map(({ stated }) => ({ name: 'calendarVersion', valueReference: { reference: stated } })),
  ]
}

const named = (name: string, code: string): ParametersParameter => ({ name, valueCode: code })
const instantNamed = (name: string, instant: number): ParametersParameter => ({
  name,
  valueDateTime: new Date(instant).toISOString(),
})
const result = (parameter: readonly ParametersParameter[]): Parameters => ({
  resourceType: 'Parameters',
  parameter: [...parameter],
})
const placeOf = (name: string): string => `Parameters.parameter.where(name='${name}')`
