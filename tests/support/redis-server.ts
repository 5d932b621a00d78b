/** A Redis server of a test's own, from the binary on the path: it may be emptied, stopped and killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.js'
import { programOnPath } from './reachable.js'

export interface RedisServer {
  readonly url: string
  readonly port: number
  readonly command: (...words: [string, ...string[]]) => Promise<unknown>
  readonly signal: (name: NodeJS.Signals) => void
  readonly stop: () => Promise<void>
}

export const hasRedisServer = (): boolean => programOnPath('redis-server') !== undefined

/** Starts on `port`, or on a free one; resolves when it answers. */
export async function startRedisServer(port?: number, ...settings: string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stafett-redis-'))
  return launch(port ?? (await freePort()), folder, ['--save', '', ...settings])
}

/** Watches the master on `masterPort` under the name `mymaster`; alone it decides on a fail-over, in a second. */
export async function startSentinel(masterPort: number): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stafett-sentinel-'))
  const file = join(folder, 'sentinel.conf')
  const lines = [
    `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds mymaster 500',
    'sentinel failover-timeout mymaster 2000',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return launch(await freePort(), folder, ['--sentinel'], file)
}

async function launch(
  chosen: number,
  folder: string,
  settings: readonly string[],
  file?: string,
): Promise<RedisServer> {
  const child: ChildProcess = spawn(
    'redis-server',
    [
      ...(file === undefined ? [] : [file]),
      ...['--port', `${chosen}`, '--bind', '127.0.0.1', '--dir', folder],
      ...settings,
    ],
    { stdio: 'ignore' },
  )
  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow)
  child.once('exit', () => process.off('exit', killNow))
  const client = new Redis(chosen, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: (times: number) => (times < 60 ? 50 : null),
  })
  client.on('error', () => undefined)
  await client.connect().catch(() => undefined)
  for (let tries = 0; tries < 100; tries += 1) {
    if (client.status === 'ready') break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    command: (name, ...rest) => client.call(name, ...rest),
    signal: (name) => void child.kill(name),
    stop: async () => {
      client.disconnect()
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit')
        child.kill('SIGKILL')
        await gone
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
