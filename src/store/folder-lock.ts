/**
 * One process at a time on an embedded data folder: PGlite itself checks nothing, and two writers lose each other's
 * rows (reliability.md 2 and 3.3). A file opened exclusively, with the holder's process and a heartbeat.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { HubError } from '../core/errors.js'

export interface FolderLock {
  readonly release: () => void
}
export interface FolderLockOptions {
  readonly heartbeatMs?: number
}

const LOCK_FILE = 'stafett.lock'
const HEARTBEAT_MS = 1_000
/** A holder that cannot be asked (other machine or container) is gone after this many missed heartbeats. */
const MISSED_HEARTBEATS = 4

/**
 * Takes the folder, making it where absent; a lock whose process is gone is taken over.
 * @throws HubError STORE_LOCKED when another process uses the folder
 */
export async function lockFolder(folder: string, options: FolderLockOptions = {}): Promise<FolderLock> {
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS
  mkdirSync(folder, { recursive: true })
  const path = join(folder, LOCK_FILE)
  const own = JSON.stringify({ ...whoAmI(), token: crypto.randomUUID() })
  if (!createExclusively(path, own)) await takeOver(path, own, heartbeatMs)
  const beat = setInterval(() => touch(path), heartbeatMs)
  beat.unref()
  return {
    release: () => {
      clearInterval(beat)
      if (readIfThere(path) === own) rmSync(path, { force: true })
    },
  }
}

async function takeOver(path: string, own: string, heartbeatMs: number): Promise<void> {
  const found = readIfThere(path)
  const refusal = new HubError('STORE_LOCKED', 'another process uses this data folder; stop it first', {
    at: LOCK_FILE,
  })
  if (found !== undefined && (await isAlive(path, found, heartbeatMs))) throw refusal
  const guard = `${path}.takeover`
  if (!createExclusively(guard, own)) {
    if (ageMs(guard) < heartbeatMs * MISSED_HEARTBEATS) throw refusal
    rmSync(guard, { force: true })
    throw refusal
  }
  try {
    // Only what was judged dead is removed: another process may have taken over meanwhile.
    if (readIfThere(path) === found) rmSync(path, { force: true })
    if (!createExclusively(path, own)) throw refusal
  } finally {
    rmSync(guard, { force: true })
  }
}

interface Holder {
  readonly pid: number
  /** Boot of the machine and the space in which `pid` counts. */
  readonly space: string
  /** When the process began, in ticks since boot; tells it from a later one with the same pid. */
  readonly began: string
}

async function isAlive(path: string, content: string, heartbeatMs: number): Promise<boolean> {
  const holder = parseHolder(content)
  if (holder !== undefined && holder.space === whoAmI().space) {
    const began = beginningOf(holder.pid)
    return began !== undefined && began === holder.began
  }
  const before = modifiedMs(path)
  if (before === undefined) return false
  for (let missed = 0; missed < MISSED_HEARTBEATS; missed += 1) {
    await wait(heartbeatMs)
    const now = modifiedMs(path)
    if (now === undefined) return false
    if (now !== before) return true
  }
  return false
}

function whoAmI(): Holder {
  return {
    pid: process.pid,
    space: `${readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? process.platform} ${pidNamespace()}`,
    began: beginningOf(process.pid) ?? 'unknown',
  }
}

/** Undefined when there is no such process. */
function beginningOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ESRCH') return undefined
  }
  // Field 22; the second field is the program's name in parentheses and may hold blanks.
  const stat = readIfThere(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown'
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    // not Linux: process ids count for the whole machine
    return 'machine'
  }
}

function parseHolder(content: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value !== 'object' || value === null) return undefined
    const { pid, space, began } = value as Record<string, unknown> // checked field by field below
    if (typeof pid !== 'number' || typeof space !== 'string' || typeof began !== 'string') return undefined
    return { pid, space, began }
  } catch {
    // cut off while it was written: its writer is judged by the heartbeat
    return undefined
  }
}

function createExclusively(path: string, content: string): boolean {
  let file: number
  try {
    file = openSync(path, 'wx')
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'EEXIST') return false
    throw new HubError('STORE_UNAVAILABLE', 'the data folder cannot be written', {
      at: LOCK_FILE,
      cause: error,
    })
  }
  writeSync(file, content)
  closeSync(file)
  return true
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // absent, or not for us to read: both mean that nothing is known
    return undefined
  }
}

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}

const ageMs = (path: string): number => Date.now() - (modifiedMs(path) ?? 0)

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // the folder was removed under us; the next statement of the store says so
  }
}
