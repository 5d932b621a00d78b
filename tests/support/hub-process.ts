/** The hub as a process of its own, so that tests can kill it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.js'

export interface HubProcess {
  readonly url: string
  readonly mllpPort: number
  readonly pid: number
  /** What it wrote to standard error. */
  readonly log: () => string
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>
  /** SIGTERM; the exit code, or null when it did not end by itself in time and was killed. */
  readonly stop: () => Promise<number | null>
}

const MAIN = join(fileURLToPath(import.meta.url), '..', '..', '..', 'src', 'main.js')
// On a machine with much else to do, the first start of an embedded store alone takes tens of seconds.
const START_MS_MAX = 120_000
const STOP_MS_MAX = 20_000

/** Starts the built hub and waits until it is ready. */
export async function startHubProcess(env: Readonly<Record<string, string>>): Promise<HubProcess> {
  const port = Number(env['PORT'] ?? (await freePort()))
  const mllpPort = Number(env['MLLP_PORT'] ?? (await freePort()))
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      STAFETT_LOG: 'warn',
      ...env,
      PORT: String(port),
      MLLP_PORT: String(mllpPort),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  // A test process that ends early leaves no hub behind.
  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow)
  child.once('exit', () => process.off('exit', killNow))
  const written: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => written.push(chunk.toString()))
  const url = `http://127.0.0.1:${port}`
  await untilReady(child, url, () => written.join('')).catch(async (error: unknown) => {
    await killed(child)
    throw error
  })
  return {
    url,
    mllpPort,
    pid: child.pid ?? 0,
    log: () => written.join(''),
    kill: (signal) => killed(child, signal),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      child.kill('SIGTERM')
      const late = setTimeout(killNow, STOP_MS_MAX)
      await once(child, 'exit')
      clearTimeout(late)
      return child.exitCode
    },
  }
}

async function killed(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

async function untilReady(child: ChildProcess, url: string, log: () => string): Promise<void> {
  const until = Date.now() + START_MS_MAX
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the hub ended at start: ${log()}`)
    const ready = await fetch(`${url}/health/ready`).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    if (Date.now() > until) throw new Error(`the hub did not get ready: ${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
