import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseRedisAddress } from '../../src/core/redis-address.js'

const addressOf = (text: string) => {
  const parsed = parseRedisAddress(text)
  assert.equal(parsed.kind, 'address', JSON.stringify(parsed))
  return parsed.kind === 'address' ? parsed.address : undefined
}
const faultsOf = (text: string): readonly string[] => {
  const parsed = parseRedisAddress(text)
  return parsed.kind === 'faults' ? parsed.faults : []
}

describe('REDIS_URL', () => {
  it('is one server, given on to the client as it is', () => {
    assert.deepEqual(addressOf('redis://127.0.0.1:6379/2'), {
      kind: 'single',
      url: 'redis://127.0.0.1:6379/2',
    })
    assert.equal(addressOf('rediss://user:pw@host')?.kind, 'single')
  })

  it('is a master behind Sentinels', () => {
    assert.deepEqual(addressOf('redis+sentinel://host1:26380,host2,[::1]:26381/mymaster'), {
      kind: 'sentinel',
      sentinels: [
        { host: 'host1', port: 26_380 },
        { host: 'host2', port: 26_379 },
        { host: '::1', port: 26_381 },
      ],
      master: 'mymaster',
      db: 0,
      tls: false,
      login: {},
    })
    assert.deepEqual(addressOf('rediss+sentinel://hub:p%40ss@host1/mymaster/3?sentinel-password=s%26t'), {
      kind: 'sentinel',
      sentinels: [{ host: 'host1', port: 26_379 }],
      master: 'mymaster',
      db: 3,
      tls: true,
      login: { username: 'hub', password: 'p@ss' },
      sentinelPassword: 's&t',
    })
  })

  it('is a Cluster', () => {
    assert.deepEqual(addressOf('redis+cluster://:pw@host1:7000,host2'), {
      kind: 'cluster',
      nodes: [
        { host: 'host1', port: 7_000 },
        { host: 'host2', port: 6_379 },
      ],
      tls: false,
      login: { password: 'pw' },
    })
  })

  it('has every fault of it named at once, and none of its words repeated', () => {
    assert.deepEqual(faultsOf('redis+sentinel://us%er:geheim@host1,,host3:99999/?colour=red').length, 5)
    assert.deepEqual(faultsOf('redis+cluster://host1/1?x=1').length, 2)
    for (const text of ['http://h', 'redis+sentinel//x', 'redis+both://h/m', '', 'redis+sentinel://'])
      assert.ok(faultsOf(text).length > 0, text)
    for (const fault of faultsOf('redis+sentinel://us%er:geheim@host1,,host3:99999/?colour=red'))
      assert.doesNotMatch(fault, /geheim|us%er|colour|99999/)
  })

  it('is parsed or refused, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', 'redis://', 'redis+sentinel://', 'redis+cluster://'),
        fc.string(),
        (form, rest) => {
          const parsed = parseRedisAddress(form + rest)
          if (parsed.kind === 'faults') assert.ok(parsed.faults.length > 0)
        },
      ),
    )
  })
})
