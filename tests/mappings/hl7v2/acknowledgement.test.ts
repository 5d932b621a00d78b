import assert from 'node:assert/strict'
import { acknowledge, isAnswerWanted } from '../../../mappings/hl7v2/acknowledgement.js'
import { encodeReply } from '../../../mappings/hl7v2/batch.js'
import { hl7v2Protocol } from '../../../mappings/hl7v2/protocol.js'
import type { IntakeOutcome } from '../../../src/core/message.js'
import { bytesOf, check, msh, PID } from './messages.js'

const CONTEXT = { newId: '0a1b2c3d-4e5f-4000-8000-112233445566', now: '2026-11-22T10:00:00.123Z' }
const ACCEPTED: IntakeOutcome = { kind: 'accepted' }
const refusedFor = (protocolCode: string, at = 'PID-3'): IntakeOutcome => ({
  kind: 'refused',
  refusal: { code: 'MESSAGE_INVALID', problems: [{ at, text: 'a rule', protocolCode }] },
})
const raw = (options: Partial<Parameters<typeof msh>[0]> = {}) =>
  bytesOf(msh({ type: 'ADT^A08^ADT_A01', ...options }), PID)
const ENHANCED = { modes: ['AL', 'NE'] } as const
const lines = (body: string) => body.split('\r').slice(0, -1)

describe('acknowledgement', () => {
  it('is AA in original mode, with sender and receiver swapped', () => {
    const reply = acknowledge(raw(), ACCEPTED, CONTEXT)
    assert.equal(reply.status, 200)
    assert.deepEqual(lines(reply.body), [
      'MSH|^~\\&|STAFETT|HUB|KURVE|SYKEHUSET|20261122100000+0000||ACK^A08^ACK|0a1b2c3d4e5f40008000|P|2.5.1',
      'MSA|AA|M-1',
    ])
  })
  it('is one CA in enhanced mode', () => {
    const reply = acknowledge(raw(ENHANCED), ACCEPTED, CONTEXT)
    assert.equal(reply.status, 200)
    assert.equal(lines(reply.body)[1], 'MSA|CA|M-1')
  })
  it('is AA at the commit where only the application answer is wanted', () => {
    assert.equal(lines(acknowledge(raw({ modes: ['NE', 'AL'] }), ACCEPTED, CONTEXT).body)[1], 'MSA|AA|M-1')
    assert.equal(lines(acknowledge(raw({ modes: ['', 'AL'] }), ACCEPTED, CONTEXT).body)[1], 'MSA|AA|M-1')
  })
  it('is AE for content, AR for the header, CR in enhanced mode', () => {
    for (const [options, code, msa, status] of [
      [{}, '101', 'AE', 422],
      [{}, '201', 'AR', 400],
      [ENHANCED, '101', 'CR', 400],
      [ENHANCED, '201', 'CR', 400],
    ] as const) {
      const reply = acknowledge(raw(options), refusedFor(code), CONTEXT)
      assert.equal(reply.status, status)
      assert.match(lines(reply.body)[1]!, new RegExp(`^MSA\\|${msa}\\|M-1\\|`))
    }
  })
  it('is AE 205 for a control id that was used for other content, CR in enhanced mode', () => {
    const reply = acknowledge(raw(), { kind: 'conflict' }, CONTEXT)
    assert.equal(reply.status, 422)
    assert.match(reply.body, /\rMSA\|AE\|M-1\|/)
    assert.match(
      reply.body,
      /\rERR\|\|MSH\^1\^10\^1\|205\^Duplicate key identifier\^HL70357\|E\|MESSAGE_CONFLICT\^duplicate\|/,
    )
    assert.match(acknowledge(raw(ENHANCED), { kind: 'conflict' }, CONTEXT).body, /\rMSA\|CR\|/)
  })
  it('has one ERR a problem from 2.5 on, with place, code and rule', () => {
    const reply = acknowledge(raw(), refusedFor('101', 'PID[2]-3[4].1.2'), CONTEXT)
    assert.equal(lines(reply.body)[2], 'ERR||PID^2^3^4^1^2|101^Required field missing^HL70357|E||||a rule')
  })
  it('has ERR-1 before 2.5', () => {
    const reply = acknowledge(raw({ version: '2.3' }), refusedFor('101'), CONTEXT)
    assert.equal(lines(reply.body)[2], 'ERR|PID^1^3^101&Required field missing&HL70357')
  })
  it('has at most 20 ERR, and text of at most 200 characters', () => {
    const problem = { at: 'PID-3', text: 'x'.repeat(500), protocolCode: '102' }
    const refusal = { code: 'MESSAGE_INVALID' as const, problems: Array.from({ length: 50 }, () => problem) }
    const reply = acknowledge(raw(), { kind: 'refused', refusal }, CONTEXT)
    assert.equal(lines(reply.body).filter((line) => line.startsWith('ERR')).length, 20)
    assert.ok(lines(reply.body).every((line) => line.length < 330))
  })
  it('echoes an odd control id exactly, and copies separators, processing id and version', () => {
    const odd = bytesOf('MSH#*@!%#PAS#T*1.2*ISO#STAFETT#HUB#20260304##ADT*A08#x !F! (1)#P#2.4', 'PID#1##7')
    const reply = acknowledge(odd, ACCEPTED, CONTEXT)
    assert.deepEqual(lines(reply.body), [
      'MSH#*@!%#STAFETT#HUB#PAS#T*1.2*ISO#20261122100000+0000##ACK*A08*ACK#0a1b2c3d4e5f40008000#P#2.4',
      'MSA#AA#x !F! (1)',
    ])
  })
  it('goes back in the character set of the message', () => {
    const latin = Uint8Array.from(
      `${msh({ type: 'ADT^A08', charset: '8859/1' }).replace('KURVE', 'BL\u00c5')}\r`,
      (character) => character.charCodeAt(0),
    )
    const reply = acknowledge(latin, ACCEPTED, CONTEXT)
    assert.match(reply.contentType, /charset=windows-1252/)
    assert.match(reply.body, /\|8859\/1\r/)
    assert.ok(Buffer.from(encodeReply(reply)).includes(Buffer.from([0x42, 0x4c, 0xc5])))
  })
  it('of what has no MSH is AR with the default header and an empty MSA-2', () => {
    const reply = acknowledge(bytesOf('garbage'), refusedFor('102', 'MSH'), CONTEXT)
    assert.equal(reply.status, 400)
    assert.match(reply.body, /^MSH\|\^~\\&\|\|\|\|\|20261122100000\+0000\|\|ACK\|/)
    assert.match(reply.body, /\rMSA\|AR\|\|MSH: a rule\r/)
  })
  it('of a message without control id has an empty MSA-2', () => {
    const bytes = bytesOf(msh({ type: 'ADT^A08' }).replace('|M-1|', '||'), PID)
    const door = check(bytes)
    assert.ok(door.kind === 'unreadable')
    const reply = hl7v2Protocol.answer(null, bytes, { kind: 'refused', refusal: door.refusal }, CONTEXT)
    assert.match(reply.body, /\rMSA\|AE\|\|MSH-10/)
  })
  it('of an acknowledgement is empty', () => {
    assert.equal(acknowledge(raw({ type: 'ACK^A08^ACK' }), refusedFor('200'), CONTEXT).body, '')
  })
  it('over MLLP goes out only where the sender wants it', () => {
    const wanted = (modes: readonly [string, string], outcome: IntakeOutcome) => {
      const bytes = raw({ modes })
      return isAnswerWanted(bytes, acknowledge(bytes, outcome, CONTEXT))
    }
    assert.equal(wanted(['', ''], ACCEPTED), true)
    assert.equal(wanted(['AL', 'NE'], ACCEPTED), true)
    assert.equal(wanted(['NE', 'NE'], ACCEPTED), false)
    assert.equal(wanted(['ER', 'NE'], ACCEPTED), false)
    assert.equal(wanted(['ER', 'NE'], refusedFor('101')), true)
    assert.equal(wanted(['SU', 'NE'], refusedFor('101')), false)
    assert.equal(wanted(['NE', 'AL'], ACCEPTED), true)
  })
})
