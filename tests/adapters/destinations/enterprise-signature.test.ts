import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignedXml } from 'xml-crypto'
import { readSignature } from '../../../adapters/destinations/enterprise-signature.js'
import { readFields } from '../../../adapters/destinations/fields.js'
import { again, made, reread } from '../../support/kith-again.js'
import { bytes, m251 } from '../../support/kith-fixtures.js'
import { ibuprofen, onceDaily } from '../../support/kith-prescribed.js'
import { only, run } from '../../support/kith-run.js'
import { brokenRules, hasSchemas } from '../../support/official-schemas.js'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const suite = hasOpenssl ? describe : describe.skip
suite('enterprise signature (skipped without openssl)', function () {
  this.timeout(30_000)
  const folder = mkdtempSync(join(tmpdir(), 'signature-'))
  const path = (name: string): string => join(folder, name)
  const certify = (name: string, key: readonly string[]): void => {
    const args = ['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=hub', '-keyout', path(`${name}.key`)]
    const { status, stderr } = spawnSync('openssl', [...args, '-out', path(`${name}.crt`), ...key])
    assert.equal(status, 0, stderr.toString())
  }
  before(() => {
    certify('hub', ['-newkey', 'rsa:2048'])
    certify('other', ['-newkey', 'rsa:2048'])
    certify('curve', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'])
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const read = (signature: unknown) => {
    const faults: string[] = []
    const sign = readSignature(readFields({ signature }, 'destinations[0]', {}, faults))
    return { sign, faults }
  }
  const pair = (key: string, certificate = key) =>
    read({ key: path(`${key}.key`), certificate: path(`${certificate}.crt`) })
  const ours = (): { readonly message: string; readonly signed: string } => {
    // Line breaks, quotes and letters beyond ASCII, in text and in attributes.
    const medicine = { ...onceDaily(ibuprofen), text: 'æ & <ø>\r\n"å"', note: '½\tx' }
    const list = m251({
      roles: ['M'],
      entries: [{ id: 'a1b2c3d4-0000-4000-8000-00000000e001', medicine }],
      note: 'a\r\nb',
    })
    const message = made(again(run(list)))
    const { sign } = pair('hub')
    assert.ok(sign)
    return { message, signed: sign(message) }
  }
  const holds = (text: string): boolean => {
    const check = new SignedXml({ publicCert: readFileSync(path('hub.crt'), 'utf8') })
    check.loadSignature(/<Signature .*<\/Signature>/s.exec(text)?.[0] ?? '')
    try {
      return check.checkSignature(text)
    } catch {
      return false
    }
  }

  it('holds over the message as it is sent, which it leaves as it was', () => {
    const { message, signed } = ours()
    assert.equal(signed.replace(/<Signature .*<\/Signature>/s, ''), message)
    assert.equal(holds(signed), true)
    assert.deepEqual(only(reread(signed), 'List'), only(reread(message), 'List'))
  })

  it('does not hold once a letter was changed', () => {
    const { signed } = ours()
    const changed = signed.replace('Prøve', 'Prove')
    assert.notEqual(changed, signed)
    assert.equal(holds(changed), false)
  })

  it('the same message gets the same signature', () => {
    assert.equal(ours().signed, ours().signed)
  })

  it('keys that cannot sign are faults of the configuration', () => {
    assert.deepEqual(pair('hub', 'other').faults, [
      'destinations[0].signature.certificate and key do not belong together',
    ])
    assert.deepEqual(pair('curve').faults, [
      'destinations[0].signature.key must be an RSA key of 2048 bits or more',
    ])
    assert.deepEqual(read({ key: path('none'), certificate: path('hub.crt') }).faults, [
      'destinations[0].signature.key cannot be read',
    ])
    writeFileSync(path('text.key'), 'x')
    assert.deepEqual(read({ key: path('text.key'), certificate: path('hub.crt') }).faults, [
      'destinations[0].signature.key or certificate is no PEM',
    ])
  })

  if (hasSchemas)
    it('keeps the message valid by the official schema', async () => {
      assert.deepEqual(await brokenRules(bytes(ours().signed)), [])
    })
})
