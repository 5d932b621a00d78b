/** Files that are wholly there or not at all, also after a power cut. */
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Health data may stand in it. */
const OWNER_ONLY = 0o600

/**
 * Writes beside `path`, syncs, and takes its place in one step; the folder is synced too.
 * @returns bytes written
 * @throws whatever `parts` or the file system throws; `path` is as it was before, then
 */
export async function writeSynced(
  path: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const beside = `${path}.${process.pid}.part`
  let bytes = 0
  try {
    const file = await open(beside, 'w', OWNER_ONLY)
    try {
      for await (const part of parts) {
        await file.writeFile(part)
        bytes += part.length
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
  return bytes
}

/** So that the new name lasts. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
