/** The hub as a process of its own, so that tests can kill it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type ClockStep, FAULT_AT_START, FAULT_REPORT_FD, type Fault } from './fault.js'
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
  /** Sends a signal and waits for nothing. */
  readonly signal: (name: NodeJS.Signals) => void
  /** What is to happen at a fail point (option `failpoints`); replaces what was armed and has not happened. */
  readonly arm: (fault: Fault) => void
  /** Sets its clock so many milliseconds ahead of the machine's (option `failpoints`). */
  readonly stepClock: (aheadMs: number) => void
  /** Faults that happened, as `<point> <action>`. */
  readonly faults: () => readonly string[]
  readonly ended: () => boolean
}

export interface HubOptions {
  /** What is waited for: `ready` (to work) unless told otherwise, or `live` (it answers). */
  readonly until?: 'ready' | 'live'
  /** Value of `--role`; all roles when absent. */
  readonly role?: string
  /** File of a backup to start from. */
  readonly restore?: string
  /** Loads what arms fail points; without it the hub runs as it does elsewhere. */
  readonly failpoints?: true
  /** Armed from the first instruction on: the hub may end before it is ready. */
  readonly faultAtStart?: Fault
}

const built = (...path: string[]): string => join(fileURLToPath(import.meta.url), '..', '..', '..', ...path)
const CLI = built('src', 'cli', 'stafett.js')
const ARM = built('tests', 'support', 'arm-failpoints.js')
// On a machine with much else to do, the first start of an embedded store alone takes tens of seconds.
const START_MS_MAX = 120_000
const STOP_MS_MAX = 20_000

/** Starts the built hub and waits until it is ready, or `until`. */
export async function startHubProcess(
  env: Readonly<Record<string, string>>,
  options: HubOptions = {},
): Promise<HubProcess> {
  const port = Number(env['PORT'] ?? (await freePort()))
  const mllpPort = Number(env['MLLP_PORT'] ?? (await freePort()))
  const child = spawnHub({ ...env, PORT: String(port), MLLP_PORT: String(mllpPort) }, options)
  // A test process that ends early leaves no hub behind.
  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow)
  child.once('exit', () => process.off('exit', killNow))
  const written = collected(child.stderr)
  const faults = collected(child.stdio[FAULT_REPORT_FD])
  const url = `http://127.0.0.1:${port}`
  await untilAnswered(child, `${url}/health/${options.until ?? 'ready'}`, written).catch(
    async (error: unknown) => {
      await killed(child)
      throw error
    },
  )
  return {
    url,
    mllpPort,
    pid: child.pid ?? 0,
    log: written,
    kill: (signal) => killed(child, signal),
    stop: async () => {
      if (hasEnded(child)) return child.exitCode
      child.kill('SIGTERM')
      const late = setTimeout(killNow, STOP_MS_MAX)
      await once(child, 'exit')
      clearTimeout(late)
      return child.exitCode
    },
    signal: (name) => void child.kill(name),
    arm: (fault) => void (child.connected && child.send(fault)),
    stepClock: (clockMs) => void (child.connected && child.send({ clockMs } satisfies ClockStep)),
    faults: () => faults().trim().split('\n').filter(Boolean),
    ended: () => hasEnded(child),
  }
}

function spawnHub(env: Readonly<Record<string, string>>, options: HubOptions): ChildProcess {
  const role = options.role === undefined ? [] : ['--role', options.role]
  const restore = options.restore === undefined ? [] : ['--restore', options.restore]
  const armed = options.failpoints === true || options.faultAtStart !== undefined
  const loaded = armed ? ['--import', pathToFileURL(ARM).href] : []
  return spawn(process.execPath, [...loaded, CLI, 'serve', ...role, ...restore], {
    env: {
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      STAFETT_LOG: 'warn',
      ...env,
      ...(options.faultAtStart === undefined
        ? {}
        : { [FAULT_AT_START]: JSON.stringify(options.faultAtStart) }),
    },
    // The fourth is FAULT_REPORT_FD.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
  })
}

/** All that a stream of a child gave so far. */
function collected(stream: Readable | Writable | null | undefined): () => string {
  const chunks: string[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  stream?.on('error', () => undefined)
  return () => chunks.join('')
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

async function killed(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (hasEnded(child)) return
  child.kill(signal)
  await once(child, 'exit')
}

async function untilAnswered(child: ChildProcess, url: string, log: () => string): Promise<void> {
  const until = Date.now() + START_MS_MAX
  for (;;) {
    if (hasEnded(child)) throw new Error(`the hub ended at start: ${log()}`)
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    if (Date.now() > until) throw new Error(`the hub did not get ready: ${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
