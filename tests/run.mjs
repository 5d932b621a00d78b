// Runs every suite whose back ends are reachable and says which ran. `--deep`: all property runs and slow suites in
// full. `--require-backends`: PostgreSQL and Redis must be there. `--serial`: one file after the other, in one process.
// `--times`: what each file took. Other words choose files by a part of their path.
// Ends with the plain line `N passed, N failed`.
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import Mocha from 'mocha'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'dist', 'tests')
// The longest first, so that none is left alone at the end; no two embedded stores under load at once.
const LONGEST = [
  'faults/kill-embedded.test',
  'faults/kill-postgresql.test',
  'faults/kill-postgresql-bullmq',
  'faults/kill-embedded-bullmq',
  'faults/',
  'store/',
  'e2e/',
]
const args = process.argv.slice(2)
if (args.includes('--deep')) process.env.STAFETT_TEST_DEEP = '1'
if (args.includes('--require-backends') || process.env.CI === 'true') process.env.STAFETT_TEST_REQUIRE = '1'
const wanted = args.filter((arg) => !arg.startsWith('--'))

const { reachableBackends } = await import(join(folder, 'support', 'reachable.js'))
const backends = await reachableBackends()
for (const { name, reachable, why } of backends)
  console.log(`${name}: ${reachable ? 'runs' : `not reachable (${why}), its suites are left out`}`)
if (process.env.STAFETT_TEST_REQUIRE === '1' && backends.some(({ reachable }) => !reachable)) {
  console.error('PostgreSQL and Redis are required here')
  process.exit(1)
}

const serial = args.includes('--serial')
const mocha = new Mocha({
  reporter: 'dot',
  timeout: 60_000,
  color: process.stdout.isTTY,
  parallel: !serial,
  jobs: Math.max(2, availableParallelism()),
})
for (const file of testFiles())
  if (wanted.length === 0 || wanted.some((part) => file.includes(part))) mocha.addFile(file)
if (serial) await mocha.loadFilesAsync()
const started = Date.now()
const took = new Map()
let stats = {}
mocha
  .run((failures) => {
    const { passes = 0, pending = 0 } = stats
    if (args.includes('--times'))
      for (const [file, ms] of [...took].sort(([, a], [, b]) => b - a))
        console.log(`${String(ms).padStart(7)} ms  ${relative(folder, file)}`)
    console.log(`${Math.round((Date.now() - started) / 1000)} s`)
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
    process.exit(failures === 0 && passes > 0 ? 0 : 1)
  })
  .on('test end', ({ file, duration = 0 }) => took.set(file, (took.get(file) ?? 0) + duration))
  .on('end', function end() {
    stats = this.stats
  })

function testFiles() {
  const rank = (file) => {
    const place = LONGEST.findIndex((start) => file.startsWith(start))
    return place === -1 ? LONGEST.length : place
  }
  // By source: what was built of a source that is gone is no test.
  return readdirSync(join(root, 'tests'), { recursive: true })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => file.replace(/ts$/, 'js'))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((file) => join(folder, file))
}
