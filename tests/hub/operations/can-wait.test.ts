import assert from 'node:assert/strict'
import type { Basic, MedicationStatement, Parameters, ParametersParameter, Task } from 'fhir/r4.js'
import { ATC, extensionUrl } from '../../../src/core/canonical.js'
import { iso, local, packingCalendar, statedPeriod } from '../../support/packing-calendar.js'
import { type PersonInMemory, personInMemory, practitioner } from '../../support/person-in-memory.js'

const DOCTOR = practitioner(1)
const WARD = practitioner(2)
const PERIODS = [
  { first: '2026-03-02', last: '2026-03-15', deadline: '2026-02-26T12:00:00+01:00' },
  { first: '2026-03-16', last: '2026-03-29', deadline: '2026-03-12T12:00:00+01:00' },
  { first: '2026-03-30', last: '2026-04-12', deadline: '2026-03-26T12:00:00+01:00' },
]
type Part = Omit<ParametersParameter, 'name'>
const parts = (values: Record<string, Part>): ParametersParameter[] =>
  Object.entries(values).map(([name, value]) => ({ ...value, name }))
const measure = (kind: string, more: Record<string, Part> = {}): ParametersParameter => ({
  name: 'measure',
  part: [{ name: 'kind', valueCode: kind }, ...parts(more)],
})

describe('$can-wait', () => {
  let person: PersonInMemory
  let line: string
  let calendar: string
  const row = (text: string, atc: string): MedicationStatement => ({
    resourceType: 'MedicationStatement',
    extension: [{ url: extensionUrl('multidose'), valueBoolean: true }],
    status: 'active',
    subject: { reference: person.patientRef },
    medicationCodeableConcept: { text, coding: [{ system: ATC, code: atc }] },
    effectivePeriod: { start: '2025-10-01' },
    dateAsserted: '2025-10-01T09:00:00+02:00',
    informationSource: DOCTOR,
    dosage: [
      {
        timing: { repeat: { when: ['MORN'], frequency: 1, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
      },
    ],
  })
  const basic = (periods = PERIODS): Basic =>
    packingCalendar('kort', periods.map(statedPeriod), person.patientRef)
  /** The ward stops the line. */
  const stop = async (at: string, from?: string): Promise<void> => {
    person.now = local(at)
    await person.operate('reconcile', `List/${person.list().id}`, [
      { name: 'author', valueReference: WARD },
      { name: 'sourceFingerprint', valueString: person.fingerprint() },
      { name: 'scope', valueCode: 'partial' },
      {
        name: 'decision',
        part: parts({
          kind: { valueCode: 'stop' },
          line: { valueId: line },
          reason: { valueCodeableConcept: { text: 'trengs ikke' } },
          ...(from === undefined ? {} : { from: { valueDateTime: iso(from) } }),
        }),
      },
    ])
  }
  const ask = async (values: Record<string, Part> = {}, ...measures: ParametersParameter[]) => {
    const answered = values['answer'] === undefined ? {} : { author: { valueReference: DOCTOR } }
    const result = (await person.operate('can-wait', person.patientRef, [
      ...parts({ line: { valueId: line }, ...answered, ...values }),
      ...measures,
    ])) as Parameters
    return (name: string) => result.parameter?.find((one) => one.name === name)
  }
  const tasks = (code: string): Task[] =>
    person
      .resources()
      .filter(
        (one): one is Task =>
          one.resourceType === 'Task' && one.code?.coding?.some((coding) => coding.code === code) === true,
      )
  const questions = () =>
    tasks('can-wait').filter(({ meta }) => meta?.tag?.some(({ code }) => code === 'line'))
  const answers = () => tasks('can-wait').filter((task) => !questions().includes(task))
  const detail = ({ input = [], output = [] }: Task, code: string) =>
    [...input, ...output].filter(({ type }) => type.coding?.some((coding) => coding.code === code))
  const statusOf = () => person.lines().find(({ id }) => id === line)?.status

  beforeEach(async function () {
    this.timeout(60_000)
    person = await personInMemory(iso('20 Feb 09:00'))
    await person.write(row('Prøvolol 50 mg', 'C07AB99'))
    line = person.line('Prøvolol').id ?? ''
    calendar = await person.write(basic())
  })

  it('answers a question alone, and stores nothing of it', async () => {
    await stop('5 Mar 10:00')
    const before = person.resources().length
    const result = await ask()
    assert.equal(result('result')?.valueCode, 'unanswered')
    assert.equal(result('change')?.valueCode, 'stop')
    assert.equal(result('firstChange')?.valueDateTime, iso('16 Mar'))
    assert.equal(result('due')?.valueDateTime, new Date(local('5 Mar 14:00') + 1).toISOString())
    assert.equal(result('reachedBy')?.valueCode, 'decision-time', 'the hub can see no receipt, and says so')
    assert.equal(person.resources().length, before)
  })

  it('asks the decider by a Task as long as nobody has answered', async () => {
    await stop('5 Mar 10:00')
    const [asked] = questions()
    assert.equal(asked?.status, 'requested')
    assert.equal(asked?.owner?.identifier?.value, WARD.identifier?.value)
    assert.equal(asked?.focus?.reference, `MedicationStatement/${line}`)
    await ask({ answer: { valueCode: 'can-wait' } })
    assert.deepEqual(
      questions().map(({ status }) => status),
      ['completed'],
    )
  })

  it('keeps an answer with who, when, and the versions of list and calendar', async () => {
    await stop('5 Mar 10:00')
    const version = person.list().meta?.versionId
    const result = await ask({ answer: { valueCode: 'can-wait' } })
    assert.equal(result('result')?.valueCode, 'waits')
    assert.equal(result('effective')?.valueDateTime, iso('16 Mar'))
    const [answer] = answers()
    assert.ok(answer)
    assert.equal(answer.status, 'completed')
    assert.equal(answer.owner?.identifier?.value, DOCTOR.identifier?.value)
    assert.equal(detail(answer, 'result')[0]?.valueCode, 'waits')
    assert.equal(
      detail(answer, 'list-version')[0]?.valueReference?.reference,
      `List/${person.list().id}/_history/${version}`,
    )
    assert.equal(
      detail(answer, 'calendar-version')[0]?.valueReference?.reference,
      `Basic/${calendar}/_history/1`,
    )
    const provenance = person
      .resources()
      .filter(
        (one) =>
          one.resourceType === 'Provenance' &&
          one.target.some(({ reference }) => reference === `Task/${answer.id}`) &&
          one.agent.some(({ who }) => who.identifier?.value === DOCTOR.identifier?.value),
      )
    assert.ok(provenance.length > 0)
  })

  it('leaves the line in force until the first routine roll when the change may wait', async () => {
    await stop('5 Mar 10:00')
    assert.equal(statusOf(), undefined, 'stopped at once')
    await ask({ answer: { valueCode: 'can-wait' } })
    assert.equal(statusOf(), 'active')
    person.pass(local('15 Mar 23:00') - person.now)
    assert.equal(statusOf(), 'active')
    person.pass(local('16 Mar 00:00') - person.now)
    assert.equal(statusOf(), undefined)
    assert.ok(!person.open().includes('measure-overdue'))
  })

  it('re-evaluates when the calendar moves, and tells the decider when the class changed', async () => {
    await stop('11 Mar 09:00', '16 Mar')
    assert.deepEqual(questions(), [], 'in time for P8')
    const asked = await ask({ answer: { valueCode: 'can-wait' } })
    assert.equal(asked('result')?.valueCode, 'in-time')
    const [p7, p8, p9] = PERIODS
    await person.update({
      ...basic([p7!, { ...p8!, deadline: '2026-03-10T12:00:00+01:00' }, p9!]),
      id: calendar,
    })
    const [told] = questions()
    assert.equal(told?.status, 'requested')
    assert.equal(detail(told!, 'result')[0]?.valueCode, 'waits')
    assert.equal(detail(told!, 'former-result')[0]?.valueCode, 'in-time')
    await ask({ answer: { valueCode: 'can-wait' } })
    assert.equal(questions()[0]?.status, 'completed', 'the newer answer is told what holds now')
  })

  it('asks when a change that was in time no longer is', async () => {
    await stop('11 Mar 09:00', '16 Mar')
    const [p7, p8, p9] = PERIODS
    await person.update({
      ...basic([p7!, { ...p8!, deadline: '2026-03-10T12:00:00+01:00' }, p9!]),
      id: calendar,
    })
    assert.equal(detail(questions()[0]!, 'result')[0]?.valueCode, 'unanswered')
  })

  it('refuses to let a stop for an adverse reaction wait, unless there is a reason', async () => {
    await stop('5 Mar 10:00')
    const cause = { cause: { valueCode: 'adverse-reaction' } }
    const refused = await ask({ answer: { valueCode: 'can-wait' }, ...cause })
    assert.equal(refused('result')?.valueCode, 'act-now')
    assert.equal(refused('forced')?.valueCode, 'cause')
    const override = { valueString: 'lett kløe, tåler en uke til' }
    const waits = await ask({ answer: { valueCode: 'can-wait' }, ...cause, override })
    assert.equal(waits('result')?.valueCode, 'waits')
    await assert.rejects(ask({ answer: { valueCode: 'cannot-wait' }, override }), {
      code: 'RESOURCE_INVALID',
    })
  })

  it('makes a Task of each measure, which is done when it is confirmed', async () => {
    await stop('5 Mar 10:00')
    const unit = { unit: { valueString: 'rund, hvit, delestrek' } }
    await assert.rejects(ask({ answer: { valueCode: 'cannot-wait' } }, measure('withhold-unit')), {
      code: 'RESOURCE_INVALID',
    })
    await assert.rejects(ask({ answer: { valueCode: 'cannot-wait' } }, measure('add-outside-roll')), {
      code: 'RESOURCE_INVALID',
    })
    await assert.rejects(
      ask(
        { answer: { valueCode: 'cannot-wait' }, alike: { valueBoolean: true } },
        measure('withhold-unit', unit),
      ),
      { code: 'RESOURCE_INVALID' },
    )
    await ask({ answer: { valueCode: 'cannot-wait' } }, measure('withhold-unit', unit))
    const [asked] = tasks('withhold-unit')
    assert.equal(asked?.status, 'requested')
    assert.equal(asked?.restriction?.period?.end, iso('6 Mar 07:00'), 'an hour before the morning slot')
    person.pass(local('6 Mar 07:00') - person.now)
    assert.ok(person.open().includes('measure-overdue'))
    const confirm = (outcome: string, more: Record<string, Part> = {}) =>
      person.operate(
        'confirm-measure',
        `Task/${asked?.id}`,
        parts({ author: { valueReference: WARD }, outcome: { valueCode: outcome }, ...more }),
      )
    const done = (await confirm('done')) as Task
    assert.equal(done.status, 'completed')
    assert.ok(!person.open().includes('measure-overdue'))
    assert.equal(((await confirm('done')) as Task).meta?.versionId, done.meta?.versionId, 'sent again')
    const namesake = { ...WARD, identifier: { ...WARD.identifier, system: 'urn:example:other' } }
    await assert.rejects(confirm('done', { author: { valueReference: namesake } }), {
      code: 'STATE_CONFLICT',
    })
    await assert.rejects(confirm('cannot', { reason: { valueString: 'finner den ikke' } }), {
      code: 'STATE_CONFLICT',
    })
  })

  it('gives a carer what a device cannot do', async () => {
    await stop('5 Mar 10:00')
    await ask({ answer: { valueCode: 'cannot-wait' } }, measure('device-block'))
    const [block] = tasks('device-block')
    await person.operate(
      'confirm-measure',
      `Task/${block?.id}`,
      parts({
        author: { valueReference: WARD },
        outcome: { valueCode: 'cannot' },
        reason: { valueString: 'dispenseren kan ikke sperre enkeltposer' },
      }),
    )
    assert.equal(tasks('device-block')[0]?.status, 'failed')
    const [instead] = tasks('withhold-pouch')
    assert.equal(instead?.status, 'requested')
    assert.equal(instead?.performerType?.[0]?.coding?.[0]?.code, 'home-care')
  })

  it('takes the old dose as accepted with a reason only', async () => {
    await stop('5 Mar 10:00')
    const accept = (more: Record<string, Part>) =>
      ask({ answer: { valueCode: 'cannot-wait' } }, measure('no-measure-accepted', more))
    await assert.rejects(accept({}), { code: 'RESOURCE_INVALID' })
    await accept({ reason: { valueString: 'nytte og risiko veid' } })
    assert.equal(tasks('no-measure-accepted')[0]?.status, 'completed')
    person.pass(local('9 Mar') - person.now)
    assert.ok(!person.open().includes('measure-overdue'))
  })

  it('is refused where nothing was decided, and for lines that are not there', async () => {
    assert.equal((await ask())('result')?.valueCode, 'no-pack-impact')
    await assert.rejects(ask({ answer: { valueCode: 'can-wait' } }), { code: 'STATE_CONFLICT' })
    line = '00000000-0000-4000-8000-000000000000'
    await assert.rejects(ask(), { code: 'REFERENCE_UNKNOWN' })
  })
})

describe('a packing calendar over FHIR', () => {
  it('is refused with place and rule where it cannot be packed by', async () => {
    const person = await personInMemory(iso('20 Feb 09:00'))
    const [p7, p8] = PERIODS
    const overlapping = packingCalendar(
      'kort',
      [statedPeriod(p7!), statedPeriod({ ...p8!, first: '2026-03-15' })],
      person.patientRef,
    )
    await assert.rejects(person.write(overlapping), {
      code: 'RESOURCE_INVALID',
      at: "Basic.extension[1].extension.where(url='first-dose')",
      message: /periods of one card do not overlap/,
    })
  })
})
