/** Decisions on the list over HTTP: what is asked back, what is refused and how (medication-list.md 9 and 11). */
import assert from 'node:assert/strict'
import type { Bundle, List, MedicationStatement, OperationOutcome, ParametersParameter } from 'fhir/r4.js'
import { decision, once, reason } from '../support/list-acts.js'
import { practitioner } from '../support/person-in-memory.js'
import { type RunningHub, runHub } from '../support/running-hub.js'

const FHIR_JSON = { 'content-type': 'application/fhir+json' }

describe('decisions on the list over FHIR', function () {
  this.timeout(60_000)
  let hub: RunningHub
  let patient: string
  before(async () => {
    hub = await runHub()
  })
  after(() => hub.hub.stop())

  const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${hub.url}/fhir/${path}`, {
      method,
      body: JSON.stringify(body),
      headers: { ...FHIR_JSON, ...headers },
    })
  const create = async (body: { resourceType: string }): Promise<string> => {
    const response = await send('POST', body.resourceType, body)
    assert.equal(response.status, 201, await response.clone().text())
    return ((await response.json()) as { id: string }).id
  }
  const read = async () => {
    const response = await fetch(`${hub.url}/fhir/Patient/${patient}/$medication-list`)
    const bundle = (await response.json()) as Bundle
    const resources = bundle.entry!.map(({ resource }) => resource!)
    const list = resources.find((one): one is List => one.resourceType === 'List')!
    const lines = resources.filter(
      (one): one is MedicationStatement => one.resourceType === 'MedicationStatement',
    )
    const extension = (name: string) => list.extension?.find(({ url }) => url.endsWith(`/${name}`))
    return {
      etag: response.headers.get('etag')!,
      list,
      lines,
      fingerprint: extension('source-fingerprint')!.valueString!,
      badge: extension('attestation')?.extension?.find(({ url }) => url === 'state')?.valueCode,
    }
  }
  const operate = (
    operation: string,
    path: string,
    parameter: readonly ParametersParameter[],
    headers: Record<string, string>,
  ) => send('POST', `${path}/$${operation}`, { resourceType: 'Parameters', parameter }, headers)
  const refusal = async (response: Response): Promise<[number, string]> => {
    const { issue } = (await response.json()) as OperationOutcome
    return [response.status, issue[0]!.details!.coding![0]!.code!]
  }
  const reconcile = (fingerprint: string, ...decisions: ParametersParameter[]): ParametersParameter[] => [
    { name: 'author', valueReference: practitioner(1) },
    { name: 'sourceFingerprint', valueString: fingerprint },
    ...decisions,
  ]

  beforeEach(async () => {
    patient = await create({ resourceType: 'Patient' })
    for (const [text, when] of [
      ['Prøvostatin 20 mg', 'EVE'],
      ['Prøvopril 5 mg', 'MORN'],
    ] as const)
      await create({
        resourceType: 'MedicationRequest',
        status: 'active',
        intent: 'order',
        subject: { reference: `Patient/${patient}` },
        authoredOn: new Date().toISOString(),
        requester: practitioner(2),
        medicationCodeableConcept: { text },
        dosageInstruction: [once(when)],
      } as { resourceType: string })
  })

  it('answers 428, 412, 409, 422 and 400, and then does it', async () => {
    const { etag, fingerprint, lines, list } = await read()
    const path = `List/${list.id}`
    const all = lines.map(({ id }) => decision('continue', id))
    const match = { 'if-match': etag }
    assert.deepEqual(await refusal(await operate('reconcile', path, reconcile(fingerprint, ...all), {})), [
      428,
      'PRECONDITION_REQUIRED',
    ])
    const stale = { 'if-match': 'W/"1"' }
    assert.deepEqual(await refusal(await operate('reconcile', path, reconcile(fingerprint, ...all), stale)), [
      412,
      'VERSION_STALE',
    ])
    const wrong = await operate('reconcile', path, reconcile('of another list', ...all), match)
    assert.deepEqual(await refusal(wrong), [409, 'STATE_CONFLICT'])
    const some = await operate('reconcile', path, reconcile(fingerprint, ...all.slice(1)), match)
    assert.deepEqual(await refusal(some), [422, 'RESOURCE_INVALID'])
    const unknown = await operate('reconcile', path, [{ name: 'verdict', valueCode: 'good' }], match)
    assert.deepEqual(await refusal(unknown), [400, 'RESOURCE_STRUCTURE'])
    assert.equal((await read()).etag, etag, 'nothing was stored')
    const done = await operate('reconcile', path, reconcile(fingerprint, ...all), match)
    assert.equal(done.status, 200, await done.clone().text())
    assert.equal(((await done.json()) as List).meta?.versionId, String(Number(list.meta?.versionId) + 1))
    assert.equal(done.headers.get('etag'), (await read()).etag)
  })

  it('answers one of several at the same time, and a request sent again with the same key', async () => {
    const { etag, fingerprint, lines, list } = await read()
    const stop = reconcile(
      fingerprint,
      decision('stop', lines[0]!.id, { reason: reason('svimmel') }),
      decision('continue', lines[1]!.id),
    )
    const keyed = (key: string) =>
      operate('reconcile', `List/${list.id}`, stop, { 'if-match': etag, 'idempotency-key': `nokkel-${key}` })
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(keyed))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412])
    const place = answers.findIndex(({ status }) => status === 200)
    const again = await keyed(['a', 'b', 'c', 'd'][place]!)
    assert.equal(again.status, 200)
    assert.equal(await again.text(), await answers[place]!.text())
    assert.equal(again.headers.get('etag'), answers[place]!.headers.get('etag'))
  })

  it('shows who attested, and lets nobody write what the hub derives', async () => {
    const before = await read()
    assert.equal(before.badge, 'never')
    const path = `List/${before.list.id}`
    const all = before.lines.map(({ id }) => decision('continue', id))
    const done = await operate('reconcile', path, reconcile(before.fingerprint, ...all), {
      'if-match': before.etag,
    })
    const attested = await operate(
      'attest',
      path,
      [
        { name: 'author', valueReference: practitioner(1) },
        { name: 'basis', valueCode: 'patient-asked' },
      ],
      { 'if-match': done.headers.get('etag')! },
    )
    assert.equal(attested.status, 200, await attested.clone().text())
    const after = await read()
    assert.equal(after.badge, 'attested')
    const [line] = after.lines
    const put = await send('PUT', `MedicationStatement/${line!.id}`, line)
    assert.deepEqual(await refusal(put), [405, 'METHOD_NOT_ALLOWED'])
    for (const [type, id] of [
      ['List', after.list.id],
      ['Task', 'any'],
      ['DetectedIssue', 'any'],
    ])
      assert.equal((await send('PUT', `${type}/${id}`, { resourceType: type, id })).status, 405, type)
  })
})
