import assert from 'node:assert/strict'
import { checkRedis } from '../../src/composition/back-ends.js'
import { parseConfig } from '../../src/config.js'
import { recordedLog } from '../queue/lane-model.js'
import { freePort } from '../support/free-port.js'
import { hasRedisServer, startRedisServer } from '../support/redis-server.js'

const suite = hasRedisServer() ? describe : describe.skip

suite('a Redis that may throw keys away', function () {
  this.timeout(20_000)
  const check = (url: string, eviction: string) =>
    checkRedis(parseConfig({ REDIS_URL: url, STAFETT_REDIS_EVICTION: eviction }), recordedLog())

  it('keeps the hub from starting where that is refused, and only there', async () => {
    const redis = await startRedisServer(undefined, '--maxmemory-policy', 'allkeys-lru')
    try {
      await assert.rejects(check(redis.url, 'refuse'), {
        name: 'ConfigError',
        message: /maxmemory-policy allkeys-lru; set it to noeviction/,
      })
      await check(redis.url, 'warn')
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      await check(redis.url, 'refuse')
    } finally {
      await redis.stop()
    }
  })

  it('is not waited for when it is away', async () => {
    await check(`redis://127.0.0.1:${await freePort()}`, 'refuse')
  })
})
