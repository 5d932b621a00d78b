import assert from 'node:assert/strict'
import { kithProtocol } from '../../../mappings/kith/protocol.js'
import { parseXml, type XmlElement } from '../../../mappings/kith/xml.js'
import { appRec, bytes, M5_ID, MSG_ID, m1, m5, m251 } from '../../support/kith-fixtures.js'
import { sykehuslege } from '../../support/kith-people.js'
import { ANSWER, check, run } from '../../support/kith-run.js'

const answer = (xml: string) => {
  const door = check(xml)
  const raw = bytes(xml)
  if (door.kind === 'unreadable')
    return kithProtocol.answer(null, raw, { kind: 'refused', refusal: door.refusal }, ANSWER)
  return door.kind === 'refuse'
    ? kithProtocol.answer(door.envelope, raw, { kind: 'refused', refusal: door.refusal }, ANSWER)
    : kithProtocol.answer(door.items[0]!, raw, { kind: 'accepted' }, ANSWER)
}

/** The first element with this local name. */
function find(root: XmlElement, name: string): XmlElement | undefined {
  if (root.local === name) return root
  for (const inner of root.children) {
    const found = find(inner, name)
    if (found !== undefined) return found
  }
  return undefined
}
const appRecOf = (xml: string) => parseXml(bytes(answer(xml).body))

describe('e-prescription answers', () => {
  it('answers an accepted message with AppRec status 1 and mirrored addresses', () => {
    const reply = answer(m1({ doctor: sykehuslege }))
    assert.deepEqual([reply.status, reply.contentType], [200, 'application/xml; charset=utf-8'])
    const root = parseXml(bytes(reply.body))
    assert.equal(find(root, 'Status')?.attributes['V'], '1')
    assert.equal(find(root, 'Error'), undefined)
    assert.equal(find(find(root, 'Sender')!, 'Name')?.text, 'Regionens knutepunkt')
    const receiver = find(root, 'Receiver')!
    assert.equal(find(receiver, 'Name')?.text, 'Testfjord sykehus')
    assert.equal(find(find(receiver, 'AdditionalId')!, 'Id')?.text, '8900002')
    assert.equal(find(find(receiver, 'Dept')!, 'Id')?.text, '8900022')
    assert.equal(find(find(receiver, 'HCPerson')!, 'Name')?.text, 'Jonas Vakthavende')
    const original = find(root, 'OriginalMsgId')!
    assert.equal(find(original, 'Id')?.text, MSG_ID)
    assert.equal(find(original, 'MsgType')?.attributes['V'], 'ERM1')
    assert.equal(find(original, 'IssueDate')?.text, '2024-03-01T09:15:30.123+01:00')
  })

  it('answers in AppRec 1.1, with its roles, those senders that want it', () => {
    const xml = m1({ msgId: 'x' })
    const door = check(xml)
    assert.ok(door.kind === 'refuse')
    const outcome = { kind: 'refused', refusal: door.refusal } as const
    const versionFor = (appRec11: ReadonlySet<string>) =>
      parseXml(bytes(kithProtocol.answer(door.envelope, bytes(xml), outcome, { ...ANSWER, appRec11 }).body))
    const newer = versionFor(new Set(['8900001']))
    assert.equal(newer.ns, 'http://www.kith.no/xmlstds/apprec/2012-02-15')
    assert.equal(find(newer, 'MIGversion')?.text, 'v1.1 2012-02-15')
    assert.equal(find(find(newer, 'Sender')!, 'Role')?.attributes['V'], 'PRIM')
    assert.equal(versionFor(new Set(['8900002'])).ns, 'http://www.kith.no/xmlstds/apprec/2004-11-21')
  })

  it('takes receipts of both versions, and a negative one with its errors', () => {
    const newer = appRec()
      .replace('apprec/2004-11-21', 'apprec/2012-02-15')
      .replace('1.0 2004-11-21', 'v1.1 2012-02-15')
    for (const xml of [appRec(), newer, appRec({ status: '2' })]) {
      assert.equal(check(xml).kind, 'accept')
      assert.equal(answer(xml).body, '')
    }
    assert.ok(run(appRec({ status: '2' })).unmapped.some(({ at }) => at === 'AppRec/Error[1]'))
  })

  it('answers a refused message with status 2 and the most exact error code, place and rule', () => {
    const xml = m1({ msgId: 'x' })
    assert.equal(answer(xml).status, 422)
    const root = appRecOf(xml)
    assert.equal(find(root, 'Status')?.attributes['V'], '2')
    assert.deepEqual(find(root, 'Error')?.attributes, {
      V: 'E10',
      S: '2.16.578.1.12.4.1.1.8221',
      DN: 'Ugyldig meldingsidentifikator',
      OT: 'MsgHead/MsgInfo/MsgId: message id is not a UUID',
    })
  })

  it('never sends a second receipt for a known id with other content', () => {
    const reply = kithProtocol.answer(
      { channel: 'eresept', kind: 'M1', sender: 'x', messageId: MSG_ID, part: 0, subject: { by: 'none' } },
      bytes(m1()),
      { kind: 'conflict' },
      ANSWER,
    )
    assert.deepEqual([reply.status, reply.contentType], [409, 'application/problem+json; charset=utf-8'])
  })

  it('never answers an AppRec with an AppRec', () => {
    assert.deepEqual(answer(appRec()), { status: 200, contentType: 'text/plain', body: '' })
    const refused = answer(appRec({ id: 'x' }))
    assert.deepEqual([refused.status, refused.contentType], [422, 'application/problem+json; charset=utf-8'])
  })

  it('leaves the answer to an accepted recall to the business receipt', () => {
    assert.ok(kithProtocol.answersWithEffect.has('M5'))
    assert.equal(answer(m5()).status, 202)
  })

  it('gives M5.2 as the receipt of a recall, in the thread of the M5 and with its parties mirrored', () => {
    const ran = run(m5({ refToParent: 'a1b2c3d4-0000-4000-8000-00000000cccc' }))
    const reply = ran.type.receipt!(ran.message, { targetKnown: false, resources: () => [], ...ANSWER })
    assert.equal(reply.status, 200)
    const root = parseXml(bytes(reply.body))
    assert.equal(find(root, 'Type')?.attributes['V'], 'ERM52')
    assert.equal(find(root, 'RefToParent')?.text, M5_ID)
    assert.equal(find(root, 'RefToConversation')?.text, 'a1b2c3d4-0000-4000-8000-00000000cccc')
    assert.equal(find(find(root, 'Receiver')!, 'OrganisationName')?.text, 'Prøvebakken legekontor')
    assert.equal(find(root, 'ReseptId')?.text, MSG_ID)
    assert.deepEqual(find(root, 'Status')?.attributes, {
      V: '1',
      S: '2.16.578.1.12.4.1.1.7503',
      DN: 'Resept tilbakekalt',
    })
  })

  it('gives the same answer for the same message, id and time', () => {
    assert.deepEqual(answer(m251()), answer(m251()))
  })
})
