import assert from 'node:assert/strict'
import { kithProtocol } from '../../../mappings/kith/protocol.js'
import { parseXml, type XmlElement } from '../../../mappings/kith/xml.js'
import { appRec, bytes, M5_ID, MSG_ID, m1, m5, m10, m251, msgHead } from '../../support/kith-fixtures.js'
import { inger, liis, person, sykehuslege } from '../../support/kith-people.js'
import { ANSWER, check, faults, RECEIVED_AT, run, SETTINGS } from '../../support/kith-run.js'

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

describe('e-prescription door check', () => {
  it('gives the envelope: kind by type code, sender by HER-id, subject by national number', () => {
    const door = check(m1())
    assert.equal(door.kind, 'accept')
    assert.deepEqual(door.kind === 'accept' && door.items, [
      {
        channel: 'eresept',
        kind: 'M1',
        sender: '8900001',
        messageId: MSG_ID,
        part: 0,
        sentAt: '2024-03-01T09:15:30.1234567+01:00',
        subject: {
          by: 'person',
          identifiers: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: inger.id }],
        },
      },
    ])
  })

  it('takes every kind of the registry, in plain and in the broker’s prefixed style', () => {
    for (const [kind, xml] of [
      ['M1', m1()],
      ['M1', m1({ style: 'rf' })],
      ['M5', m5({ style: 'rf' })],
      ['M10', m10({ style: 'rf' })],
      ['M25.1', m251({ style: 'rf' })],
      ['AppRec', appRec()],
    ] as const)
      assert.equal(run(xml).envelope.kind, kind)
  })

  it('dispatches on the type code and never on its display', () => {
    const xml = m251().replace('DN="Varer i bruk"', 'DN="ERM252"')
    assert.equal(run(xml).envelope.kind, 'M25.1')
  })

  it('falls back to the organisation number of the sender', () => {
    const xml = m1().replaceAll('V="HER"', 'V="LOK"')
    assert.equal(run(xml).envelope.sender, '999000101')
  })

  it('reads a missing offset as local time', () => {
    const door = check(m1({ genDate: '2024-07-01T08:01:38.097' }))
    assert.equal(door.kind === 'accept' && door.items[0]?.sentAt, '2024-07-01T08:01:38.097+02:00')
  })

  it('lets the number decide between birth number and D-number', () => {
    const door = check(m1({ patient: liis }))
    assert.deepEqual(door.kind === 'accept' && door.items[0]?.subject, {
      by: 'person',
      identifiers: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.2', value: liis.id }],
    })
  })

  it('takes synthetic numbers only where they are allowed', () => {
    const refused = check(m1(), { ...SETTINGS, syntheticIds: 'refuse' })
    assert.equal(refused.kind, 'refuse')
    assert.deepEqual(faults(refused), ['E31 MsgHead/MsgInfo/Patient/Ident/Id'])
  })

  const wrongId = `${inger.id.slice(0, 10)}${(Number(inger.id[10]) + 1) % 10}`
  const refusals: readonly [string, string, string, readonly string[]][] = [
    [
      'a message id that is no UUID',
      m1({ msgId: '12345' }),
      'MESSAGE_INVALID',
      ['E10 MsgHead/MsgInfo/MsgId'],
    ],
    [
      'a national number with a wrong check digit',
      m1({ patient: { ...inger, id: wrongId } }),
      'IDENTITY_INVALID',
      ['E31 MsgHead/MsgInfo/Patient/Ident/Id'],
    ],
    [
      'a patient without any id',
      m251({ patient: { ...inger, id: '' } }),
      'IDENTITY_INVALID',
      ['E30 MsgHead/MsgInfo/Patient/Ident'],
    ],
    [
      'a message without patient',
      m5().replace(/<Patient>.*<\/Patient>/, ''),
      'IDENTITY_INVALID',
      ['E36 MsgHead/MsgInfo/Patient'],
    ],
    [
      'a patient without any name',
      m1({ patient: { ...inger, family: '', given: '' } }),
      'IDENTITY_INVALID',
      ['E32 MsgHead/MsgInfo/Patient'],
    ],
    [
      'a patient without family name',
      m1({ patient: { ...inger, family: '' } }),
      'IDENTITY_INVALID',
      ['E33 MsgHead/MsgInfo/Patient/FamilyName'],
    ],
    [
      'a patient without given name',
      m1({ patient: { ...inger, given: '' } }),
      'IDENTITY_INVALID',
      ['E34 MsgHead/MsgInfo/Patient/GivenName'],
    ],
    [
      'a prescription without expiry',
      m1().replace(/<Utloper>.*<\/Utloper>/, ''),
      'MESSAGE_INVALID',
      ['T02 MsgHead/Document/RefDoc/Content/Resept/Utloper'],
    ],
    [
      'elements in the wrong order',
      m5().replace(/(<ReseptId>.*<\/ReseptId>)(<Arsak .*?\/>)/, '$2$1'),
      'MESSAGE_INVALID',
      [
        'T02 MsgHead/Document/RefDoc/Content/Tilbakekalling/ReseptId',
        'T02 MsgHead/Document/RefDoc/Content/Tilbakekalling/ReseptId',
      ],
    ],
    [
      'a dose that is no number',
      m1().replace('<Mengde V="1" U="tablett"/>', '<Mengde V="1,5" U="tablett"/>'),
      'MESSAGE_INVALID',
      [
        'T02 MsgHead/Document/RefDoc/Content/Resept/ReseptDokLegemiddel/Forskrivning/Dosering/DoseFastTidspunkt/Mengde',
      ],
    ],
    [
      'a day that does not exist',
      m10({ date: '2024-02-30' }),
      'MESSAGE_INVALID',
      ['T02 MsgHead/Document/RefDoc/Content/Utleveringsrapport/Utlevering/Utleveringsdato'],
    ],
    [
      'a cancellation that does not say of what',
      m10().replace('<Annullering>false', '<Annullering>true'),
      'MESSAGE_INVALID',
      ['T02 MsgHead/Document/RefDoc/Content/Utleveringsrapport/Utlevering/AnnulleringsId'],
    ],
    [
      'the payload format of an older version',
      m1().replaceAll('m1/2013-10-08', 'm1/2010-05-01'),
      'MESSAGE_TYPE_UNSUPPORTED',
      ['T10 MsgHead/Document/RefDoc/Content/Resept'],
    ],
    [
      'a payload of another message than the type says',
      m5().replace('V="ERM5"', 'V="ERM1"'),
      'MESSAGE_TYPE_UNSUPPORTED',
      ['T10 MsgHead/Document/RefDoc/Content/Tilbakekalling'],
    ],
    [
      'a message type that is not taken',
      msgHead('ERM999', 'Ukjent', '<x xmlns="urn:x"/>'),
      'MESSAGE_TYPE_UNSUPPORTED',
      ['T10 MsgHead/MsgInfo/Type'],
    ],
    [
      'a document without content',
      m1().replace(/<Content>.*<\/Content>/, ''),
      'MESSAGE_INVALID',
      ['T02 MsgHead/Document/RefDoc/Content'],
    ],
    [
      'an embedded prescription that is not base64',
      m251({ entries: [{ id: MSG_ID, fragment: 'not base64!' }] }),
      'MESSAGE_INVALID',
      ['T02 MsgHead/Document/RefDoc/Content/LegemidlerIBruk/EnkeltoppforingLIB/ReseptDokLegemiddelB64'],
    ],
    [
      'a list that states one entry twice',
      m251({ entries: [{ id: MSG_ID }, { id: MSG_ID.toUpperCase() }] }),
      'MESSAGE_INVALID',
      ['T02 MsgHead/Document/RefDoc/Content/LegemidlerIBruk/EnkeltoppforingLIB[2]/Id'],
    ],
  ]
  for (const [what, xml, code, expected] of refusals)
    it(`refuses ${what}`, () => {
      const door = check(xml)
      assert.equal(door.kind, 'refuse')
      assert.deepEqual(faults(door), expected)
      assert.equal(door.kind === 'refuse' && door.refusal.code, code)
    })

  it('takes a prescription without national number when birth date, sex and reference number stand in', () => {
    const unknown = { ...person('Ukjent', 'Prøve', '1990-01-01'), id: '', birthDate: '1990-01-01' }
    const ran = run(m1({ patient: unknown, refNr: '900000017' }))
    assert.deepEqual(ran.identifiers, [
      { system: 'http://stafett.internal/fhir/sid/sender/8900001/RefNr', value: '900000017' },
    ])
    assert.deepEqual(faults(check(m1({ patient: unknown }))), ['E30 MsgHead/MsgInfo/Patient/Ident'])
  })

  const unreadable: readonly [string, string, string][] = [
    ['what is not XML', 'resept', 'MESSAGE_UNREADABLE'],
    ['a payload without envelope', '<Tilbakekalling xmlns="urn:x"/>', 'MESSAGE_TYPE_UNSUPPORTED'],
    ['a message without sender', m1().replace(/<Sender>.*<\/Sender>/, ''), 'MESSAGE_INVALID'],
    ['a message without id', m1().replace(/<MsgId>.*<\/MsgId>/, ''), 'MESSAGE_INVALID'],
  ]
  for (const [what, xml, code] of unreadable)
    it(`cannot address an answer to ${what}`, () => {
      const door = check(xml)
      assert.equal(door.kind, 'unreadable')
      assert.equal(door.kind === 'unreadable' && door.refusal.code, code)
      const reply = answer(xml)
      assert.deepEqual([reply.status, reply.contentType], [400, 'application/problem+json'])
    })

  it('names places and rules in refusals, never values', () => {
    const xml = m1({ patient: { ...inger, id: '12345678901', family: '' } })
    assert.ok(!JSON.stringify(check(xml)).includes('12345678901"') || check(xml).kind === 'refuse')
    const door = check(xml)
    assert.ok(door.kind === 'refuse' && !JSON.stringify(door.refusal).includes('12345678901'))
    assert.ok(!answer(xml).body.includes('12345678901'))
  })
})

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
    assert.deepEqual([reply.status, reply.contentType], [409, 'application/problem+json'])
  })

  it('never answers an AppRec with an AppRec', () => {
    assert.deepEqual(answer(appRec()), { status: 200, contentType: 'text/plain', body: '' })
    const refused = answer(appRec({ id: 'x' }))
    assert.deepEqual([refused.status, refused.contentType], [422, 'application/problem+json'])
  })

  it('leaves the answer to an accepted recall to the business receipt', () => {
    assert.ok(kithProtocol.answersWithEffect.has('M5'))
    assert.equal(answer(m5()).status, 202)
  })

  it('gives M5.2 as the receipt of a recall, in the thread of the M5 and with its parties mirrored', () => {
    const ran = run(m5({ refToParent: 'a1b2c3d4-0000-4000-8000-00000000cccc' }))
    const reply = ran.type.receipt!(ran.message, { targetKnown: false, ...ANSWER })
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
    assert.ok(RECEIVED_AT)
  })
})
