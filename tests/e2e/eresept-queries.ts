import assert from 'node:assert/strict'
import { decodeBase64 } from '../../mappings/kith/base64.js'
import { parseXml, type XmlElement } from '../../mappings/kith/xml.js'
import { bytes, m1, m5, m10, m251, m252 } from '../support/kith-fixtures.js'
import { apotek, person } from '../support/kith-people.js'
import { methotrexate, onceDaily } from '../support/kith-prescribed.js'
import { m91, m93, m95, m97, m911, m921 } from '../support/kith-query-fixtures.js'
import { m271 } from '../support/kith-register-fixtures.js'
import { all, only, run } from '../support/kith-run.js'
import { brokenRules, hasSchemas } from '../support/official-schemas.js'
import type { RunningHub } from '../support/running-hub.js'

const XML = 'application/xml'
const ragna = person('Ragna', 'Prøve', '1941-03-04')
const nobody = person('Ingen', 'Prøve', '1942-05-06')
const id = (n: number): string => `a1b2c3d4-0000-4000-8002-${String(n).padStart(12, '0')}`
const RX = id(1)
const OTHER = id(2)
const LIST = id(251)
const ENTRY = id(900)
const DISPENSE = id(10)
const entries = [{ id: ENTRY, prescriptionId: RX }]

const inner = (xml: string): string[] =>
  [...xml.matchAll(/<(?:Base64Container[^>]*|VarerIBrukB64)>([^<]+)</g)].map(([, text]) =>
    Buffer.from(decodeBase64(text ?? '', '', 10_000_000)).toString('utf8'),
  )
const localNames = (element: XmlElement): string[] => [element.local, ...element.children.flatMap(localNames)]

/** Queries, answered out of what the same hub was sent. */
export function queryCases(running: () => RunningHub): void {
  const prescription = m1({
    msgId: RX,
    patient: ragna,
    prescribed: '2026-11-01',
    expires: '2027-11-01',
    genDate: '2026-11-01T09:00:00+01:00',
  })

  const send = async (xml: string): Promise<string> => {
    const { messageId, status, text } = await running().send('eresept', xml, XML)
    assert.equal(status, 200, text)
    assert.ok((await running().settled(messageId)).state === 'done')
    if (hasSchemas && text !== '') assert.deepEqual(await brokenRules(text), [])
    return text
  }
  before(async () => {
    await send(prescription)
    await send(
      m1({
        msgId: OTHER,
        patient: ragna,
        medicine: onceDaily(methotrexate),
        prescribed: '2026-11-01',
        expires: '2027-11-01',
        genDate: '2026-11-01T09:01:00+01:00',
        refNr: '900000017',
        locked: true,
      }),
    )
    await send(m251({ msgId: LIST, patient: ragna, entries, genDate: '2026-11-01T09:02:00+01:00' }))
    await send(
      m10({
        msgId: DISPENSE,
        patient: ragna,
        prescriptionId: RX,
        genDate: '2026-11-02T10:00:00+01:00',
        date: '2026-11-02',
      }),
    )
  })

  it('M9.11 gets the shared list as M25.1, with the source’s own bytes where the treatment is the same', async () => {
    const answer = await send(m911(ragna.id))
    const ran = run(answer)
    assert.equal(ran.envelope.kind, 'M9.12')
    const [list] = ran.enclosed ?? []
    assert.ok(list)
    const [statement] = all(list, 'MedicationStatement')
    assert.equal(statement?.identifier?.[0]?.value, `urn:uuid:${ENTRY}`)
    const sent = /<ReseptDokLegemiddelB64>([^<]+)</.exec(m251({ entries }))?.[1]
    assert.equal(/<ReseptDokLegemiddelB64>([^<]+)</.exec(inner(answer)[0] ?? '')?.[1], sent)
    assert.ok(answer.includes(`<RefMsgId>${LIST}</RefMsgId>`))
  })

  it('M9.11 of the older family is answered in the older family, with prescriptions in short where asked', async () => {
    const answer = await send(m911(ragna.id, { of2014: true, withPrescriptions: true }))
    const ran = run(answer)
    assert.ok(answer.includes('http://www.kith.no/xmlstds/eresept/m912/2014-01-21'))
    assert.deepEqual(
      all(ran, 'MedicationRequest').map(({ identifier }) => identifier?.[0]?.value),
      [`urn:uuid:${RX}`],
    )
  })

  it('M9.11 about nobody known names the number and nothing else', async () => {
    const ran = run(await send(m911(nobody.id)))
    assert.deepEqual([ran.enclosed, ran.envelope.subject.by], [[], 'person'])
  })

  it('M9.5 gets the prescriptions, each byte for byte, what was dispensed, and that a locked one is not shown', async () => {
    const answer = await send(m95({ fnr: ragna.id }))
    assert.deepEqual(inner(answer), [prescription])
    const ran = run(answer)
    assert.equal(ran.envelope.kind, 'M9.6')
    assert.ok(answer.includes('<LastResept>true</LastResept>'))
    const names = localNames(parseXml(bytes(answer)))
    assert.equal(names.filter((name) => name === 'Listeelement').length, 1)
    assert.ok(answer.includes('<Status V="E" DN="Ekspederbar"/>'))
  })

  it('M9.5 with the reference number gets the locked prescription, and only that', async () => {
    const answer = await send(m95({ refNr: '900000017', of2015: true }))
    assert.deepEqual(
      [...answer.matchAll(/<Listeelement><ReseptId>([^<]+)/g)].map(([, id]) => id),
      [OTHER],
    )
    assert.ok(run(await send(m95({ refNr: '999' }))).enclosed?.length === 0)
  })

  it('M9.7 gets the dispenses as M6, under the id of their M10', async () => {
    const ran = run(await send(m97(RX)))
    assert.equal(ran.envelope.kind, 'M9.8')
    const [report] = ran.enclosed ?? []
    assert.ok(report)
    assert.equal(only(report, 'MedicationDispense').identifier?.[0]?.value, `urn:uuid:${DISPENSE}`)
    assert.ok((await send(m97(LIST))).includes('<IngenResept>true</IngenResept>'))
  })

  it('M9.1 and M9.3 tell a pharmacy what there is to dispense', async () => {
    const list = run(await send(m91({ fnr: ragna.id })))
    assert.equal(list.envelope.kind, 'M9.2')
    assert.equal(only(list, 'MedicationRequest').identifier?.[0]?.value, `urn:uuid:${RX}`)
    assert.ok((await send(m91({ byName: true }))).includes('<Status V="3"'))
    const one = await send(m93(RX))
    assert.deepEqual(inner(one), [prescription])
    assert.ok((await send(m93(LIST))).includes('<Status V="X"'))
  })

  it('M9.21 tells a pharmacy which of its multidose patients changed', async () => {
    assert.ok(!(await send(m921('2020-01-01T00:00:00Z'))).includes(ragna.id))
    await send(m271({ organisation: apotek, patient: ragna, msgId: id(271) }))
    assert.ok((await send(m921('2020-01-01T00:00:00Z'))).includes(`<Fnr>${ragna.id}</Fnr>`))
    assert.ok((await send(m921('2199-01-01T00:00:00Z'))).includes('<IngenEndring>true'))
  })

  it('a question of the pharmacy comes along whole', async () => {
    const question = m252({ msgId: id(252), patient: ragna, entries, genDate: '2026-11-03T09:00:00+01:00' })
    await send(question)
    const lists = inner(await send(m911(ragna.id)))
    assert.equal(lists.length, 2)
    assert.equal(lists[1], question)
  })

  it('the same query again gets the same answer; a recalled prescription is said to be recalled', async () => {
    const query = m911(ragna.id, { msgId: 'a1b2c3d4-0000-4000-9000-0000000009ff' })
    const first = await send(query)
    await send(
      m5({
        msgId: id(5),
        patient: ragna,
        prescriptionId: RX,
        genDate: '2026-11-04T09:00:00+01:00',
      }),
    )
    assert.equal(await send(query), first)
    assert.ok((await send(m95({ fnr: ragna.id, all: true }))).includes('<Status V="T"'))
    assert.ok((await send(m95({ fnr: ragna.id }))).includes('<StatusSok V="4"'))
  })

  it('a wrong number is refused in an AppRec that names the place', async () => {
    const { status, text } = await running().send('eresept', m911('12345678901'), XML)
    assert.equal(status, 422)
    assert.ok(text.includes('V="E31"') && text.includes('M911/Fnr'))
  })
}
