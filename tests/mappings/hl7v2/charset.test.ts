import assert from 'node:assert/strict'
import { decodeText, encodeText } from '../../../mappings/hl7v2/charset.js'
import { mapMessage, msh, patientOf } from './messages.js'

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const message = (charset: string) =>
  latin1(`${msh({ type: 'ADT^A08', charset })}\rPID|1||T-1^^^S^MR||\u00d8deg\u00e5rd^Bj\u00f8rn\r`)

describe('character sets', () => {
  it('reads ISO 8859-1 where MSH-18 says so', () => {
    assert.equal(patientOf(mapMessage(message('8859/1'))).name?.[0]?.family, '\u00d8deg\u00e5rd')
  })
  it('reads the first repetition of MSH-18', () => {
    assert.equal(patientOf(mapMessage(message('8859/1~UNICODE UTF-8'))).name?.[0]?.given?.[0], 'Bj\u00f8rn')
  })
  it('keeps the characters that windows has and 8859-1 has not', () => {
    assert.equal(decodeText(Uint8Array.of(0x80), '8859/1').text, '\u20ac')
  })
  it('reads 8859-15 by its own name', () => {
    assert.equal(decodeText(Uint8Array.of(0xa4), '8859/15').text, '\u20ac')
  })
  it('falls back to windows-1252 only where MSH-18 is empty, and says so', () => {
    assert.deepEqual(decodeText(Uint8Array.of(0xf8), ''), {
      text: '\u00f8',
      charset: 'windows-1252',
      guessed: true,
    })
  })
  const refused = { code: 'MESSAGE_UNREADABLE', at: 'MSH-18', protocolCode: '102' }
  it('refuses bytes that are not of the stated set', () => {
    assert.throws(() => decodeText(Uint8Array.of(0xf8), 'UNICODE UTF-8'), refused)
    assert.throws(() => decodeText(Uint8Array.of(0xf8), 'ASCII'), refused)
  })
  for (const name of ['ISO IR87', 'GB 18030', 'BIG-5', 'UTF-16', 'nonsense'])
    it(`refuses ${name}`, () => assert.throws(() => decodeText(latin1('a'), name), refused))
  it('writes back in the set it came in', () => {
    assert.deepEqual([...encodeText('\u00d8\u20aca\u4e2d', 'windows-1252')], [0xd8, 0x80, 0x61, 0x3f])
    assert.deepEqual([...encodeText('\u00d8', 'utf-8')], [0xc3, 0x98])
  })
})
