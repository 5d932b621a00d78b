import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseStrictJson, readStrictJson } from '../../../mappings/devices/json-text.js'
import { isHubError } from '../../../src/core/errors.js'

const LIMITS = { bytesMax: 1000, depthMax: 4, keysMax: 20 }
const unreadable = { code: 'MESSAGE_UNREADABLE', at: '' }
const parse = (text: string) => parseStrictJson(text, LIMITS)

describe('strict JSON', () => {
  it('refuses a key that stands twice, also when written differently', () => {
    assert.throws(() => parse('{"a":1,"a":2}'), unreadable)
    assert.throws(() => parse('{"a":{"b":1,"\\u0062":1}}'), unreadable)
    assert.deepEqual(parse('{"a":1,"b":{"a":2}}'), { a: 1, b: { a: 2 } })
  })

  it('does not take colons and brackets inside of texts for structure', () => {
    assert.deepEqual(parse('{"a":"x:{[\\"y\\":"}'), { a: 'x:{["y":' })
  })

  it('refuses what is nested too deep or has too many keys', () => {
    assert.throws(() => parse('[[[[[1]]]]]'), unreadable)
    assert.throws(() => parse(`[${'{"a":1},'.repeat(21)}1]`), unreadable)
  })

  it('refuses broken UTF-8, control characters and half surrogate pairs', () => {
    assert.throws(() => readStrictJson(new Uint8Array([0x22, 0xc3, 0x28, 0x22]), LIMITS), unreadable)
    assert.throws(() => parse('"a\\u0000b"'), unreadable)
    assert.throws(() => parse('"\\ud83d"'), unreadable)
    assert.equal(parse('"\\ud83d\\ude00 æ"'), '😀 æ')
  })

  it('refuses numbers that would change when read', () => {
    assert.throws(() => parse('{"a":0.12345678901234567}'), unreadable)
    assert.throws(() => parse('{"a":9007199254740993}'), unreadable)
    assert.throws(() => parse('{"a":1e999}'), unreadable)
    assert.deepEqual(parse('{"a":[0.000123456,-12.5,1e3]}'), { a: [0.000123456, -12.5, 1000] })
  })

  it('refuses too many bytes', () => {
    assert.throws(() => readStrictJson(new Uint8Array(1001), LIMITS), { code: 'MESSAGE_TOO_LARGE' })
  })

  it('reads what JSON.parse reads, and throws nothing but HubError', () => {
    const limits = { bytesMax: 1e6, depthMax: 100, keysMax: 1e5 }
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        let value: unknown
        try {
          value = parseStrictJson(text, limits)
        } catch (error) {
          assert.ok(isHubError(error))
          return
        }
        assert.deepEqual(value, JSON.parse(text))
      }),
      { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 100, seed: 7 },
    )
  })
})
