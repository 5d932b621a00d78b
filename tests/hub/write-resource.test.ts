import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import type { FhirResource, MedicationStatement, Patient } from 'fhir/r4.js'
import { hl7v2Protocol } from '../../mappings/hl7v2/protocol.js'
import { messageId } from '../../src/core/ids.js'
import { LANE_WAIT_MS_MAX } from '../../src/hub/retry-races.js'
import type { WriteRequest } from '../../src/hub/write-request.js'
import { writeResource } from '../../src/hub/write-resource.js'
import type { Store } from '../../src/store/contract.js'
import type { NewMessage } from '../../src/store/inbox.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { orderMessage, patientNumber } from '../support/hl7-orders.js'
import { testValidation } from '../support/validation.js'
import { writeDeps } from '../support/write-deps.js'

const ZONE = 'Europe/Oslo'
const PATIENT = 7
const SYSTEM = 'http://stafett.internal/fhir/sid/sender/EPJ%7CLEGEKONTORET/LEGEKONTORET'
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** An order that arrives for the patient of these tests. */
function arriving(order: number): NewMessage {
  const body = Buffer.from(orderMessage({ patient: PATIENT, order }))
  const door = hl7v2Protocol.check(body, { zone: ZONE, syntheticIds: 'accept', processingIds: ['P'] })
  const envelope = door.kind === 'accept' ? door.items[0] : undefined
  assert.ok(envelope)
  return {
    id: messageId(randomUUID()),
    envelope,
    body,
    contentType: 'application/hl7-v2',
    contentHash: sha256(body),
    state: 'waiting',
    answer: { status: 200, contentType: 'application/hl7-v2', body: 'MSA|AA' },
    receivedAt: new Date().toISOString(),
  }
}

const PERSON: Patient = {
  resourceType: 'Patient',
  identifier: [{ system: SYSTEM, value: patientNumber(PATIENT) }],
  name: [{ family: 'Prøve' }],
}
const create = (body: FhirResource): WriteRequest => ({
  method: 'create',
  type: body.resourceType,
  body,
  clientId: 'test',
})

/** The store, with `before` in front of the first commits of FHIR writes. */
function interrupted(store: Store, times: number, before: (nth: number) => Promise<unknown>): Store {
  const left = { times }
  return {
    ...store,
    commit: async (claim, effect) => {
      if (effect.message.kind === 'new' && left.times > 0) {
        left.times -= 1
        await before(times - left.times)
      }
      await store.commit(claim, effect)
    },
  }
}

describeStores('a FHIR write', await availableBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  const patient = async (): Promise<string> => {
    const written = await writeResource(await writeDeps(current().store), create(PERSON))
    return written.id
  }
  const statement = (subject: string): MedicationStatement => ({
    resourceType: 'MedicationStatement',
    status: 'active',
    medicationCodeableConcept: { text: 'Ibux' },
    subject: { reference: `Patient/${subject}` },
    dateAsserted: '2026-11-20',
  })

  it('goes behind messages that arrive while it is made', async () => {
    const { store } = current()
    const id = await patient()
    const arrived: string[] = []
    const deps = await writeDeps(
      interrupted(store, 2, async (nth) => {
        const [accepted] = await store.accept([arriving(nth)])
        assert.equal(accepted?.kind, 'stored')
        arrived.push(accepted.id)
      }),
    )
    const written = await writeResource(deps, create(statement(id)))
    assert.equal(written.status, 201)
    assert.equal(arrived.length, 2)
    for (const message of arrived)
      assert.equal((await store.message(messageId(message)))?.state, 'done', 'worked off before the write')
    const rows = await store.messages({ channel: 'fhir', limit: 10 })
    assert.equal(rows.length, 2, 'one row for the Patient, one for the statement')
  })

  it('gives up when messages arrive faster than they are worked off for the whole waiting time', async () => {
    const { store } = current()
    const id = await patient()
    const started = Date.now()
    const time = { passed: 0 }
    const deps = await writeDeps(
      interrupted(store, Number.POSITIVE_INFINITY, async () => {
        time.passed += LANE_WAIT_MS_MAX
        await store.accept([arriving(time.passed)])
      }),
    )
    const clock = () => started + time.passed
    await assert.rejects(writeResource({ ...deps, clock }, create(statement(id))), { code: 'LANE_BUSY' })
    assert.equal((await store.messages({ channel: 'fhir', limit: 10 })).length, 1, 'nothing of it is stored')
  })

  it('is for the person whom a message made a moment earlier', async () => {
    const { store } = current()
    const deps = await writeDeps(
      interrupted(store, 1, async () => {
        await store.accept([arriving(1)])
      }),
    )
    await assert.rejects(writeResource(deps, create(PERSON)), { code: 'IDENTITY_CONFLICT' })
    const condition = { kind: 'identifier', system: SYSTEM, value: patientNumber(PATIENT) } as const
    const found = await writeResource(deps, { ...create(PERSON), condition })
    assert.equal(found.status, 200)
    assert.deepEqual(await store.findPersons([condition]), [found.id])
  })
})
