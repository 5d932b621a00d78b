import assert from 'node:assert/strict'
import { loopbackOnly, parseNetwork, publicOr } from '../../../adapters/transport/address-guard.js'

describe('address guard', () => {
  it('lets public addresses pass and no others', () => {
    const guard = publicOr([])
    for (const address of ['93.184.215.14', '8.8.8.8', '172.32.0.1', '2a00:1450:400f:80c::200e'])
      assert.equal(guard(address), true, address)
    for (const address of [
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '127.0.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:10.0.0.1',
      '::ffff:93.184.215.14',
      '64:ff9b::a00:1',
      '2002:a00:1::1',
      'fc00::1',
      'fe80::1',
      'fe80::1%eth0',
      'ff02::1',
      '2001:db8::1',
      'localhost',
      '',
    ])
      assert.equal(guard(address), false, address)
  })

  it('lets networks pass that the operator names, and nothing beside them', () => {
    const guard = publicOr(['10.20.0.0/16', 'fd12::/48'])
    assert.equal(guard('10.20.255.1'), true)
    assert.equal(guard('10.21.0.1'), false)
    assert.equal(guard('fd12::5'), true)
    assert.equal(guard('fd13::5'), false)
  })

  it('knows loopback', () => {
    for (const address of ['127.0.0.1', '127.1.2.3', '::1']) assert.equal(loopbackOnly(address), true)
    for (const address of ['8.8.8.8', '10.0.0.1', '::2', 'localhost'])
      assert.equal(loopbackOnly(address), false)
  })

  it('reads networks whole', () => {
    assert.deepEqual(parseNetwork('10.0.0.0/8'), { address: '10.0.0.0', prefix: 8, family: 'ipv4' })
    assert.deepEqual(parseNetwork('::1/128'), { address: '::1', prefix: 128, family: 'ipv6' })
    for (const text of ['10.0.0.0', '10.0.0.0/33', '::/129', 'host/8', '10.0.0.0/8/8', '10.0.0.0/x', '/8'])
      assert.equal(parseNetwork(text), undefined, text)
  })
})
