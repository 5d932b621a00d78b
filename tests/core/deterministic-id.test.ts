import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { platformDigest } from '../../src/composition/digest.js'
import { deterministicUuid, digestText } from '../../src/core/deterministic-id.js'

const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 50

describe('deterministic id', () => {
  it('agrees with another SHA-256 on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        assert.equal(digestText(text), createHash('sha256').update(text, 'utf8').digest('hex'))
      }),
      { numRuns, seed: 7 },
    )
  })

  it('agrees with another SHA-256 at every length around a block', () => {
    for (let length = 0; length < 200; length++) {
      const text = 'x'.repeat(length)
      assert.equal(digestText(text), createHash('sha256').update(text).digest('hex'))
    }
  })

  it('is the digest of the platform, which stands in for it, also where a text holds half a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 0xd800, max: 0xdfff }),
        (text, half) => {
          const broken = `${text}${String.fromCharCode(half)}`
          assert.equal(digestText(broken), platformDigest(broken))
        },
      ),
      { numRuns, seed: 8 },
    )
  })

  it('makes UUIDs of version 8 that keep the parts apart', () => {
    assert.match(
      deterministicUuid('a', 'b'),
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    assert.equal(deterministicUuid('a', 'b'), deterministicUuid('a', 'b'))
    assert.notEqual(deterministicUuid('a', 'b'), deterministicUuid('ab'))
    assert.notEqual(deterministicUuid('a', 'bc'), deterministicUuid('ab', 'c'))
  })
})
