import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { XML_LIMITS } from '../../../mappings/kith/xml.js'
import type { Judged } from '../../support/judge-hostile.js'
import { m96 } from '../../support/kith-broker-fixtures.js'
import { m1, m251 } from '../../support/kith-fixtures.js'

const SIZE = XML_LIMITS.bytesMax
const RISE_BYTES_MAX = 3 * SIZE
const DEEP = process.env['STAFETT_TEST_DEEP'] === '1'

const fill = (unit: string, bytes = SIZE - 20_000): string => unit.repeat(Math.floor(bytes / unit.length))
const numbered = (count: number, unit: (n: number) => string): string => {
  const parts: string[] = []
  for (let n = 0; n < count; n += 1) parts.push(unit(n))
  return parts.join('')
}
/** Inside a message that is right but for this. */
const within = (inner: string): string => m1().replace('<Patient>', `${inner}<Patient>`)
const signed = (inner: string): string =>
  m1().replace(
    '</MsgHead>',
    `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">${inner}</Signature></MsgHead>`,
  )

/** `slow`: judged in full runs only. */
const cases: readonly { what: string; xml: () => string; kind: Judged['kind']; slow?: true }[] = [
  {
    what: 'an entity bomb',
    xml: () =>
      `<!DOCTYPE a [<!ENTITY x "ha">${numbered(30, (n) => `<!ENTITY x${n} "&x;&x;">`)}]><a>&x29;</a>`,
    kind: 'unreadable',
    slow: true,
  },
  {
    what: 'an external entity',
    xml: () => '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    kind: 'unreadable',
    slow: true,
  },
  {
    what: 'a depth of 100,000',
    xml: () => '<a>'.repeat(100_000) + '</a>'.repeat(100_000),
    kind: 'unreadable',
    slow: true,
  },
  {
    what: 'a million attributes',
    xml: () => `<a ${numbered(1_000_000, (n) => `a${n.toString(36)}="" `)}/>`,
    kind: 'unreadable',
  },
  {
    what: 'attributes at the limit on element after element',
    xml: () => within(fill(`<OtherReceiver ${numbered(60, (n) => `a${n}=""`.concat(' '))}/>`)),
    kind: 'unreadable',
    slow: true,
  },
  { what: 'a million elements', xml: () => within(fill('<OtherReceiver/>')), kind: 'unreadable', slow: true },
  {
    what: 'as many elements as are taken, all of one name',
    xml: () => within('<OtherReceiver/>'.repeat(XML_LIMITS.elementsMax - 200)),
    kind: 'refuse',
  },
  { what: 'text up to the limit', xml: () => within(`<x>${fill('x')}</x>`), kind: 'unreadable', slow: true },
  {
    what: 'a hundred million bytes of text',
    xml: () => `<a>${'x'.repeat(100_000_000)}</a>`,
    kind: 'unreadable',
    slow: true,
  },
  { what: 'an endless name', xml: () => `<${fill('x')}/>`, kind: 'unreadable', slow: true },
  { what: 'an endless attribute', xml: () => `<a b="${fill('x')}"/>`, kind: 'unreadable', slow: true },
  { what: 'an endless comment', xml: () => `<!--${fill('x')}--><a/>`, kind: 'unreadable', slow: true },
  {
    what: 'a new namespace for each element',
    xml: () => within(numbered(60_000, (n) => `<OtherReceiver xmlns="urn:${n}"/>`)),
    kind: 'unreadable',
    slow: true,
  },
  {
    what: 'the right names in wrong namespaces',
    xml: () => m1().replaceAll('http://www.kith.no/xmlstds', 'http://www.example.no/xmlstds'),
    kind: 'unreadable',
    slow: true,
  },
  {
    what: 'a signature of as many elements as are taken',
    xml: () => signed('<x/>'.repeat(XML_LIMITS.elementsMax - 200)),
    kind: 'accept',
    slow: true,
  },
  { what: 'signature noise', xml: () => signed(`<x>${fill('QUJD')}</x>`), kind: 'unreadable', slow: true },
  { what: 'a signature of many elements', xml: () => signed(fill('<x/>')), kind: 'unreadable', slow: true },
  {
    what: 'faults without number',
    xml: () => m251().replace('</LegemidlerIBruk>', `${'<x/>'.repeat(15_000)}</LegemidlerIBruk>`),
    kind: 'refuse',
    slow: true,
  },
  {
    what: 'attachments that unpack without end',
    xml: () => {
      const bomb = Buffer.from(gzipSync(Buffer.alloc(8_000_000, 0x3c))).toString('base64')
      const one = `<Document><RefDoc><MsgType V="XML"/><Content><Base64Container xmlns="http://www.kith.no/xmlstds/base64container">${bomb}</Base64Container></Content></RefDoc></Document>`
      return m96('<StatusSok V="4"/>').replace('</MsgHead>', `${one.repeat(100)}</MsgHead>`)
    },
    kind: 'refuse',
  },
]

describe('hostile XML', function () {
  this.timeout(120_000)
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'hostile-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  function judge(xml: string): Judged {
    const file = join(folder, 'message.xml')
    writeFileSync(file, xml)
    const script = join(process.cwd(), 'dist/tests/support/judge-hostile.js')
    const { status, stderr, stdout } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    // The script prints this and nothing else.
    return JSON.parse(stdout) as Judged
  }

  for (const { kind, slow, what, xml } of cases)
    (slow && !DEEP ? it.skip : it)(`of ${what} costs little`, () => {
      const judged = judge(xml())
      assert.equal(judged.kind, kind, JSON.stringify(judged))
      assert.ok(judged.riseBytes < RISE_BYTES_MAX, `${what}: ${JSON.stringify(judged)}`)
    })
})
