import assert from 'node:assert/strict'
import { answerBatch, batchEnvelope, splitBatch } from '../../../mappings/hl7v2/batch.js'
import { hl7v2Protocol } from '../../../mappings/hl7v2/protocol.js'
import { bytesOf, msh, PID } from './messages.js'

const CONTEXT = { newId: '0a1b2c3d-4e5f-4000-8000-112233445566', now: '2026-11-22T10:00:00Z' }
const ONE = [msh({ type: 'ADT^A08', id: 'B-1' }), PID]
const TWO = [msh({ type: 'ADT^A08', id: 'B-2' }), PID]
const FHS = 'FHS|^~\\&|PAS|S|STAFETT|HUB|20261120||fil'
const BHS = 'BHS|^~\\&|PAS|S|STAFETT|HUB|20261120||b||BATCH-1'
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

function batch(...lines: readonly string[]) {
  const split = splitBatch(bytesOf(...lines))
  if (split.kind !== 'batch') throw new Error('single')
  return split
}

describe('batch', () => {
  it('leaves one message as it is', () => {
    const raw = bytesOf(...ONE)
    assert.deepEqual(splitBatch(raw), { kind: 'single', message: raw })
  })
  it('is split into its messages, without the envelopes', () => {
    const { items, header } = batch(FHS, BHS, ...ONE, ...TWO, 'BTS|2', 'FTS|1')
    assert.deepEqual(items.map(text), [text(bytesOf(...ONE)), text(bytesOf(...TWO))])
    assert.deepEqual(header.warnings, [])
  })
  it('may lack envelope, trailers and the last line end', () => {
    const raw = bytesOf(...ONE, ...TWO)
    const split = splitBatch(raw.subarray(0, raw.length - 1))
    assert.equal(split.kind === 'batch' && split.items.length, 2)
  })
  it('warns of missing trailers and wrong counts, and goes on', () => {
    const places = (...lines: readonly string[]) => batch(...lines).header.warnings.map(({ at }) => at)
    assert.deepEqual(places(FHS, BHS, ...ONE, 'BTS|3', 'FTS|2'), ['BTS-1', 'FTS-1'])
    assert.deepEqual(places(FHS, BHS, ...ONE), ['BTS', 'FTS'])
  })
  it('without any message is refused', () => {
    assert.throws(() => splitBatch(bytesOf(BHS, 'BTS|0')), { code: 'MESSAGE_UNREADABLE' })
  })
  it('of too many messages is refused', () => {
    const raw = bytesOf(...Array.from({ length: 10_001 }, () => 'MSH|^~\\&|A'))
    assert.throws(() => splitBatch(raw), { code: 'MESSAGE_TOO_LARGE' })
  })
  it('keeps line endings of its messages as they came', () => {
    const raw = new TextEncoder().encode([...ONE, ...TWO].join('\r\n'))
    const split = splitBatch(raw)
    assert.match(text(split.kind === 'batch' ? split.items[0]! : raw), /\r\nPID.*\r\n$/)
  })
  it('has an identity by sender and content', () => {
    const { header } = batch(BHS, ...ONE, 'BTS|1')
    const envelope = batchEnvelope(header, 'abc')
    assert.equal(envelope.sender, 'PAS|S')
    assert.equal(envelope.messageId, 'batch:abc')
  })
  it('is answered with a batch of acknowledgements in its own envelopes', () => {
    const { items, header } = batch(FHS, BHS, ...ONE, ...TWO, 'BTS|2', 'FTS|1')
    const acks = items.map((item) => hl7v2Protocol.answer(null, item, { kind: 'accepted' }, CONTEXT))
    const reply = answerBatch(header, acks, CONTEXT)
    assert.equal(reply.status, 200)
    assert.deepEqual(
      reply.body.split('\r').map((line) => line.slice(0, 11)),
      [
        'FHS|^~\\&|ST',
        'BHS|^~\\&|ST',
        'MSH|^~\\&|ST',
        'MSA|AA|B-1',
        'MSH|^~\\&|ST',
        'MSA|AA|B-2',
        'BTS|2',
        'FTS|1',
        '',
      ],
    )
    assert.match(
      reply.body,
      /BHS\|\^~\\&\|STAFETT\|HUB\|PAS\|S\|20261122100000\+0000\|\|\|\|0a1b2c3d4e5f40008000\|BATCH-1\r/,
    )
  })
  it('without envelope is answered with the acknowledgements alone', () => {
    const { items, header } = batch(...ONE, ...TWO)
    const acks = items.map((item) => hl7v2Protocol.answer(null, item, { kind: 'accepted' }, CONTEXT))
    assert.equal(answerBatch(header, acks, CONTEXT).body, acks.map(({ body }) => body).join(''))
  })
})
