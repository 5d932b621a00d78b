import assert from 'node:assert/strict'
import type { CareTeam, Flag, ParametersParameter, Patient, Provenance, Reference, Task } from 'fhir/r4.js'
import { codeSystemUrl, HER } from '../../../src/core/canonical.js'
import type { ClientOperation, OperationRequest } from '../../../src/hub/operations/client-operation.js'
import { performOperation } from '../../../src/hub/perform-operation.js'
import { writeResource } from '../../../src/hub/write-resource.js'
import { describeStores, someBackends } from '../../support/backends.js'
import { practitioner } from '../../support/person-in-memory.js'
import { testValidation } from '../../support/validation.js'
import { writeDeps } from '../../support/write-deps.js'

const HOLDER = practitioner(1)
const OTHER = practitioner(2)
const PRACTICE: Reference = {
  type: 'Organization',
  identifier: { system: HER, value: '80099' },
  display: 'Legekontoret',
}

/** States that the list is right, as the engine reads it of any client. */
const stateRight: ClientOperation = {
  name: 'state-right',
  ifMatch: 'none',
  apply: ({ newId, now, person }) => {
    const statement: Provenance = {
      resourceType: 'Provenance',
      id: newId(),
      target: [{ reference: `List/${person.list?.id}/_history/${person.list?.version}` }],
      activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: 'attest' }] },
      occurredDateTime: now,
      recorded: now,
      agent: [{ who: HOLDER }],
    }
    return { resources: [statement], answer: ({ list }) => list!.resource }
  },
}

describeStores('operations on the baton', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  const openPerson = async () => {
    const { store } = current()
    const base = await writeDeps(store)
    const deps = { ...base, operations: new Map([...base.operations, [stateRight.name, stateRight]]) }
    const body: Patient = { resourceType: 'Patient', name: [{ family: 'Prøve' }] }
    const { id } = await writeResource(deps, { method: 'create', type: 'Patient', body, clientId: 'epj' })
    const all = async () => [
      ...(await store.loadPerson((await store.read('Patient', id))!.personId as never)).resources.values(),
    ]
    const list = async () => (await all()).find(({ layer, type }) => layer === 'line' && type === 'List')!
    const perform = async (
      operation: string,
      target: string,
      parameter: readonly ParametersParameter[],
      more: Partial<OperationRequest> = {},
    ) => {
      const [type = '', targetId = ''] = target.split('/')
      const { text } = await performOperation(deps, {
        operation,
        type,
        id: targetId,
        parameters: {
          resourceType: 'Parameters',
          ...(parameter.length === 0 ? {} : { parameter: [...parameter] }),
        },
        ifMatch: [(await list()).version],
        clientId: 'epj',
        key: undefined,
        ...more,
      })
      return JSON.parse(text) as Task
    }
    await perform('state-right', `Patient/${id}`, [])
    const offer = async (receiver: Reference, author = HOLDER, more: readonly ParametersParameter[] = []) =>
      perform('baton-offer', `List/${(await list()).id}`, [
        { name: 'author', valueReference: author },
        { name: 'receiver', valueReference: receiver },
        ...more,
      ])
    const act = (name: string, { id: task }: Task, author: Reference, onBehalfOf?: Reference) =>
      perform(name, `Task/${task}`, [
        { name: 'author', valueReference: author },
        ...(onBehalfOf === undefined ? [] : [{ name: 'onBehalfOf', valueReference: onBehalfOf }]),
      ])
    const holder = async (): Promise<(string | undefined)[]> =>
      (await all())
        .flatMap(({ layer, resource }) =>
          layer === 'line' && resource.resourceType === 'CareTeam' ? [resource as CareTeam] : [],
        )
        .flatMap(({ participant }) => participant ?? [])
        .filter(
          ({ period, role }) => role?.[0]?.coding?.[0]?.code === 'list-holder' && period?.end === undefined,
        )
        .map(({ member }) => member?.display)
    const stored = async <T extends Task | Flag>(type: T['resourceType']): Promise<T[]> =>
      (await all()).flatMap(({ resource }) => (resource.resourceType === type ? [resource as T] : []))
    return { id, deps, all, list, perform, offer, act, holder, stored }
  }

  it('moves the list when its receiver accepts, and not before', async () => {
    const person = await openPerson()
    assert.deepEqual(await person.holder(), ['Lege 1'])
    const task = await person.offer(OTHER)
    assert.equal(task.status, 'requested')
    assert.equal(task.businessStatus?.coding?.[0]?.code, 'attested')
    assert.deepEqual(await person.holder(), ['Lege 1'])
    const accepted = await person.act('baton-accept', task, OTHER)
    assert.equal(accepted.status, 'completed', 'its giver had attested the list')
    assert.deepEqual(await person.holder(), ['Lege 2'])
  })

  it('takes nobody for the holder because a client’s own team says so', async () => {
    const person = await openPerson()
    const body: CareTeam = {
      resourceType: 'CareTeam',
      status: 'active',
      category: [
        { coding: [{ system: codeSystemUrl('care-team-category'), code: 'medlist-responsibility' }] },
      ],
      subject: { reference: `Patient/${person.id}` },
      participant: [
        {
          role: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: 'list-holder-delegate' }] }],
          member: OTHER,
        },
      ],
    }
    await writeResource(person.deps, { method: 'create', type: 'CareTeam', body, clientId: 'epj' })
    await assert.rejects(person.offer(practitioner(3), OTHER), { code: 'STATE_CONFLICT' })
    assert.deepEqual(await person.stored<Task>('Task'), [])
  })

  it('lets exactly one of many who accept at once take the list', async () => {
    const person = await openPerson()
    const task = await person.offer(PRACTICE)
    const doctors = Array.from({ length: 6 }, (_one, index) => practitioner(10 + index))
    const outcomes = await Promise.allSettled(
      doctors.map((doctor) => person.act('baton-accept', task, doctor, PRACTICE)),
    )
    const refused = outcomes.flatMap((one) =>
      one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
    )
    const taken = new Set(
      outcomes.flatMap((one) => (one.status === 'fulfilled' ? [JSON.stringify(one.value.output)] : [])),
    )
    assert.equal(taken.size, 1)
    assert.equal(refused.length, 5)
    assert.ok(refused.every((code) => code === 'STATE_CONFLICT'))
    assert.deepEqual(await person.holder(), ['Legekontoret'], 'the practice holds it, whoever accepted')
  })

  it('gives the same answer to the same acceptance again', async () => {
    const person = await openPerson()
    const task = await person.offer(OTHER)
    const first = await person.act('baton-accept', task, OTHER)
    assert.deepEqual(await person.act('baton-accept', task, OTHER), first)
  })

  it('lets nobody offer a list that somebody else holds, or accept one that was not offered', async () => {
    const person = await openPerson()
    await assert.rejects(person.offer(HOLDER, OTHER), { code: 'STATE_CONFLICT' })
    await assert.rejects(person.offer(HOLDER), { code: 'STATE_CONFLICT' })
    const task = await person.offer(OTHER)
    await assert.rejects(person.act('baton-accept', task, practitioner(3)), { code: 'STATE_CONFLICT' })
    await assert.rejects(person.act('baton-withdraw', task, practitioner(3)), { code: 'STATE_CONFLICT' })
    assert.deepEqual(await person.holder(), ['Lege 1'])
  })

  it('refuses an offer on a list that has moved, and one that names no list', async () => {
    const person = await openPerson()
    const { id, version } = await person.list()
    const asked = [
      { name: 'author', valueReference: HOLDER },
      { name: 'receiver', valueReference: OTHER },
    ]
    await assert.rejects(person.perform('baton-offer', `List/${id}`, asked, { ifMatch: [version - 1] }), {
      code: 'VERSION_STALE',
    })
    await assert.rejects(person.perform('baton-offer', `List/${id}`, asked, { ifMatch: undefined }), {
      code: 'PRECONDITION_REQUIRED',
    })
  })

  it('leaves the giver responsible after a refusal, and after taking the offer back', async () => {
    const person = await openPerson()
    const refused = await person.act('baton-reject', await person.offer(OTHER), OTHER)
    assert.equal(refused.status, 'rejected')
    const offered = await person.offer(OTHER)
    const withdrawn = await person.act('baton-withdraw', offered, HOLDER)
    assert.equal(withdrawn.status, 'cancelled')
    await assert.rejects(person.act('baton-accept', offered, OTHER), { code: 'STATE_CONFLICT' })
    assert.deepEqual(await person.holder(), ['Lege 1'])
  })

  it('lets the former offer lapse when the holder makes another', async () => {
    const person = await openPerson()
    const first = await person.offer(OTHER)
    const second = await person.offer(practitioner(3))
    await assert.rejects(person.act('baton-accept', first, OTHER), { code: 'STATE_CONFLICT' })
    await person.act('baton-accept', second, practitioner(3))
    assert.deepEqual(await person.holder(), ['Lege 3'])
    assert.deepEqual(
      (await person.stored<Task>('Task'))
        .filter(({ code }) => code?.coding?.[0]?.code === 'baton-offer')
        .map(({ status }) => status)
        .sort(),
      ['cancelled', 'completed'],
    )
  })

  it('shows who acts for the holder, who may offer the list, until the holder ends it', async () => {
    const person = await openPerson()
    const { id } = await person.list()
    const to = new Date(Date.now() + 86_400_000).toISOString()
    const delegation = await person.perform('baton-delegate', `List/${id}`, [
      { name: 'author', valueReference: HOLDER },
      { name: 'delegate', valueReference: OTHER },
      { name: 'to', valueInstant: to },
    ])
    const delegates = async () =>
      (await person.all())
        .flatMap(({ layer, resource }) =>
          layer === 'line' && resource.resourceType === 'CareTeam' ? (resource.participant ?? []) : [],
        )
        .filter(({ role }) => role?.[0]?.coding?.[0]?.code === 'list-holder-delegate')
        .map(({ member, period }) => [member?.display, period?.end])
    assert.deepEqual(await delegates(), [['Lege 2', to]])
    const offered = await person.offer(practitioner(3), OTHER)
    assert.equal(offered.requester?.display, 'Lege 1')
    const ended = await person.act('baton-withdraw', delegation, HOLDER)
    assert.equal(ended.status, 'cancelled')
    assert.notDeepEqual(await delegates(), [['Lege 2', to]])
    await assert.rejects(person.offer(practitioner(4), OTHER), { code: 'STATE_CONFLICT' })
  })

  it('offers the list to the doctor of the nursing home that a client tells of', async () => {
    const person = await openPerson()
    const told: CareTeam = {
      resourceType: 'CareTeam',
      status: 'active',
      subject: { reference: `Patient/${person.id}` },
      participant: [
        {
          role: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: 'nursing-home-doctor' }] }],
          member: OTHER,
          period: { start: new Date(Date.now() - 60_000).toISOString() },
        },
      ],
    }
    await writeResource(person.deps, { method: 'create', type: 'CareTeam', body: told, clientId: 'kommune' })
    const offers = async () =>
      (await person.stored<Task>('Task')).filter(({ code }) => code?.coding?.[0]?.code === 'baton-offer')
    assert.deepEqual(
      (await offers()).map(({ owner, reasonCode, status }) => [
        owner?.display,
        reasonCode?.coding?.[0]?.code,
        status,
      ]),
      [['Lege 2', 'nursing-home-move', 'requested']],
    )
  })

  it('retires the list at death, and takes it up again when the message was wrong', async () => {
    const person = await openPerson()
    const task = await person.offer(OTHER)
    const patient = (more: Partial<Patient>) =>
      writeResource(person.deps, {
        method: 'update',
        type: 'Patient',
        id: person.id,
        body: { resourceType: 'Patient', id: person.id, name: [{ family: 'Prøve' }], ...more },
        clientId: 'epj',
      })
    await patient({ deceasedBoolean: true })
    const status = async () => ((await person.list()).resource as { status: string }).status
    assert.equal(await status(), 'retired')
    assert.deepEqual(await person.holder(), [])
    await assert.rejects(person.act('baton-accept', task, OTHER), { code: 'STATE_CONFLICT' })
    await patient({})
    assert.equal(await status(), 'current')
    assert.deepEqual(await person.holder(), ['Lege 1'])
  })
})
