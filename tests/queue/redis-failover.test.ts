/** Redis with fail-over: a master behind a Sentinel, and a Cluster (reliability.md 8, F-04), on servers of our own. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { openBullmqDispatcher } from '../../queue/bullmq-dispatcher.js'
import type { Dispatcher } from '../../queue/contract.js'
import { parseRedisAddress } from '../../src/core/redis-address.js'
import { freePort } from '../support/free-port.js'
import { hasRedisServer, type RedisServer, startRedisServer, startSentinel } from '../support/redis-server.js'
import { laneModel, recordedLog, until } from './lane-model.js'

const suite = hasRedisServer() ? describe : describe.skip

suite('doorbells over a Redis with fail-over', function () {
  this.timeout(60_000)
  const servers: RedisServer[] = []
  const dispatchers: Dispatcher[] = []
  const server = async (port?: number, ...settings: string[]) => {
    const started = await startRedisServer(port, ...settings)
    servers.push(started)
    return started
  }
  const dispatcher = (url: string) => {
    const parsed = parseRedisAddress(url)
    assert.ok(parsed.kind === 'address')
    const opened = openBullmqDispatcher({
      redis: parsed.address,
      incarnation: randomUUID(),
      concurrency: 4,
      log: recordedLog(),
      sweepMs: 100,
    })
    dispatchers.push(opened)
    return opened
  }
  afterEach(async () => {
    for (const opened of dispatchers.splice(0)) await opened.stop(500)
    for (const started of servers.splice(0).reverse()) await started.stop()
  })

  it('follows the master that the Sentinel names, when the old one is killed with what it had not passed on', async () => {
    const master = await server()
    const replica = await server(
      undefined,
      '--replicaof',
      '127.0.0.1',
      `${master.port}`,
      '--repl-diskless-sync-delay',
      '0',
    )
    const sentinel = await startSentinel(master.port)
    servers.push(sentinel)
    const opened = dispatcher(`redis+sentinel://127.0.0.1:${sentinel.port}/mymaster`)
    const model = laneModel(5)
    await opened.start(model)
    await until(() => opened.mode() === 'bullmq', 10_000, 'master in use')
    const linked = async () =>
      String(await replica.command('INFO', 'replication')).includes('master_link_status:up')
    while (!(await linked())) await new Promise((resolve) => setTimeout(resolve, 50))
    for (let row = 0; row < 200; row += 1) {
      if (row === 100) master.signal('SIGKILL')
      opened.ring(model.add(`p-${row % 20}`, row))
    }
    await until(() => model.waiting() === 0, 10_000, 'all rows worked')
    const promoted = async () => String(await replica.command('INFO', 'replication')).includes('role:master')
    while (!(await promoted())) await new Promise((resolve) => setTimeout(resolve, 50))
    await until(() => opened.mode() === 'bullmq', 20_000, 'new master in use')
    opened.ring(model.add('p-1', 1_000))
    await until(() => model.waiting() === 0, 5_000, 'worked over the new master')
  })

  it('works over a Cluster', async () => {
    const port = await freePort()
    const node = await server(port, '--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1')
    await node.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    const opened = dispatcher(`redis+cluster://127.0.0.1:${port}`)
    const model = laneModel(3, 5)
    await opened.start(model)
    await until(() => opened.mode() === 'bullmq', 10_000, 'Cluster in use')
    for (let row = 0; row < 60; row += 1) opened.ring(model.add(`p-${row % 12}`, row))
    await until(() => model.waiting() === 0, 10_000, 'all rows worked')
    assert.equal(model.overlaps(), 0)
    const keys = (await node.command('KEYS', '*')) as string[]
    assert.ok(keys.length > 0 && keys.every((key) => key.startsWith('{stafett}:')), keys.join())
  })
})
