import assert from 'node:assert/strict'
import type { Bundle, CareTeam, Parameters, Patient, Reference, Resource, Task } from 'fhir/r4.js'
import { FNR } from '../../src/core/canonical.js'
import { m1, m251 } from '../support/kith-fixtures.js'
import { fastlege, inger, sykehuslege } from '../support/kith-people.js'
import { type RunningHub, runHub } from '../support/running-hub.js'

const MINUTE_MS = 60_000
/** `YYYYMMDDHHMMSS.SSS+0000`. */
const hl7Time = (instant: number): string => `${new Date(instant).toISOString().replace(/[-:TZ]/g, '')}+0000`

describe('the baton through the whole hub', function () {
  this.timeout(60_000)
  let running: RunningHub
  let begun = 0

  before(async () => {
    running = await runHub()
    begun = Date.now()
  })
  after(() => running.hub.stop())

  const send = async (surface: string, text: string, type: string) => {
    const { messageId, status, text: answer } = await running.send(surface, text, type)
    assert.equal(status, 200, answer)
    assert.equal((await running.settled(messageId)).state, 'done')
  }
  const adt = (trigger: string, visit: string) =>
    send(
      'hl7v2',
      [
        `MSH|^~\\&|PAS|SYKEHUSET|STAFETT|HUB|${hl7Time(Date.now())}||ADT^${trigger}^ADT_A01|${trigger}-${Date.now()}|P|2.5.1|||AL|NE||UNICODE UTF-8`,
        `EVN|${trigger}|${hl7Time(Date.now())}`,
        `PID|1||${inger.id}^^^&2.16.578.1.12.4.1.4.1&ISO^NNNOR||Prøve^Inger||19430517|F`,
        `PD1||||${Number(fastlege.hpr)}^${fastlege.family}^${fastlege.given}^^^^^^HPR`,
        visit,
        '',
      ].join('\r'),
      'application/hl7-v2',
    )
  const pv1 = (ward: string, admitted: number, discharged?: number) => {
    const fields: Record<number, string> = {
      1: '1',
      2: 'I',
      3: `${ward}^12^1^SYKEHUSET`,
      19: 'V-1',
      44: hl7Time(admitted),
      ...(discharged === undefined ? {} : { 45: hl7Time(discharged) }),
    }
    return `PV1|${Array.from({ length: 45 }, (_one, index) => fields[index + 1] ?? '').join('|')}`
  }
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${running.url}/fhir/${path}`)
    assert.equal(response.status, 200, path)
    return (await response.json()) as T
  }
  const patientId = async (): Promise<string> => {
    const response = await fetch(`${running.url}/fhir/Patient/_search`, {
      method: 'POST',
      body: `identifier=${encodeURIComponent(`${FNR}|${inger.id}`)}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    const found = (await response.json()) as Bundle<Patient>
    return found.entry?.[0]?.resource?.id ?? ''
  }
  const offers = async (): Promise<Task[]> => {
    const found = await get<Bundle<Task>>(`Task?patient=${await patientId()}&status=requested`)
    return (found.entry ?? [])
      .flatMap(({ resource }) => resource ?? [])
      .filter(({ code }) => code?.coding?.[0]?.code === 'baton-offer')
  }
  const answer = (name: string, id: string | undefined, author: Reference, onBehalfOf?: Reference) =>
    fetch(`${running.url}/fhir/Task/${id}/$${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Parameters',
        parameter: [
          { name: 'author', valueReference: author },
          ...(onBehalfOf === undefined ? [] : [{ name: 'onBehalfOf', valueReference: onBehalfOf }]),
        ],
      } satisfies Parameters),
    })
  const readList = async () => {
    const bundle = await get<Bundle>(`Patient/${await patientId()}/$medication-list`)
    const all = (bundle.entry ?? []).flatMap(({ resource }) => resource ?? [])
    return {
      team: all.find((one: Resource): one is CareTeam => one.resourceType === 'CareTeam'),
      suspended: all.some(({ resourceType }) => resourceType === 'Flag'),
    }
  }
  const holders = async () =>
    ((await readList()).team?.participant ?? [])
      .filter(({ role }) => role?.[0]?.coding?.[0]?.code === 'list-holder')
      .map(({ member, period }) => [member?.display, period?.end === undefined])
  const doctor = (who: typeof fastlege): Reference => ({
    type: 'Practitioner',
    identifier: { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: String(Number(who.hpr)) },
    display: `${who.given} ${who.family}`,
  })

  it('has the author of the M25.1 act as holder', async () => {
    await send('eresept', m1(), 'application/xml')
    await send('eresept', m251(), 'application/xml')
    assert.deepEqual(
      (await holders()).map(([, open]) => open),
      [true],
    )
  })

  it('offers the list to the ward by an ADT^A01; the ward accepts over HTTP', async () => {
    await adt('A01', pv1('MED1', begun - 10 * MINUTE_MS))
    const [offer] = await offers()
    assert.equal(offer?.reasonCode?.coding?.[0]?.code, 'admission')
    assert.match(offer?.owner?.display ?? '', /MED1/)
    assert.equal(
      (await answer('baton-accept', offer?.id, doctor(sykehuslege))).status,
      409,
      'not for the ward',
    )
    const { extension: _extension, ...ward } = offer?.owner ?? {}
    const accepted = await answer('baton-accept', offer?.id, doctor(sykehuslege), ward)
    assert.equal(accepted.status, 200, await accepted.clone().text())
    assert.deepEqual((await holders()).at(-1), [ward.display, true])
    assert.equal((await holders()).filter(([, open]) => open).length, 1)
    assert.equal((await readList()).suspended, true, 'rolls and devices pause during the stay')
  })

  it('offers it to the receiving ward when another point of care is told, not when another bed is', async () => {
    await adt('A08', pv1('MED1', begun - 10 * MINUTE_MS).replace('^12^1^', '^14^2^'))
    assert.deepEqual(await offers(), [])
    await adt('A08', pv1('KIR2', begun - 10 * MINUTE_MS))
    const [offer] = await offers()
    assert.equal(offer?.reasonCode?.coding?.[0]?.code, 'transfer')
    assert.match(offer?.owner?.display ?? '', /KIR2/)
    assert.equal((await answer('baton-reject', offer?.id, doctor(sykehuslege), offer?.owner)).status, 200)
  })

  it('offers it to the general practitioner at the discharge, who accepts', async () => {
    await adt('A08', pv1('KIR2', begun - 10 * MINUTE_MS, Date.now()))
    const [offer] = await offers()
    assert.equal(offer?.reasonCode?.coding?.[0]?.code, 'discharge')
    assert.equal(offer?.businessStatus?.coding?.[0]?.code, 'unattested')
    const accepted = await answer('baton-accept', offer?.id, doctor(fastlege))
    assert.equal(accepted.status, 200, await accepted.clone().text())
    assert.equal(((await accepted.json()) as Task).status, 'accepted')
    const open = (await holders()).filter(([, lasts]) => lasts)
    assert.equal(open.length, 1)
    assert.match(String(open[0]?.[0]), /Fastlegesen/)
    const tasks = await get<Bundle<Task>>(`Task?patient=${await patientId()}&status=requested`)
    assert.ok(
      tasks.entry?.some(({ resource }) => resource?.code?.coding?.[0]?.code === 'reconcile'),
      'the first thing that the receiver is asked for',
    )
  })
})
