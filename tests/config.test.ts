import assert from 'node:assert/strict'
import { ConfigError, parseConfig } from '../src/config.js'

const faultsOf = (env: Record<string, string>, role?: string): readonly string[] => {
  try {
    parseConfig(env, role)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.faults
  }
  return []
}

describe('configuration', () => {
  it('runs on defaults alone: loopback, embedded store, all roles', () => {
    const config = parseConfig({})
    assert.equal(config.host, '127.0.0.1')
    assert.equal(config.databaseUrl, undefined)
    assert.deepEqual([...config.roles], ['api', 'worker', 'mllp'])
    assert.equal(config.publicUrl, 'http://127.0.0.1:3000')
    assert.ok(Object.isFrozen(config))
  })

  it('lists every fault at once, each with its name and an example', () => {
    const faults = faultsOf({
      PORT: 'x',
      DATABASE_URL: 'mysql://h/d',
      STAFETT_ZONE: 'Mars/Phobos',
      STAFETT_LEASE_MS: '-1',
    })
    assert.equal(faults.length, 4)
    for (const [index, name] of ['PORT', 'DATABASE_URL', 'STAFETT_ZONE', 'STAFETT_LEASE_MS'].entries())
      assert.ok(
        faults.some((fault) => fault.includes(name) && fault.includes('example')),
        `${index} ${name}`,
      )
  })

  it('refuses any address but loopback without authentication', () => {
    assert.match(faultsOf({ HOST: '0.0.0.0' })[0] ?? '', /loopback only/)
  })

  it('puts an IPv6 address into links as URLs have it', () => {
    assert.equal(parseConfig({ HOST: '::1' }).publicUrl, 'http://[::1]:3000')
  })

  it('takes the embedded store in production only when told to', () => {
    assert.match(faultsOf({ STAFETT_MODE: 'production' })[0] ?? '', /DATABASE_URL.*STAFETT_EMBEDDED=accept/)
    assert.deepEqual(faultsOf({ STAFETT_MODE: 'production', STAFETT_EMBEDDED: 'accept' }), [])
    assert.deepEqual(faultsOf({ STAFETT_MODE: 'production', DATABASE_URL: 'postgres://h/d' }), [])
  })

  it('refuses several processes on the embedded store', () => {
    assert.match(faultsOf({}, 'api,worker')[0] ?? '', /DATABASE_URL/)
    assert.deepEqual(faultsOf({ DATABASE_URL: 'postgres://h/d' }, 'api'), [])
  })

  it('refuses an unknown role by naming those it knows', () => {
    assert.match(faultsOf({ DATABASE_URL: 'postgres://h/d' }, 'api,cook')[0] ?? '', /api, worker, mllp/)
  })
})
