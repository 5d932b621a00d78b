/** A small disk in memory, where this process may mount one. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  readonly path: string
  readonly freeBytes: () => number
  /** Leaves so many bytes free; more are free again after `clear`. */
  readonly fill: (freeBytes: number) => void
  readonly clear: () => void
  readonly remove: () => void
}

/** Undefined where mounting is not allowed. */
export function mountSmallDisk(megabytes: number): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'stafett-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], {
    stdio: 'ignore',
  })
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true, force: true })
    return undefined
  }
  chmodSync(path, 0o777)
  const filler = join(path, 'filler')
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  }
  const clear = () => rmSync(filler, { force: true })
  return {
    path,
    freeBytes,
    fill: (left) => {
      clear()
      writeFileSync(filler, Buffer.alloc(Math.max(0, freeBytes() - left)))
    },
    clear,
    remove: () => {
      spawnSync('umount', ['-l', path], { stdio: 'ignore' })
      rmSync(path, { recursive: true, force: true })
    },
  }
}
