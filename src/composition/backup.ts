/** `stafett backup`: a synced copy of the embedded store, through the hub that has it open, or from its folder. */
import { resolve } from 'node:path'
import type { Config } from '../config.js'
import { codeOf, HubError } from '../core/errors.js'
import type { Log } from '../core/ports.js'
import { IN_MEMORY, openEmbedded } from '../store/database.js'
import { holdsDatabase, noteBackup } from '../store/embedded-folder.js'
import { writeSynced } from '../store/synced-file.js'

/** What the running hub does of it. */
export interface Backup {
  readonly copy: () => Promise<Uint8Array>
  /** The copy has been sent to where it will be `file`. */
  readonly taken: (file: string) => void
}

export function openBackup(folder: string, copy: () => Promise<Uint8Array>, log: Log): Backup {
  return {
    copy,
    taken: (file) => {
      if (folder === IN_MEMORY) return
      noteBackup(folder, { file, at: new Date().toISOString() }).catch((error: unknown) =>
        log.warn('backup could not be noted', { code: codeOf(error) }),
      )
    },
  }
}

export interface BackupDone {
  /** Absolute. */
  readonly file: string
  readonly bytes: number
  readonly from: string
}

/**
 * @param url of the hub that runs, if one does
 * @throws HubError STORE_UNAVAILABLE, STORE_LOCKED; Error of the file system
 */
export async function backUp(config: Config, url: string, target: string): Promise<BackupDone> {
  const file = resolve(target)
  const response = await askHub(url, file)
  if (response !== undefined) {
    if (response.status !== 200 || response.body === null)
      throw new HubError(
        'STORE_UNAVAILABLE',
        `${url} gives no backup: ${response.status} ${await response.text()}`,
      )
    return { file, bytes: await writeSynced(file, response.body), from: url }
  }
  return { file, bytes: await copyFolder(config, url, file), from: config.dataDir }
}

/** Undefined when no hub answers there. */
async function askHub(url: string, file: string): Promise<Response | undefined> {
  const request = {
    method: 'POST',
    body: JSON.stringify({ file }),
    headers: { 'content-type': 'application/json' },
  }
  return fetch(`${url.replace(/\/+$/, '')}/ops/backup`, request).catch(() => undefined)
}

async function copyFolder({ databaseUrl, dataDir }: Config, url: string, file: string): Promise<number> {
  if (databaseUrl !== undefined || !holdsDatabase(dataDir))
    throw new HubError('STORE_UNAVAILABLE', `no hub at ${url}, and no embedded store in ${dataDir}`)
  const database = await openEmbedded(dataDir).catch((cause: unknown) => {
    if (codeOf(cause) !== 'STORE_LOCKED') throw cause
    throw new HubError(
      'STORE_LOCKED',
      `a hub uses ${dataDir} and does not answer at ${url}: name its address with --url`,
      { cause },
    )
  })
  try {
    const bytes = await writeSynced(file, [await database.dump()])
    await noteBackup(dataDir, { file, at: new Date().toISOString() })
    return bytes
  } finally {
    await database.close()
  }
}
