// Makes the checkout runnable: installs dependencies and builds, each only when missing or out of date.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const SOURCES = ['src', 'adapters', 'mappings', 'queue', 'tests', 'bench', 'fhir-profiles']
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Stafett needs Node 20.19 or later; this is ${process.versions.node}`)
  process.exit(1)
}
install()
build()

function install() {
  const stamp = join(root, 'node_modules', '.stafett-installed')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  if (existsSync(join(root, 'node_modules', '.package-lock.json')) && installedMatches()) {
    writeFileSync(stamp, wanted)
    return
  }
  console.error('installing dependencies …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}

/** npm's own record of what it installed names the same packages and versions as the lock file. */
function installedMatches() {
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  const installed = read('node_modules/.package-lock.json')
  return Object.entries(read('package-lock.json')).every(
    ([name, entry]) => name === '' || entry.optional || installed[name]?.version === entry.version,
  )
}

function build() {
  const stamp = join(root, 'dist', '.built')
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  const newest = Math.max(
    ...SOURCES.map((folder) => newestIn(join(root, folder))),
    statSync(join(root, 'package-lock.json')).mtimeMs,
    statSync(join(root, 'tsconfig.json')).mtimeMs,
  )
  if (built > newest) return
  console.error('building …')
  const started = Date.now()
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root])
  run(process.execPath, [join(root, 'dist', 'src', 'validation', 'generate.js')])
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stamp, new Date(started).toISOString())
}

function newestIn(folder) {
  if (!existsSync(folder)) return 0
  let newest = statSync(folder).mtimeMs
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    newest = Math.max(newest, entry.isDirectory() ? newestIn(path) : statSync(path).mtimeMs)
  }
  return newest
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (result.status !== 0) process.exit(result.status ?? 1)
}
