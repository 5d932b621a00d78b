import assert from 'node:assert/strict'
import { deflateSync, gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { compressionOf, inflate } from '../../../mappings/kith/inflate.js'
import { bytes } from '../../support/kith-fixtures.js'

const text = `<a>${'abc '.repeat(5_000)}</a>`
const packed = {
  gzip: gzipSync(text),
  zlib: deflateSync(text),
  zip: zipSync({ 'a.xml': bytes(text) }),
} as const

describe('unpacking of attachments', () => {
  for (const kind of ['gzip', 'zlib', 'zip'] as const) {
    it(`tells ${kind} by its first bytes and gives back what was packed`, () => {
      const data = new Uint8Array(packed[kind])
      assert.equal(compressionOf(data), kind)
      assert.equal(Buffer.from(inflate(data, kind, { left: 100_000 }, 'x')).toString('utf8'), text)
    })

    it(`stops at the limit on bytes of ${kind}`, () => {
      assert.throws(() => inflate(new Uint8Array(packed[kind]), kind, { left: 10_000 }, 'a/b'), {
        code: 'MESSAGE_TOO_LARGE',
        at: 'a/b',
      })
    })
  }

  it('never unpacks a bomb whole', () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000)))
    assert.throws(() => inflate(bomb, 'gzip', { left: 1_000_000 }, 'x'), { code: 'MESSAGE_TOO_LARGE' })
  })

  it('refuses what is broken, and an archive of several files', () => {
    for (const kind of ['gzip', 'zlib', 'zip'] as const) {
      const whole = new Uint8Array(packed[kind])
      for (const broken of [whole.subarray(0, whole.length - 9), whole.slice().fill(7, 40, 44)])
        assert.throws(() => inflate(broken, kind, { left: 100_000 }, 'x'), {
          code: 'MESSAGE_INVALID',
          protocolCode: 'T02',
        })
    }
    const two = zipSync({ 'a.xml': bytes(text), 'b.xml': bytes(text) })
    assert.throws(() => inflate(two, 'zip', { left: 100_000 }, 'x'), { code: 'MESSAGE_INVALID' })
  })

  it('tells no compression of XML or of a token', () => {
    for (const plain of ['<a/>', 'eyJhbGciOi.J.x', '']) assert.equal(compressionOf(bytes(plain)), undefined)
  })
})
