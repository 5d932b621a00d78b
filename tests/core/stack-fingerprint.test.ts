import assert from 'node:assert/strict'
import { stackFingerprint } from '../../src/core/stack-fingerprint.js'

const withStack = (stack: string, error: Error = new TypeError('secret')): Error =>
  Object.assign(error, { stack })

describe('the fingerprint of a stack', () => {
  const here =
    'TypeError: secret\n    at map (file:///srv/a/dist/src/hub/x.js:12:3)\n    at run (/srv/a/dist/src/y.js:1:1)'

  it('is the same for other texts, lines and folders', () => {
    const there =
      'TypeError: another\n    at map (file:///opt/hub/dist/src/hub/x.js:99:1)\n    at run (/opt/hub/dist/src/y.js:2:2)'
    assert.equal(stackFingerprint(withStack(here)), stackFingerprint(withStack(there)))
  })

  it('differs by function, file and kind of error', () => {
    const base = stackFingerprint(withStack(here))
    assert.notEqual(stackFingerprint(withStack(here.replace('at map', 'at parse'))), base)
    assert.notEqual(stackFingerprint(withStack(here.replace('x.js', 'z.js'))), base)
    assert.notEqual(stackFingerprint(withStack(here, new RangeError('secret'))), base)
  })

  it('leaves out names that may be made of data', () => {
    const named = (name: string) => withStack(`Error\n    at Object.${name} (/a/dist/x.js:1:1)`)
    assert.equal(stackFingerprint(named('Kari Hansen')), stackFingerprint(named('Ola Nordmann')))
  })

  it('is absent where nothing tells the place', () => {
    assert.equal(stackFingerprint('text'), undefined)
    assert.equal(stackFingerprint(withStack('Error: no frames')), undefined)
  })
})
