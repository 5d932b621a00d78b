import assert from 'node:assert/strict'
import { DNR, FNR } from '../../../src/core/canonical.js'
import type { DoorResult, Envelope } from '../../../src/core/message.js'
import { assertRefused, bytesOf, check, msh, nationalNumber, PID, refusal, SETTINGS } from './messages.js'

const ADT = msh({ type: 'ADT^A08' })
const RDE = msh({ type: 'RDE^O11^RDE_O11' })

function accepted(result: DoorResult): Envelope {
  if (result.kind !== 'accept') throw new Error(JSON.stringify(result))
  return result.items[0]!
}
const identifiers = (pid3: string, pid2 = '', pid4 = '') => {
  const { subject } = accepted(check(bytesOf(ADT, `PID|1|${pid2}|${pid3}|${pid4}|Prøve^Kari`)))
  return subject.by === 'person' ? subject.identifiers : []
}

describe('door check: envelope', () => {
  it('names kind, sender, message id and time', () => {
    const { subject: _subject, ...envelope } = accepted(check(bytesOf(ADT, PID)))
    assert.deepEqual(envelope, {
      channel: 'hl7v2',
      kind: 'ADT^A08',
      sender: 'KURVE|SYKEHUSET',
      messageId: 'M-1',
      part: 0,
      sentAt: '2026-11-20T08:00:00+01:00',
    })
  })
  it('takes the universal id of a sender without namespace, and keeps the two names apart', () => {
    const raw = bytesOf(ADT.replace('|KURVE|SYKEHUSET|', '|A\\F\\B|^1.2.3^ISO|'), PID)
    assert.equal(accepted(check(raw)).sender, 'A%7CB|1.2.3')
  })
  it('lets the trigger decide where the structure is wrong', () => {
    const raw = bytesOf(msh({ type: 'ADT^A08^ADT_A02' }), PID)
    assert.equal(accepted(check(raw)).kind, 'ADT^A08')
  })
  it('takes messages of 2.1 to 2.8', () => {
    for (const version of ['2.1', '2.2', '2.3', '2.3.1', '2.5.1', '2.7.1', '2.8', '2.8.2'])
      assert.equal(check(bytesOf(msh({ type: 'ADT^A08', version }), PID)).kind, 'accept')
  })
})

describe('door check: refusals', () => {
  it('of garbage cannot be addressed', () => {
    assertRefused(check(bytesOf('hello')), 'unreadable', 'MESSAGE_UNREADABLE', 'MSH', undefined as never)
  })
  it('of UTF-16 cannot be addressed', () => {
    assert.equal(check(Uint8Array.from([0xff, 0xfe, 0x4d, 0, 0x53, 0, 0x48, 0])).kind, 'unreadable')
  })
  it('of a message without control id cannot be stored under one', () => {
    const raw = bytesOf(ADT.replace('|M-1|', '||'), PID)
    assertRefused(check(raw), 'unreadable', 'MESSAGE_INVALID', 'MSH-10', '101')
  })
  it('of a message of an impossible year is 102; a time that is none is left to the map', () => {
    for (const time of ['99991231235959-1200', '18991231', '00000000000000'])
      assertRefused(
        check(bytesOf(msh({ type: 'ADT^A08', time }), PID)),
        'refuse',
        'MESSAGE_INVALID',
        'MSH-7',
        '102',
      )
    assert.equal(accepted(check(bytesOf(msh({ type: 'ADT^A08', time: 'soon' }), PID))).sentAt, undefined)
  })
  it('of an unknown message code is 200', () => {
    assertRefused(
      check(bytesOf(msh({ type: 'ORU^R01' }), PID)),
      'refuse',
      'MESSAGE_TYPE_UNSUPPORTED',
      'MSH-9.1',
      '200',
    )
  })
  it('of an unknown event of a known code is 201', () => {
    for (const type of ['ADT^A37', 'RDE^O25'])
      assertRefused(
        check(bytesOf(msh({ type }), PID)),
        'refuse',
        'MESSAGE_TYPE_UNSUPPORTED',
        'MSH-9.2',
        '201',
      )
  })
  it('of a processing id that is not taken is 202', () => {
    for (const processing of ['T', 'D', ''])
      assertRefused(
        check(bytesOf(msh({ type: 'ADT^A08', processing }), PID)),
        'refuse',
        'MESSAGE_TYPE_UNSUPPORTED',
        'MSH-11',
        '202',
      )
    const settings = { ...SETTINGS, processingIds: ['P', 'T'] }
    assert.equal(check(bytesOf(msh({ type: 'ADT^A08', processing: 'T' }), PID), settings).kind, 'accept')
  })
  it('of an unknown version is 203', () => {
    for (const version of ['2.9', '3', '', 'x'])
      assertRefused(
        check(bytesOf(msh({ type: 'ADT^A08', version }), PID)),
        'refuse',
        'MESSAGE_TYPE_UNSUPPORTED',
        'MSH-12',
        '203',
      )
  })
  it('of a line that is no segment keeps sender and id', () => {
    const result = check(bytesOf(ADT, PID, 'wrapped text'))
    assertRefused(result, 'refuse', 'MESSAGE_INVALID', 'line 3', '100')
    assert.equal(result.kind === 'refuse' && result.envelope.messageId, 'M-1')
  })
  it('of bytes outside the stated character set is 102', () => {
    const raw = Uint8Array.from([...bytesOf(msh({ type: 'ADT^A08', charset: 'UNICODE UTF-8' }), PID), 0xf8])
    assertRefused(check(raw), 'refuse', 'MESSAGE_UNREADABLE', 'MSH-18', '102')
  })
  it('of a message over the limits comes at the door, not later', () => {
    const result = check(bytesOf(ADT, `${PID}|${'a~'.repeat(10_000)}`))
    assert.equal(refusal(result).code, 'MESSAGE_TOO_LARGE')
    assert.equal(result.kind === 'refuse' && result.envelope.messageId, 'M-1')
  })
  it('of equal separators keeps sender and id', () => {
    const result = check(bytesOf(ADT.replace('^~\\&', '^~\\\\&'), PID))
    assertRefused(result, 'refuse', 'MESSAGE_UNREADABLE', 'MSH-2', '102')
    assert.equal(result.kind === 'refuse' && result.envelope.sender, 'KURVE|SYKEHUSET')
  })
  it('of a message without person is 101', () => {
    assertRefused(check(bytesOf(ADT)), 'refuse', 'MESSAGE_INVALID', 'PID', '101')
    assertRefused(check(bytesOf(RDE, 'ORC|NW|1', 'RXE||x')), 'refuse', 'MESSAGE_INVALID', 'PID', '101')
  })
  it('of a person without number is 101', () => {
    assertRefused(check(bytesOf(ADT, 'PID|1||^^^X^MR||Prøve')), 'refuse', 'MESSAGE_INVALID', 'PID-3', '101')
  })
})

describe('door check: orders', () => {
  const rde = (...lines: readonly string[]) => check(bytesOf(RDE, PID, ...lines))
  it('refuses an RXE before any ORC', () => {
    assertRefused(rde('RXE||x', 'ORC|NW|1'), 'refuse', 'MESSAGE_INVALID', 'RXE', '100')
  })
  it('refuses an order message without order', () => {
    assertRefused(rde('ORC|NW|1'), 'refuse', 'MESSAGE_INVALID', 'RXE', '100')
  })
  it('refuses an order without any order number', () => {
    assertRefused(
      rde('ORC|NW|1', 'RXE||x', 'ORC|NW', 'RXE||y'),
      'refuse',
      'MESSAGE_INVALID',
      'ORC[2]-2',
      '101',
    )
  })
  it('refuses RP without the RO that replaces it', () => {
    assertRefused(rde('ORC|RP|1', 'RXE||x'), 'refuse', 'MESSAGE_INVALID', 'ORC-1', '100')
    assert.equal(rde('ORC|RP|1', 'RXE||x', 'ORC|RO|2', 'RXE||y').kind, 'accept')
  })
  it('takes the numbers of the events before 2.4', () => {
    const raw = bytesOf(msh({ type: 'RDE^O01', version: '2.3' }), PID, 'ORC|NW|1', 'RXE||x')
    assert.equal(accepted(check(raw)).kind, 'RDE^O01')
  })
})

describe('door check: identities of a person', () => {
  const fnr = nationalNumber('158150')
  it('know the Norwegian registers by OID, namespace and type', () => {
    const expected = [{ system: FNR, value: fnr }]
    for (const cx of [
      `${fnr}^^^FNR&2.16.578.1.12.4.1.4.1&ISO`,
      `${fnr}^^^&2.16.578.1.12.4.1.4.1&ISO^NI`,
      `${fnr}^^^2.16.578.1.12.4.1.4.1`,
      `${fnr}^^^&urn:oid:2.16.578.1.12.4.1.4.1&URI`,
      `${fnr}^^^FNR`,
      `${fnr}^^^^NNNOR`,
      `${fnr.slice(0, 6)} ${fnr.slice(6)}^^^^FNR`,
    ])
      assert.deepEqual(identifiers(cx), expected, cx)
  })
  it('put a D-number stated as birth number into its own register', () => {
    const dnr = nationalNumber('558150')
    assert.deepEqual(identifiers(`${dnr}^^^FNR`), [{ system: DNR, value: dnr }])
  })
  it('refuse a national number that does not hold, as 102', () => {
    const wrong = fnr.slice(0, 10) + ((Number(fnr[10]) + 1) % 10)
    for (const [pid, at] of [
      [`PID|1||T-1^^^X~${wrong}^^^FNR`, 'PID-3'],
      [`PID|1|${wrong}^^^FNR|T-1^^^X`, 'PID-2'],
    ] as const)
      assertRefused(check(bytesOf(ADT, pid)), 'refuse', 'IDENTITY_INVALID', at, '102')
  })
  it('refuse synthetic national numbers where none are taken', () => {
    const settings = { ...SETTINGS, syntheticIds: 'refuse' as const }
    const result = check(bytesOf(ADT, `PID|1||${fnr}^^^FNR`), settings)
    assertRefused(result, 'refuse', 'IDENTITY_INVALID', 'PID-3', '102')
  })
  it('never put a national number into a refusal', () => {
    const wrong = `${fnr.slice(0, 10)}x`
    assert.ok(
      !JSON.stringify(refusal(check(bytesOf(ADT, `PID|1||${wrong}^^^FNR`)))).includes(fnr.slice(0, 6)),
    )
  })
  it('use OID and UUID authorities as they are, and keep others apart for the sender', () => {
    const sender = 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET'
    assert.deepEqual(
      identifiers(
        '1^^^A&1.2.3&ISO^MR~2^^^&0A1B2C3D-0000-4000-8000-00000000000F&UUID~3^^^AVD^MR~4^^^^MR~5^^^&host&DNS',
        '6',
        '7',
      ),
      [
        { system: 'urn:oid:1.2.3', value: '1' },
        { system: 'urn:uuid:0a1b2c3d-0000-4000-8000-00000000000f', value: '2' },
        { system: `${sender}/AVD`, value: '3' },
        { system: `${sender}/MR`, value: '4' },
        { system: `${sender}/host`, value: '5' },
        { system: `${sender}/external`, value: '6' },
        { system: `${sender}/alternate`, value: '7' },
      ],
    )
  })
  it('are not visits, accounts or repetitions', () => {
    assert.deepEqual(
      identifiers('1^^^A&1.2.3&ISO^MR~9^^^A&1.2.3&ISO^VN~8^^^B^AN~1^^^A&1.2.3&ISO^PI').map(
        ({ value }) => value,
      ),
      ['1'],
    )
  })
})
