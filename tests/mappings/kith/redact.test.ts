import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { withoutOpaque } from '../../../mappings/kith/redact.js'
import { m94, m96, m912 } from '../../support/kith-broker-fixtures.js'
import { base64, bytes, m1, m251 } from '../../support/kith-fixtures.js'
import { run } from '../../support/kith-run.js'

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwcsO4dmUifQ.c2lnbmF0dXJl'
const kept = (xml: string): string => Buffer.from(withoutOpaque(bytes(xml))).toString('utf8')

describe('what is kept of a message', () => {
  it('is every byte of one without attachments, and of one whose attachments are XML', () => {
    for (const xml of [m1(), m251(), m96('', [m1()]), m912([m251()]), m1({ attachment: base64('<a/>') })])
      assert.equal(kept(xml), xml)
    const packed = m1({ attachment: gzipSync('<a/>').toString('base64') })
    assert.equal(kept(packed), packed)
  })

  for (const [what, attachment] of [
    ['an access token in base64', base64(TOKEN)],
    ['a bare access token', TOKEN],
    ['a compressed access token', gzipSync(TOKEN).toString('base64')],
    ['XML that cannot be read', base64('<a>')],
  ] as const)
    it(`is not ${what}, and everything around it`, () => {
      const xml = m1({ attachment })
      assert.equal(kept(xml), xml.replace(attachment, ''))
    })

  it('is no token inside an attached message either', () => {
    const inner = m1({ attachment: base64(TOKEN) })
    for (const xml of [
      m94('<Status V="E" DN="x"/>', [inner]),
      m96('', [m94('<Status V="E" DN="x"/>', [inner])]),
    ]) {
      const text = kept(xml)
      assert.notEqual(text, xml)
      let layer = text
      for (
        let found = /<bas:Base64Container[^>]*>([^<]+)</.exec(layer);
        found !== null;
        found = /Base64Container[^>]*>([^<]+)</.exec(layer)
      )
        layer = Buffer.from(found[1] ?? '', 'base64').toString('utf8')
      assert.ok(layer.includes('<Resept ') && !layer.includes(base64(TOKEN)))
    }
  })

  it('says the same about the patient as what was received', () => {
    const xml = m1({ attachment: base64(TOKEN) })
    const { message: _full, ...full } = run(xml)
    const { message: _redacted, ...redacted } = run(kept(xml))
    assert.deepEqual(JSON.parse(JSON.stringify(redacted)), JSON.parse(JSON.stringify(full)))
  })
})
