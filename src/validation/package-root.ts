/** Where the package lies: files that are not code (fhir-profiles) are found from there, in source and in build alike. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The folder of the nearest package.json named "stafett", upwards from `from` (a file URL).
 * @throws Error when there is none: the installation is broken.
 */
export function packageRoot(from: string = import.meta.url): string {
  for (let folder = dirname(fileURLToPath(from)); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && nameOf(manifest) === 'stafett') return folder
    if (dirname(folder) === folder) throw new Error('package root not found: no package.json named "stafett"')
  }
}

function nameOf(manifest: string): unknown {
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
  return typeof parsed === 'object' && parsed !== null && 'name' in parsed ? parsed.name : undefined
}
