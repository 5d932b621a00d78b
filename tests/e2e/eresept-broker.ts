import assert from 'node:assert/strict'
import type { Bundle, Resource } from 'fhir/r4.js'
import { FNR } from '../../src/core/canonical.js'
import {
  forwarded,
  MSG_ID_OF_ANSWER,
  m7,
  m52,
  m96,
  m241,
  m242,
  m912,
} from '../support/kith-broker-fixtures.js'
import { base64, M251_ID, m1, m5, m10, m251 } from '../support/kith-fixtures.js'
import { inger, liis, type PersonFixture, person, torstein } from '../support/kith-people.js'
import type { RunningHub } from '../support/running-hub.js'

const XML = 'application/xml'
const XML_TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwcsO4dmUifQ.c2lnbmF0dXJl'

/** What the broker sends, through the whole hub. */
export function brokerCases(running: () => RunningHub): void {
  let sent = 0

  const send = async (xml: string, state = 'done') => {
    const { messageId, status, text } = await running().send('eresept', xml, XML)
    assert.equal(status, 200, text)
    const settled = await running().settled(messageId)
    assert.equal(settled.state, state, JSON.stringify(settled.reason))
    return { messageId, text, settled }
  }
  const freshId = (): string => `a1b2c3d4-0000-4000-a000-${String(++sent).padStart(12, '0')}`
  const search = async (type: string, who: PersonFixture): Promise<Resource[]> => {
    const response = await fetch(`${running().url}/fhir/${type}/_search`, {
      method: 'POST',
      body: `patient.identifier=${encodeURIComponent(`${FNR}|${who.id}`)}${type === 'MedicationRequest' ? '&intent=order' : ''}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    // A search answers with a Bundle.
    const bundle = (await response.json()) as Bundle
    assert.equal(bundle.resourceType, 'Bundle', JSON.stringify(bundle))
    return (bundle.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource]))
  }
  const only = async (type: string, who: PersonFixture): Promise<Record<string, unknown>> => {
    const found = await search(type, who)
    assert.equal(found.length, 1, `${found.length} of ${type}`)
    return { ...found[0] }
  }

  it('an M8 brings its prescription along; its M10 adds to the one dispense, whichever comes first', async () => {
    await send(forwarded('M8', { msgId: freshId(), attachment: base64(m1()) }))
    assert.equal((await only('MedicationRequest', inger))['status'], 'active')
    const before = await only('MedicationDispense', inger)
    await send(m10())
    const after = await only('MedicationDispense', inger)
    assert.equal(after['id'], before['id'])
    assert.ok(JSON.stringify(after).includes('9900033') && !JSON.stringify(before).includes('9900033'))
    await send(forwarded('M6', { msgId: freshId(), genDate: '2024-03-05T10:00:00Z' }), 'superseded')
    assert.deepEqual((await only('MedicationDispense', inger))['meta'], after['meta'])
  })

  it('a receipt of a recall finds the prescription; one of a prescription that nobody has is parked', async () => {
    await send(m5())
    assert.equal((await only('MedicationRequest', inger))['status'], 'cancelled')
    await send(m52({ msgId: freshId(), status: '2' }))
    assert.equal((await only('MedicationRequest', inger))['status'], 'active')
    const { settled } = await send(m52({ msgId: freshId(), prescriptionId: M251_ID }), 'dead')
    assert.equal(settled.reason?.code, 'REFERENCE_UNKNOWN')
  })

  it('an answer to a consent finds the consent, which was answered itself', async () => {
    const { text } = await send(m241())
    assert.ok(text.includes('SvarSamtykke'))
    await send(m242('2').replace(MSG_ID_OF_ANSWER, freshId()))
    assert.equal((await only('Consent', inger))['status'], 'rejected')
  })

  it('an M7 recalls by its attached M5, with the author of the M5', async () => {
    const own = { patient: torstein, msgId: freshId() }
    await send(m1(own))
    const recall = m5({ msgId: freshId(), patient: torstein, prescriptionId: own.msgId })
    const { settled } = await send(m7({ msgId: freshId(), recall }))
    assert.equal((await only('MedicationRequest', torstein))['status'], 'cancelled')
    assert.ok(settled.resources.some((reference) => reference.startsWith('Communication/')))
    const authors = (await search('Provenance', torstein)).map((one) => JSON.stringify(one))
    assert.ok(authors.some((one) => one.includes('"recall"') && one.includes('Solveig Fastlegesen')))
  })

  it('an M9.12 becomes the list of its author, and says who is responsible', async () => {
    const astrid = person('Astrid', 'Prøve', '1939-08-11')
    await send(m912([m251({ patient: astrid })], { patient: astrid }))
    const lists = await search('List', astrid)
    assert.ok(lists.some((one) => JSON.stringify(one).includes('"M25.1"')))
    const teams = await search('CareTeam', astrid)
    assert.ok(teams.some((one) => JSON.stringify(one).includes('multidose-pharmacy')))
    // The same list straight from its author changes nothing.
    await send(m251({ patient: astrid }))
    assert.equal((await search('List', astrid)).length, lists.length)
  })

  it('an older number in an M9.6 joins two persons', async () => {
    const now = person('Liis', 'Näidis', '1988-02-09', 2)
    await send(m1({ patient: liis, msgId: freshId() }))
    await send(m1({ patient: now, msgId: freshId() }))
    assert.equal((await search('MedicationRequest', now)).length, 1)
    const info = `<PasientInfo><Fnr>${now.id}</Fnr><AndreFnr>${liis.id}</AndreFnr></PasientInfo>`
    await send(m96('<StatusSok V="4" DN="x"/>', [], info).replace(MSG_ID_OF_ANSWER, freshId()))
    assert.equal((await search('MedicationRequest', now)).length, 2)
  })

  it('an access token is nowhere to be read afterwards', async () => {
    const { messageId } = await send(
      m1({ msgId: freshId(), patient: person('Odd', 'Prøve', '1950-01-31'), attachment: base64(XML_TOKEN) }),
    )
    const raw = await (await fetch(`${running().url}/ops/messages/${messageId}?raw=true`)).text()
    assert.ok(raw.includes('Base64Container') && !raw.includes(base64(XML_TOKEN)))
  })

  it('the same message again with its token is no conflict', async () => {
    const xml = m1({ msgId: freshId(), patient: inger, attachment: base64(XML_TOKEN) })
    const first = await send(xml)
    const again = await running().send('eresept', xml, XML)
    assert.deepEqual([again.status, again.text, again.messageId], [200, first.text, first.messageId])
  })
}
