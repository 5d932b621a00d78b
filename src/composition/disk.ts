/** Free space of the disk under the store. */
import { statfs } from 'node:fs/promises'
import type { Config } from '../config.js'
import { IN_MEMORY } from '../store/database.js'

/** The embedded store's folder, or what is configured: where PostgreSQL keeps its data only its operator knows. */
export function watchedFolder({ databaseUrl, dataDir, diskFolder }: Config): string | undefined {
  if (diskFolder !== undefined) return diskFolder
  return databaseUrl === undefined && dataDir !== IN_MEMORY ? dataDir : undefined
}

/** Bytes that this process may still write; undefined without a folder. */
export async function diskFreeBytes(folder: string | undefined): Promise<number | undefined> {
  if (folder === undefined) return undefined
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Share of that disk in use, 0 to 1, as df counts it: what is kept for the system's own user is not to be had. */
export async function diskUsed(folder: string | undefined): Promise<number | undefined> {
  if (folder === undefined) return undefined
  const found = await statfs(folder).catch(() => undefined)
  // A folder that is gone is told by the store itself.
  if (found === undefined) return undefined
  const used = found.blocks - found.bfree
  return used + found.bavail === 0 ? undefined : used / (used + found.bavail)
}
