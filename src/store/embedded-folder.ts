/**
 * What stands in the folder of an embedded store beside its lock: the database, a mark that it was made whole, and a note
 * of its last backup.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HubError } from '../core/errors.js'
import { AT_CONNECT } from './store-error.js'
import { writeSynced } from './synced-file.js'

export interface BackupNote {
  /** Where the operator had it written, as told by the command. */
  readonly file: string
  /** ISO instant. */
  readonly at: string
}

const DATABASE = 'db'
const RESTORING = 'db.restoring'
const MADE_FILE = 'stafett.made.json'
const NOTE_FILE = 'stafett.backup.json'
/** PostgreSQL writes it into every data folder. */
const VERSION_FILE = 'PG_VERSION'

export const databaseFolder = (folder: string): string => join(folder, DATABASE)
export const holdsDatabase = (folder: string): boolean => existsSync(join(folder, DATABASE, VERSION_FILE))

/**
 * Makes ready for the engine to open or make the database. The engine takes a folder whose version file is gone for an
 * empty one and begins anew, so a database that was once made whole must be there still.
 * @throws HubError STORE_UNAVAILABLE when it is not
 */
export async function prepareFolder(folder: string): Promise<void> {
  if (!holdsDatabase(folder)) {
    if (existsSync(join(folder, MADE_FILE))) throw doesNotOpen(folder, undefined)
    // A first start that was cut off: nothing was ever taken into it.
    if (existsSync(databaseFolder(folder)))
      await rename(databaseFolder(folder), join(folder, `db.unfinished-${Date.now()}`))
  }
  await mkdir(databaseFolder(folder), { recursive: true })
}

/** The database in the folder is whole. */
export async function markMade(folder: string): Promise<void> {
  const file = join(folder, MADE_FILE)
  if (!existsSync(file))
    await writeSynced(file, [Buffer.from(JSON.stringify({ at: new Date().toISOString() }))])
}

/**
 * Puts the database of a backup into a folder that has none: wholly, or not at all.
 * @param load opens the copy in the folder given, and closes it again
 * @throws HubError STORE_UNAVAILABLE when there is a database, or the file is no backup
 */
export async function restoreInto(
  folder: string,
  file: string,
  load: (folder: string, copy: Blob) => Promise<void>,
): Promise<void> {
  if (holdsDatabase(folder))
    throw new HubError('STORE_UNAVAILABLE', `${folder} holds a database: move it away, then restore`, {
      at: 'restore',
    })
  const restoring = join(folder, RESTORING)
  await rm(restoring, { recursive: true, force: true })
  await mkdir(restoring, { recursive: true })
  try {
    const bytes = await readFile(file)
    await load(restoring, new Blob([bytes], { type: 'application/x-gzip' }))
  } catch (cause) {
    await rm(restoring, { recursive: true, force: true })
    throw new HubError('STORE_UNAVAILABLE', `${file} cannot be read, or is no backup of a store`, {
      at: 'restore',
      cause,
    })
  }
  // What may be left of a damaged one is not ours to delete.
  if (existsSync(databaseFolder(folder)))
    await rename(databaseFolder(folder), join(folder, `db.replaced-${Date.now()}`))
  await rename(restoring, databaseFolder(folder))
}

export async function noteBackup(folder: string, note: BackupNote): Promise<void> {
  await writeSynced(join(folder, NOTE_FILE), [Buffer.from(JSON.stringify(note))])
}

export function lastBackup(folder: string): BackupNote | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(join(folder, NOTE_FILE), 'utf8'))
    if (typeof note !== 'object' || note === null) return undefined
    const { file, at } = note as Record<string, unknown> // checked field by field below
    return typeof file === 'string' && typeof at === 'string' ? { file, at } : undefined
  } catch {
    // absent or cut off: nothing is known of a backup
    return undefined
  }
}

/** What to do when the folder does not open, as after a power cut (reliability.md 3.3). */
export function doesNotOpen(folder: string, cause: unknown): HubError {
  const note = lastBackup(folder)
  const known =
    note === undefined ? 'no backup of it is known here' : `its last backup is ${note.file} of ${note.at}`
  return new HubError(
    'STORE_UNAVAILABLE',
    `the database in ${folder} does not open; ${known}. Move the folder away, then: stafett serve --restore <file>`,
    { at: AT_CONNECT, cause },
  )
}
