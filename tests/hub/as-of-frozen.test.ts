/**
 * Invariant 8 (medication-list.md 13): as-of answers are frozen. Generated histories of two persons, with messages that
 * come late, die and are run again, or wait; writes of clients; and a merger of the two. What was asked on the way is
 * asked again at the end.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { MedicationStatement } from 'fhir/r4.js'
import { HubError } from '../../src/core/errors.js'
import type { MessageId, PersonId } from '../../src/core/ids.js'
import type { AskedAsOf } from '../../src/hub/read-as-of.js'
import { writeResource } from '../../src/hub/write-resource.js'
import { mark, openReader } from '../support/as-of.js'
import { describeStores, someBackends } from '../support/backends.js'
import { orderMessage, patientNumber } from '../support/hl7-orders.js'
import { testValidation } from '../support/validation.js'
import { openWorker, type Worker } from '../support/worker.js'

const numRuns = process.env.STAFETT_TEST_DEEP ? 1_000 : 2
const SYSTEM = 'http://stafett.internal/fhir/sid/sender/EPJ%7CLEGEKONTORET/LEGEKONTORET'

type Step =
  | { readonly kind: 'order'; readonly who: 0 | 1; readonly order: number; readonly control: string }
  | { readonly kind: 'dies' | 'waits'; readonly who: 0 | 1; readonly order: number }
  | {
      readonly kind: 'write'
      readonly who: 0 | 1
      readonly row: number
      readonly status: Status
      readonly back: number
    }
  | { readonly kind: 'replay' | 'merge' }
type Status = 'active' | 'stopped' | 'on-hold' | 'entered-in-error'

const who = fc.constantFrom(0 as const, 1 as const)
const order = fc.integer({ min: 1, max: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      who,
      order,
      control: fc.constantFrom('NW', 'XO', 'DC', 'HD'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      who,
      row: fc.integer({ min: 1, max: 2 }),
      status: fc.constantFrom<Status>('active', 'active', 'stopped', 'on-hold', 'entered-in-error'),
      // Decided at one of the instants before, or without a date.
      back: fc.integer({ min: 0, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('dies' as const, 'waits' as const), who, order }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replay' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const) }) },
)

interface Asked {
  readonly person: PersonId
  readonly asked: AskedAsOf
  readonly body: string
}

describeStores('as-of answers', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  let patients = 0

  it('are frozen under any later input', async function () {
    this.timeout(numRuns * 10_000)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 9 }), async (steps) => {
        const worker = await openWorker(current().store)
        patients += 2
        const history = await openHistory(worker, patients)
        const told: Asked[] = []
        for (const one of steps) {
          await history.take(one)
          await history.ask(told)
        }
        await history.take({ kind: 'replay' })
        await history.take({ kind: 'merge' })
        for (const { person, asked, body } of told)
          assert.equal((await history.reader.asOf(person, asked)).body, body, JSON.stringify(asked))
      }),
      { numRuns, seed: 20261124 },
    )
  })

  async function openHistory(worker: Worker, first: number) {
    const reader = openReader(worker)
    const dead: MessageId[] = []
    const marks: string[] = []
    let messages = 0
    let merged = false
    const receive = async (text: string): Promise<MessageId> => (await worker.receive('hl7v2', text)).id
    const orderOf = (patient: 0 | 1, number: number, control = 'NW') => {
      messages += 1
      return orderMessage({
        patient: first + patient,
        order: number,
        control,
        messageId: `m-${first}-${messages}`,
        // Some come late: decided before what was decided already.
        sentAt: `202611${10 + ((messages * 7) % 12)}080000+0100`,
        doseTablets: String(1 + (messages % 3)),
      })
    }
    const persons: PersonId[] = []
    for (const patient of [0, 1] as const) {
      await receive(orderOf(patient, 1))
      await worker.work()
      const identifier = { system: SYSTEM, value: patientNumber(first + patient) }
      persons.push(...(await current().store.findPersons([identifier])))
    }
    const rows = new Map<string, string>()
    const take = async (one: Step): Promise<void> => {
      switch (one.kind) {
        case 'order':
          await receive(orderOf(one.who, one.order, one.control))
          await worker.work()
          return
        case 'waits':
          await receive(orderOf(one.who, one.order))
          return
        case 'dies':
          worker.fault = () => new HubError('MESSAGE_INVALID', 'x')
          dead.push(await receive(orderOf(one.who, one.order)))
          await worker.work()
          worker.fault = undefined
          return
        case 'write':
          await write(one)
          return
        case 'replay':
          for (const id of dead.splice(0)) await current().store.replay(id, 'kari')
          await worker.work()
          return
        case 'merge':
          if (merged) return
          merged = true
          await receive(mergeOf(first))
          await worker.work()
      }
    }
    const write = async ({ who: patient, row, status, back }: Extract<Step, { kind: 'write' }>) => {
      const person = persons[merged ? 0 : patient]
      const id = rows.get(`${person} ${row}`)
      const asserted = marks.at(-back)
      const body: MedicationStatement = {
        resourceType: 'MedicationStatement',
        ...(id === undefined ? {} : { id }),
        identifier: [{ system: 'urn:example:row', value: `${person} ${row}` }],
        status,
        medicationCodeableConcept: { text: 'Metformin tablett 500 mg' },
        subject: { reference: `Patient/${person}` },
        ...(back === 0 || asserted === undefined ? {} : { dateAsserted: asserted }),
        // Now and then a use that begins, or ends, by time alone.
        effectivePeriod: row === 1 ? { start: soon() } : {},
        dosage: [{ text: `${marks.length} tabletter morgen` }],
      }
      if (row !== 1) delete body.effectivePeriod
      const written = await writeResource(worker.deps, {
        method: id === undefined ? 'create' : 'update',
        type: 'MedicationStatement',
        ...(id === undefined ? {} : { id }),
        body,
        clientId: 'gp',
      })
      if (!merged) rows.set(`${person} ${row}`, written.id)
    }
    const ask = async (told: Asked[]): Promise<void> => {
      marks.push(await mark())
      const known = marks.at(-1) ?? ''
      const [first = '', before] = [marks[0], marks.at(-2)]
      const questions: AskedAsOf[] = [
        { at: known },
        ...(before === undefined ? [] : [{ at: before, knownAt: known }]),
        ...(before === first ? [] : [{ at: first, knownAt: known }]),
      ]
      for (const person of persons)
        for (const asked of questions)
          told.push({ person, asked, body: (await reader.asOf(person, asked)).body })
    }
    return { reader, take, ask }
  }
})

const soon = (): string => new Date(Date.now() + 15).toISOString()

const mergeOf = (first: number): string =>
  [
    `MSH|^~\\&|EPJ|LEGEKONTORET|STAFETT|HUB|20261121080000+0100||ADT^A40^ADT_A39|merge-${first}|P|2.5.1`,
    'EVN|A40|20261121080000+0100',
    `PID|1||${patientNumber(first)}^^^LEGEKONTORET^MR||Prøve^En||19400101|F`,
    `MRG|${patientNumber(first + 1)}^^^LEGEKONTORET^MR`,
    '',
  ].join('\r')
