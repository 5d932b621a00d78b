import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decodeBase64 } from '../../../mappings/kith/base64.js'
import { parseXml, pathOf } from '../../../mappings/kith/xml.js'
import { node, writeXml } from '../../../mappings/kith/xml-write.js'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string) => parseXml(utf8(text))
const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 50

describe('KITH XML reader', () => {
  it('resolves namespaces, whatever the prefixes', () => {
    const plain = parse('<a xmlns="urn:x"><b xmlns="urn:y">1</b></a>')
    const prefixed = parse('<p:a xmlns:p="urn:x" xmlns="urn:y"><b>1</b></p:a>')
    for (const root of [plain, prefixed]) {
      assert.equal(`${root.ns} ${root.local}`, 'urn:x a')
      assert.equal(`${root.children[0]?.ns} ${root.children[0]?.local}`, 'urn:y b')
    }
  })

  it('keeps attributes without namespace and drops xmlns and xsi ones', () => {
    const root = parse(
      '<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x y" V="1"/>',
    )
    assert.deepEqual(root.attributes, { V: '1' })
  })

  it('joins text, CDATA and the predefined and numeric entities', () => {
    assert.equal(parse('<a>1 &lt; <![CDATA[2 & ]]>&#x33;&#52;</a>').text, '1 < 2 & 34')
  })

  it('names places with a position only among namesakes', () => {
    const root = parse('<a><b/><c><d/><d/></c></a>')
    assert.equal(pathOf(root.children[1]!.children[1]!), 'a/c/d[2]')
    assert.equal(pathOf(root.children[0]!), 'a/b')
  })

  it('stops at the element that it was asked for, not looking at what follows', () => {
    const broken = `<a><b>1</b>${' '.repeat(20_000)}<c></a>`
    assert.equal(parseXml(utf8(broken), { until: 'b' }).children[0]?.text, '1')
    assert.throws(() => parse(broken), { code: 'MESSAGE_UNREADABLE' })
  })

  const hostile: readonly [string, string][] = [
    ['text that is no XML', 'MSH|^~\\&|'],
    ['an empty message', ''],
    ['an element that never closes', '<a><b></a>'],
    ['an undeclared prefix', '<p:a/>'],
    ['two root elements', '<a/><b/>'],
    ['an attribute given twice', '<a V="1" V="2"/>'],
    ['a document type', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['an unknown entity', '<a>&secret;</a>'],
    ['a control character', '<a>\u0001</a>'],
    ['another declared encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'],
    [
      'an entity bomb',
      `<!DOCTYPE a [<!ENTITY x "ha">${Array.from({ length: 30 }, (_, i) => `<!ENTITY x${i} "&x;&x;">`).join('')}]><a>&x29;</a>`,
    ],
  ]
  for (const [what, text] of hostile)
    it(`refuses ${what} as unreadable`, () => {
      assert.throws(() => parse(text), { code: 'MESSAGE_UNREADABLE', protocolCode: 'T01' })
    })

  it('refuses bytes that are not UTF-8', () => {
    assert.throws(() => parseXml(Uint8Array.from([0x3c, 0x61, 0x3e, 0xff, 0xfe])), {
      code: 'MESSAGE_UNREADABLE',
    })
  })

  it('refuses what is beyond its limits, and quickly', () => {
    const started = performance.now()
    const deep = '<a>'.repeat(70) + '</a>'.repeat(70)
    const wide = `<a>${'<b/>'.repeat(200_001)}</a>`
    const attributes = `<a ${Array.from({ length: 70 }, (_, i) => `b${i}=""`).join(' ')}/>`
    const long = `<a>${'x'.repeat(12 * 1024 * 1024)}</a>`
    for (const text of [deep, wide, attributes, long])
      assert.throws(() => parse(text), { code: 'MESSAGE_TOO_LARGE' })
    assert.ok(performance.now() - started < 5000)
  })

  it('reads back whatever text was written', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 })
    fc.assert(
      fc.property(text, text, (content, attribute) => {
        const root = parse(writeXml(node('a', content, { V: attribute })))
        assert.equal(root.text, content)
        assert.equal(root.attributes['V'], attribute)
      }),
      { numRuns, seed: 20_240_301 },
    )
  })
})

describe('strict base64', () => {
  it('gives back what was encoded, line breaks and all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes)
          .toString('base64')
          .replace(/(.{20})/g, '$1\r\n')
        assert.deepEqual([...decodeBase64(text, 'x', 1000)], [...bytes])
      }),
      { numRuns, seed: 20_240_302 },
    )
  })

  for (const text of ['abc', 'ab=c', 'a===', 'YWJj!', 'YWJjæ', '===='])
    it(`refuses ${text}`, () => {
      assert.throws(() => decodeBase64(text, 'a/b', 100), { code: 'MESSAGE_INVALID', at: 'a/b' })
    })

  it('refuses more bytes than allowed', () => {
    assert.throws(() => decodeBase64('YWJj'.repeat(100), 'a', 10), { code: 'MESSAGE_TOO_LARGE' })
  })
})
