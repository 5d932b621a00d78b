/** A PostgreSQL server of a test's own, from the binaries on the path: it may be stopped, killed, filled and set. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.js'
import { programOnPath } from './reachable.js'

export interface PostgresServer {
  readonly url: string
  readonly port: number
  readonly folder: string
  /** Gives a folder to the user that the server runs as. */
  readonly own: (folder: string) => void
  /** One statement on a connection of its own. */
  readonly run: (sql: string) => Promise<void>
  /** Starts it again after `stop` or `kill`; resolves when it answers. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  /** kill -9 of the postmaster; its children end by themselves. */
  readonly kill: () => Promise<void>
  readonly remove: () => Promise<void>
}

export const hasPostgresServer = (): boolean =>
  programOnPath('initdb') !== undefined && programOnPath('postgres') !== undefined && runsAs() !== 'nobody'

/**
 * Makes a cluster and does not start it.
 * @param settings `name=value`, as for `postgres -c`
 */
export async function newPostgresServer(settings: readonly string[] = []): Promise<PostgresServer> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'stafett-pg-'))
  const user = runsAs()
  const as = typeof user === 'object' ? user : {}
  const own = (path: string) => {
    if (as.uid !== undefined && as.gid !== undefined) chownSync(path, as.uid, as.gid)
  }
  own(folder)
  const data = join(folder, 'data')
  execFileSync(
    'initdb',
    ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--no-instructions', '-E', 'UTF8'],
    {
      ...as,
      stdio: 'ignore',
    },
  )
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const state: { child: ChildProcess | undefined } = { child: undefined }
  const fixed = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'max_connections=50']
  const killNow = () => void state.child?.kill('SIGKILL')
  process.once('exit', killNow)

  async function end(signal: NodeJS.Signals): Promise<void> {
    const { child } = state
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  return {
    url,
    port,
    folder,
    own,
    run: (sql) => run(url, sql),
    start: async () => {
      const all = [...fixed, ...settings].flatMap((setting) => ['-c', setting])
      // What a killed one left behind may still be ending.
      for (let tries = 0; tries < 20; tries += 1) {
        const child = spawn('postgres', ['-D', data, '-p', `${port}`, ...all], { ...as, stdio: 'ignore' })
        state.child = child
        if (await answers(url, child)) return
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      throw new Error('postgres does not start')
    },
    // Fast shutdown: connections are cut.
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
    remove: async () => {
      await end('SIGQUIT')
      process.off('exit', killNow)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** PostgreSQL does not run as root: then as the user `postgres`, where there is one. */
function runsAs(): { readonly uid?: number; readonly gid?: number } | 'nobody' {
  if (process.getuid?.() !== 0) return {}
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? 'nobody' : { uid: Number(uid), gid: Number(gid) }
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** False when it ended instead. */
async function answers(url: string, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null || child.signalCode !== null) return false
    const there = await run(url, 'select 1').then(
      () => true,
      () => false,
    )
    if (there) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
