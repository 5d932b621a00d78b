import assert from 'node:assert/strict'
import type { Bundle, DetectedIssue, FhirResource, List, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { ENTRY_ID, MSG_ID, m1, m251 } from '../support/kith-fixtures.js'
import { createOwnDatabase, type OwnDatabase, postgresAnswers } from '../support/reachable.js'
import { type RunningHub, runHub } from '../support/running-hub.js'

describe('readers of the list', function () {
  this.timeout(60_000)
  let running: RunningHub
  let database: OwnDatabase | undefined
  let patient: string

  const json = async <T>(path: string, headers: Record<string, string> = {}): Promise<T> => {
    const response = await fetch(`${running.url}/fhir/${path}`, { headers })
    assert.equal(response.status, 200, await response.clone().text())
    return (await response.json()) as T
  }
  const found = async (path: string): Promise<FhirResource[]> =>
    ((await json<Bundle<FhirResource>>(path)).entry ?? []).flatMap(({ resource }) => resource ?? [])
  const idsOf = (resources: readonly FhirResource[]) => resources.map(({ id }) => id ?? '').sort()
  const send = async (message: string): Promise<void> => {
    const { status, messageId } = await running.send('eresept', message, 'application/xml')
    assert.equal(status, 200)
    assert.equal((await running.settled(messageId)).state, 'done')
  }
  const lines = async (): Promise<MedicationStatement[]> =>
    ((await json<Bundle<FhirResource>>(`Patient/${patient}/$medication-list`)).entry ?? []).flatMap(
      ({ resource }) => (resource?.resourceType === 'MedicationStatement' ? [resource] : []),
    )

  before(async () => {
    database = (await postgresAnswers()) ? await createOwnDatabase('stafett_readers') : undefined
    running = await runHub(database === undefined ? {} : { DATABASE_URL: database.url })
    await send(m251())
    const [person] = await found('Patient?_count=1')
    patient = person?.id ?? ''
  })
  after(async () => {
    await running.hub.stop()
    await database?.drop()
  })

  it('find each treatment once by _list=$current-medications', async () => {
    const listed = await found(`MedicationStatement?patient=${patient}&_list=$current-medications`)
    assert.deepEqual(idsOf(listed), idsOf(await lines()))
    assert.ok(listed.length > 0)
    const all = await found(`MedicationStatement?patient=${patient}`)
    assert.ok(all.length > listed.length, 'rows of the source are found beside the lines')
  })

  it('find the List with its lines in the versions that it names', async () => {
    const [list, ...others] = await found(
      `List?patient=${patient}&code=http://loinc.org|10160-0&status=current&_include=List:item`,
    )
    assert.equal(list?.resourceType, 'List')
    const named = ((list as List).entry ?? []).map(({ item }) => item.reference)
    assert.deepEqual(
      others.map(({ resourceType, id, meta }) => `${resourceType}/${id}/_history/${meta?.versionId}`).sort(),
      [...named].sort(),
    )
  })

  it('find lines by state, treatment and slot, and no row of a source by line-state', async () => {
    const own = idsOf(await lines())
    assert.deepEqual(idsOf(await found(`MedicationStatement?patient=${patient}&line-state=active`)), own)
    const treated = await found(
      `MedicationStatement?patient=${patient}&treatment-id=urn:uuid:${ENTRY_ID}&_tag=line`,
    )
    assert.equal(treated.length, 1)
    assert.deepEqual(idsOf(await found(`MedicationStatement?patient=${patient}&slot=NIGHT&_tag=line`)), [])
  })

  it('find the same treatments by prescriptions and plans as on the list', async () => {
    const treatments = async () => {
      const requests = await found(
        `MedicationRequest?patient=${patient}&intent=order,plan&status=active,on-hold`,
      )
      const refs = new Set(requests.map(({ resourceType, id }) => `${resourceType}/${id}`))
      const current = (await lines()).filter(({ status }) => status === 'active' || status === 'on-hold')
      const planned = new Set(
        requests.flatMap((request) =>
          request.resourceType === 'MedicationRequest'
            ? (request.supportingInformation ?? []).map(({ reference }) => reference)
            : [],
        ),
      )
      return current.map(
        ({ id, derivedFrom = [] }) =>
          planned.has(`MedicationStatement/${id}`) ||
          derivedFrom.some(({ reference }) => refs.has(reference ?? '')),
      )
    }
    assert.deepEqual(await treatments(), [true])
    await send(m1({ msgId: MSG_ID }))
    assert.deepEqual(await treatments(), [true])
    const plans = await found(`MedicationRequest?patient=${patient}&intent=plan&status=active`)
    assert.deepEqual(plans, [], 'the prescription has taken over')
  })

  it('are shown what is given today', async () => {
    const bundle = await json<Bundle<FhirResource>>(`Patient/${patient}/$medication-list?view=today`)
    const shown = (bundle.entry ?? []).flatMap(({ resource }) =>
      resource?.resourceType === 'MedicationStatement' ? (resource.extension ?? []) : [],
    )
    assert.ok(shown.some(({ url }) => url === extensionUrl('today-dose')))
    const past = await fetch(
      `${running.url}/fhir/Patient/${patient}/$medication-list?view=today&at=2026-01-01`,
    )
    assert.equal(past.status, 400)
  })

  it('find what is packed as multidose', async () => {
    const written = await fetch(`${running.url}/fhir/MedicationStatement`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'MedicationStatement',
        status: 'active',
        subject: { reference: `Patient/${patient}` },
        medicationCodeableConcept: { text: 'Pakket tab 5 mg' },
        dateAsserted: '2026-11-20T10:00:00+01:00',
        extension: [{ url: extensionUrl('multidose'), valueBoolean: true }],
      }),
    })
    assert.equal(written.status, 201, await written.clone().text())
    const packed = await found(`MedicationStatement?patient=${patient}&multidose=true&_tag=line`)
    assert.deepEqual(
      packed.map((line) => (line as MedicationStatement).medicationCodeableConcept?.text),
      ['Pakket tab 5 mg'],
    )
  })

  it('find discrepancies by the line that they are about', async () => {
    await send(m1({ msgId: 'a1b2c3d4-0000-4000-8000-00000000f001' }))
    const issues = (await found(`DetectedIssue?patient=${patient}&status=preliminary`)) as DetectedIssue[]
    const line = issues
      .flatMap(({ implicated }) => implicated ?? [])
      .map(({ reference }) => reference?.split('/'))
      .find((parts) => parts?.[0] === 'MedicationStatement')?.[1]
    assert.ok(line !== undefined)
    const about = await found(`DetectedIssue?patient=${patient}&line=${line}&status=preliminary`)
    assert.ok(about.length > 0)
    assert.deepEqual(await found(`DetectedIssue?patient=${patient}&line=nobody`), [])
  })

  it('are told by the code on a card whether it is still the newest', async () => {
    const version = async () =>
      (await json<Bundle<FhirResource>>(`Patient/${patient}/$medication-list`)).entry?.[0]?.resource
    const list = await version()
    const page = (n: string) => fetch(`${running.url}/card/${list?.id}/${n}`)
    const newest = list?.meta?.versionId ?? ''
    assert.equal((await page(newest)).status, 200)
    assert.equal((await page(String(Number(newest) + 1))).status, 404)
    assert.equal((await page('x')).status, 404)
    await send(m1({ msgId: 'a1b2c3d4-0000-4000-8000-00000000f003' }))
    const old = await page(newest)
    assert.equal(old.status, 410)
    assert.match(await old.text(), /^Listen er endret/)
  })

  it('get a card whose Bundle and PDF belong together', async () => {
    const bundle = await json<Bundle<FhirResource>>(`Patient/${patient}/$medication-card`, {
      'accept-language': 'sv',
    })
    const types = (bundle.entry ?? []).map(({ resource }) => resource?.resourceType)
    assert.equal(types[0], 'List')
    assert.ok(types.includes('Patient'))
    const last = bundle.entry?.at(-1)?.resource
    assert.ok(last?.resourceType === 'Binary')
    assert.ok(
      Buffer.from(last.data ?? '', 'base64')
        .toString('latin1')
        .startsWith('%PDF-1.7'),
    )
  })
})
