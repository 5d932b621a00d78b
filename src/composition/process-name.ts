/** What this process is called in the database: `stafett/<version of the software, mappings included>/<process>`. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../validation/package-root.js'

export const packageVersion = (): string =>
  // Our own package file.
  (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version

/** Names of connections are cut at 63 bytes. */
const PROCESS_CHARS = 13

export const newProcessName = (): string =>
  `stafett/${packageVersion().slice(0, 20)}/${randomUUID().slice(0, PROCESS_CHARS)}`
