import assert from 'node:assert/strict'
import { deviceBatchEnvelope, splitDeviceBatch } from '../../../mappings/devices/batch.js'
import { canonicalDeviceProtocol, EVENT_LIMITS } from '../../../mappings/devices/protocol.js'
import type { DoorResult, Envelope } from '../../../src/core/message.js'
import {
  assignmentEvent,
  doseTaken,
  eventBytes,
  SERIAL_SYSTEM,
  SYNTHETIC_FNR,
  VENDOR_SYSTEM,
} from '../../support/device-fixtures.js'

const SETTINGS = { zone: 'Europe/Oslo', syntheticIds: 'accept', processingIds: ['P'] } as const
const CONTEXT = { newId: '00000000-0000-4000-8000-000000000000', now: '2026-02-03T08:00:00Z' }
const check = (event: unknown): DoorResult => canonicalDeviceProtocol.check(eventBytes(event), SETTINGS)
const FNR = 'urn:oid:2.16.578.1.12.4.1.4.1'

function accepted(event: unknown): Envelope {
  const result = check(event)
  assert.equal(result.kind, 'accept')
  return (result as Extract<DoorResult, { kind: 'accept' }>).items[0]!
}
function refusalOf(result: DoorResult) {
  assert.notEqual(result.kind, 'accept')
  return (result as Exclude<DoorResult, { kind: 'accept' }>).refusal
}

describe('door of device events', () => {
  it('reads sender, message id, time and device from an event', () => {
    const envelope = accepted(
      doseTaken({ eventId: 'event-0001', imei: '490154203237518', assignmentRef: 'asg-1' }),
    )
    assert.deepEqual(envelope, {
      channel: 'devices',
      kind: 'device-event',
      sender: `Pillekassen|${VENDOR_SYSTEM}`,
      messageId: 'event-0001',
      part: 0,
      sentAt: '2026-02-03T08:04:00+01:00',
      subject: {
        by: 'device',
        identifiers: [
          { system: SERIAL_SYSTEM, value: 'PK-1001' },
          { system: 'urn:ietf:rfc:3986', value: 'urn:gsma:imei:49015420-323751-8' },
          { system: 'urn:gsma:imei', value: '490154203237518' },
        ],
        occurredAt: '2026-02-03T08:04:00+01:00',
        assignmentRef: 'asg-1',
      },
    })
  })

  it('finds the assignment in either place of an assignment event', () => {
    const { subject } = accepted({
      ...assignmentEvent('assignment.activated', 'asg-9'),
      assignmentRef: undefined,
    })
    assert.equal(subject.by === 'device' && subject.assignmentRef, 'asg-9')
  })

  it('hands the person on where the vendor has nothing else', () => {
    const subject = { identifiers: [{ system: FNR, value: SYNTHETIC_FNR }] }
    const envelope = accepted(doseTaken({ over: { subject } }))
    assert.deepEqual(envelope.subject.by === 'device' && envelope.subject.person, [
      { system: FNR, value: SYNTHETIC_FNR },
    ])
  })

  it('refuses a national number that does not hold, and a synthetic one where told to', () => {
    const numbered = (value: string) =>
      doseTaken({ over: { subject: { identifiers: [{ system: FNR, value }] } } })
    const wrong = refusalOf(check(numbered('15867910091')))
    assert.deepEqual(
      [wrong.code, wrong.problems[0]?.at],
      ['IDENTITY_INVALID', '/subject/identifiers/0/value'],
    )
    assert.ok(!JSON.stringify(wrong).includes('15867910091'))
    const strict = { ...SETTINGS, syntheticIds: 'refuse' } as const
    const refused = canonicalDeviceProtocol.check(eventBytes(numbered(SYNTHETIC_FNR)), strict)
    assert.equal(refusalOf(refused).code, 'IDENTITY_INVALID')
  })

  it('stores a refused event under its sender and number, and one without them not at all', () => {
    const refused = check({ ...doseTaken({ eventId: 'event-0002' }), occurredAt: 'yesterday' })
    assert.equal(refused.kind, 'refuse')
    assert.equal(refused.kind === 'refuse' && refused.envelope.messageId, 'event-0002')
    const nameless = check({ ...doseTaken(), eventId: 'short' })
    assert.equal(nameless.kind, 'unreadable')
    assert.equal(refusalOf(nameless).code, 'MESSAGE_INVALID')
  })

  it('refuses bytes that are too many, broken or no JSON', () => {
    const raw = (bytes: Uint8Array) => refusalOf(canonicalDeviceProtocol.check(bytes, SETTINGS)).code
    assert.equal(raw(new Uint8Array(EVENT_LIMITS.bytesMax + 1)), 'MESSAGE_TOO_LARGE')
    assert.equal(raw(new Uint8Array([0x7b, 0xff])), 'MESSAGE_UNREADABLE')
    assert.equal(raw(new TextEncoder().encode('{"a":1,"a":1}')), 'MESSAGE_UNREADABLE')
    assert.equal(raw(eventBytes('text')), 'MESSAGE_INVALID')
  })

  it('refuses times of years that no record can have', () => {
    for (const occurredAt of ['9999-12-31T23:59:59-12:00', '2201-01-01T00:00:00Z', '1899-12-31T23:59:59Z']) {
      const refused = refusalOf(check({ ...doseTaken(), occurredAt }))
      assert.deepEqual([refused.code, refused.problems[0]?.at], ['MESSAGE_INVALID', '/occurredAt'])
    }
    assert.equal(check({ ...doseTaken(), occurredAt: '2200-12-31T23:59:59Z' }).kind, 'accept')
  })

  it('parses again what passed the door', () => {
    const type = canonicalDeviceProtocol.types.get('device-event')!
    const context = { zone: 'Europe/Oslo', receivedAt: '2026-02-03T08:05:00Z', sender: 'x' }
    const mapped = type.map(type.parse(eventBytes(doseTaken()), 0, context), context)
    assert.equal(mapped.source.key, `device|${SERIAL_SYSTEM}|PK-1001`)
  })
})

describe('answers to device events', () => {
  const answer = (outcome: Parameters<typeof canonicalDeviceProtocol.answer>[2]) =>
    canonicalDeviceProtocol.answer(null, new Uint8Array(), outcome, CONTEXT)

  it('answers 202 when the event is stored', () => {
    const reply = answer({ kind: 'accepted' })
    assert.equal(reply.status, 202)
    assert.deepEqual(JSON.parse(reply.body), { status: 'accepted' })
  })

  it('answers 422 with JSON pointers, 400 for what is no JSON, 413 for too much', () => {
    const refusal = refusalOf(check({ ...doseTaken(), occurredAt: 'x' }))
    const reply = answer({ kind: 'refused', refusal })
    assert.equal(reply.status, 422)
    assert.match(reply.contentType, /^application\/problem\+json/)
    assert.deepEqual(JSON.parse(reply.body), {
      type: 'http://stafett.internal/fhir/CodeSystem/error#MESSAGE_INVALID',
      title: 'The message breaks the rules of its type',
      status: 422,
      detail: 'the event is refused',
      code: 'MESSAGE_INVALID',
      errors: refusal.problems.map(({ at, text }) => ({ at, detail: text })),
    })
    assert.deepEqual(
      refusal.problems.map(({ at }) => at),
      ['/occurredAt'],
    )
    const unreadable = { code: 'MESSAGE_UNREADABLE', problems: [] } as const
    assert.equal(answer({ kind: 'refused', refusal: unreadable }).status, 400)
    assert.equal(
      answer({ kind: 'refused', refusal: { code: 'MESSAGE_TOO_LARGE', problems: [] } }).status,
      413,
    )
  })

  it('answers 409 for a known id with other content', () => {
    assert.equal(answer({ kind: 'conflict' }).status, 409)
  })
})

describe('batches of device events', () => {
  const text = (items: readonly Uint8Array[]) => items.map((item) => new TextDecoder().decode(item))
  const split = (body: string, type = 'application/json') => {
    const batch = splitDeviceBatch(new TextEncoder().encode(body), type)
    return batch.kind === 'batch' ? text(batch.items) : batch.kind
  }

  it('takes an object as one event', () => {
    assert.equal(split(' {"a":[1,2]}'), 'single')
  })

  it('cuts an array into its items as they were sent', () => {
    assert.deepEqual(split('\n[ {"a": 1.0, "b":"],{"}, [2 ,3],"x" ] \n'), [
      '{"a": 1.0, "b":"],{"}',
      '[2 ,3]',
      '"x"',
    ])
  })

  it('cuts lines, blank ones left out, and keeps a broken one for its own answer', () => {
    assert.deepEqual(split('{"a":1}\r\n\n{"b":\n', 'application/x-ndjson; charset=utf-8'), [
      '{"a":1}',
      '{"b":',
    ])
  })

  it('refuses an array that does not close where the message ends, and an empty batch', () => {
    for (const body of ['[{"a":1}', '[{"a":1}] x', '[1}', '[]', '["a'])
      assert.throws(() => split(body), { code: 'MESSAGE_UNREADABLE', at: '' }, body)
    assert.throws(() => split('\n\n', 'application/x-ndjson'), { code: 'MESSAGE_UNREADABLE' })
  })

  it('refuses more than a thousand items and more than a mebibyte', () => {
    assert.throws(() => split(`[${'1,'.repeat(1000)}1]`), { code: 'MESSAGE_TOO_LARGE' })
    assert.throws(() => split(`[${' '.repeat(1024 * 1024)}1]`), { code: 'MESSAGE_TOO_LARGE' })
  })

  it('names a batch by its content', () => {
    assert.equal(deviceBatchEnvelope('abc').messageId, 'abc')
  })
})
