import assert from 'node:assert/strict'
import { kithProtocol } from '../../../mappings/kith/protocol.js'
import { msgHead } from '../../support/kith-envelope.js'
import { appRec, bytes, MSG_ID, m1, m5, m10, m251 } from '../../support/kith-fixtures.js'
import { inger, liis, person } from '../../support/kith-people.js'
import { ANSWER, check, faults, run, SETTINGS } from '../../support/kith-run.js'

const answer = (xml: string) => {
  const door = check(xml)
  const raw = bytes(xml)
  if (door.kind === 'unreadable')
    return kithProtocol.answer(null, raw, { kind: 'refused', refusal: door.refusal }, ANSWER)
  return door.kind === 'refuse'
    ? kithProtocol.answer(door.envelope, raw, { kind: 'refused', refusal: door.refusal }, ANSWER)
    : kithProtocol.answer(door.items[0]!, raw, { kind: 'accepted' }, ANSWER)
}

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
      msgHead('ERM999', 'Ukjent', '<x xmlns="urn:x"/>', { msgId: MSG_ID }),
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
      assert.deepEqual([reply.status, reply.contentType], [400, 'application/problem+json; charset=utf-8'])
      const body = JSON.parse(reply.body)
      assert.equal(body.type, `http://stafett.internal/fhir/CodeSystem/error#${code}`)
      assert.deepEqual(
        body.errors,
        door.kind === 'unreadable' && door.refusal.problems.map(({ at, text }) => ({ at, detail: text })),
      )
    })

  it('names places and rules in refusals, never values', () => {
    const xml = m1({ patient: { ...inger, id: '12345678901', family: '' } })
    assert.ok(!JSON.stringify(check(xml)).includes('12345678901"') || check(xml).kind === 'refuse')
    const door = check(xml)
    assert.ok(door.kind === 'refuse' && !JSON.stringify(door.refusal).includes('12345678901'))
    assert.ok(!answer(xml).body.includes('12345678901'))
  })
})
