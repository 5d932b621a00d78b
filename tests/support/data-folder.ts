/** Data folders of the embedded store for hubs under test. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEmbedded } from '../../src/store/database.js'
import { packageRoot } from '../../src/validation/package-root.js'

const TEMPLATE = '.data-folder-'

/**
 * A folder with an empty database in it, before any migration. It is a copy of one that is made once: to make one
 * costs a processor ten seconds. That the store can start in an empty folder is for tests/store to show.
 */
export async function newDataFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix))
  await cp(await template(), folder, { recursive: true })
  return folder
}

async function template(): Promise<string> {
  const built = join(packageRoot(), 'dist')
  const name = `${TEMPLATE}${fingerprint()}`
  const path = join(built, name)
  if (existsSync(path)) return path
  await mkdir(built, { recursive: true })
  for (const old of await readdir(built))
    if (old.startsWith(TEMPLATE) && !old.startsWith(name))
      await rm(join(built, old), { recursive: true, force: true })
  const made = await mkdtemp(join(tmpdir(), 'stafett-template-'))
  const own = `${path}.${process.pid}`
  await (await openEmbedded(made)).close()
  await cp(made, own, { recursive: true })
  await rm(made, { recursive: true, force: true })
  // Another process may have been as quick; then its folder serves.
  await rename(own, path).catch(() => rm(own, { recursive: true, force: true }))
  return path
}

/** Of all that decides what an empty database looks like: PGlite, and how we open it. */
function fingerprint(): string {
  const pglite = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const hash = createHash('sha256')
  hash.update(readFileSync(join(dirname(pglite), '..', 'package.json')))
  hash.update(readFileSync(fileURLToPath(new URL('../../src/store/database.js', import.meta.url))))
  return hash.digest('hex').slice(0, 16)
}
