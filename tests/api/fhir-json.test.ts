import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseFhirJson } from '../../src/api/fhir-json.js'
import { prettyJson } from '../../src/api/pretty-json.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 50, seed: 20260301 }
const parse = (text: string) => parseFhirJson(Buffer.from(text), 'Patient')

const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/)
const string = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text))
const decimal = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((whole) => whole / 1000)
const { resource } = fc.letrec((tie) => ({
  resource: fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    string,
    decimal,
    fc.boolean(),
    fc.array(string, { minLength: 1, maxLength: 3 }),
    fc.array(tie('resource'), { minLength: 1, maxLength: 3 }),
    tie('resource'),
  ),
}))

describe('strict FHIR JSON', () => {
  it('reads what JSON.parse reads, in any spacing and with any escapes', () => {
    fc.assert(
      fc.property(resource, fc.constantFrom(undefined, 2, '\t'), fc.boolean(), (value, space, inEscapes) => {
        const text = JSON.stringify(value, null, space)
        const sent = inEscapes ? text.replace(/[^\x20-\x7e\n\t]/g, escaped) : text
        assert.deepEqual(parse(sent), value)
      }),
      RUNS,
    )
  })

  it('refuses every truncation of a resource', () => {
    const text = JSON.stringify({ a: [{ b: 'x\\"y', c: 1.5e3, d: true }], _e: [null, { f: 'g' }] })
    assert.ok(parse(text))
    for (let end = 0; end < text.length; end++)
      assert.throws(() => parse(text.slice(0, end)), { code: 'RESOURCE_STRUCTURE' }, String(end))
  })

  it('refuses what FHIR JSON does not allow', () => {
    for (const text of [
      '{"a":""}',
      '{"a":[]}',
      '{"a":{}}',
      '{"a":null}',
      '{"a":[null]}',
      '{"a":[{"b":1},null]}',
      '{"a":1,"a":2}',
      '{"__proto__":1}',
      '{"a b":1}',
      '{"a":"\\u0000"}',
      '{"a":"\\ud800"}',
      '{"a":"\u0001"}',
      '{"a":01}',
      '{"a":.5}',
      '{"a":+1}',
      '{"a":NaN}',
      '{"a":1e999}',
      '{"a":1.2345678901234567}',
      "{'a':1}",
      '{"a":1}{"b":1}',
      '{"a":1,}',
      '{"a":"\\x"}',
      '"a"',
      'null',
    ])
      assert.throws(() => parse(text), { code: 'RESOURCE_STRUCTURE' }, text)
  })

  it('takes nulls that hold places in arrays of primitives, and numbers of 15 digits', () => {
    assert.deepEqual(parse('{"given":[null,"Ola"],"_given":[{"id":"a"},null],"x":123456789012.345}'), {
      given: [null, 'Ola'],
      _given: [{ id: 'a' }, null],
      x: 123456789012.345,
    })
  })

  it('gives at most 100 places and one more, and never a value', () => {
    const text = `{${Array.from({ length: 200 }, (_, index) => `"p${index}":""`).join(',')},"secret":["hidden",null,{}]}`
    assert.throws(
      () => parse(text),
      (error: { code: string; issues: unknown[] }) => {
        assert.equal(error.code, 'RESOURCE_STRUCTURE')
        assert.equal(error.issues.length, 101)
        assert.ok(!JSON.stringify(error).includes('hidden'))
        return true
      },
    )
  })

  it('makes pretty text of the same content', () => {
    fc.assert(
      fc.property(resource, (value) => {
        assert.deepEqual(JSON.parse(prettyJson(JSON.stringify(value))), value)
      }),
      RUNS,
    )
    assert.equal(prettyJson('{"a":1.0,"b":["x, {y}"]}'), '{\n  "a": 1.0,\n  "b": [\n    "x, {y}"\n  ]\n}')
  })
})

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
