// Runs every suite whose back ends are reachable and says which ran. `--deep`: all property runs and slow suites in
// full. `--require-backends`: PostgreSQL and Redis must be there. Ends with the plain line `N passed, N failed`.
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Mocha from 'mocha'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
if (args.includes('--deep')) process.env.STAFETT_TEST_DEEP = '1'
if (args.includes('--require-backends') || process.env.CI === 'true') process.env.STAFETT_TEST_REQUIRE = '1'
const wanted = args.filter((arg) => !arg.startsWith('--'))

const { reachableBackends } = await import(join(root, 'dist', 'tests', 'support', 'reachable.js'))
const backends = await reachableBackends()
for (const { name, reachable, why } of backends)
  console.log(`${name}: ${reachable ? 'runs' : `not reachable (${why}), its suites are left out`}`)
if (process.env.STAFETT_TEST_REQUIRE === '1' && backends.some(({ reachable }) => !reachable)) {
  console.error('PostgreSQL and Redis are required here')
  process.exit(1)
}

const mocha = new Mocha({
  reporter: process.env.CI === 'true' ? 'dot' : 'dot',
  timeout: 60_000,
  color: process.stdout.isTTY,
})
for (const file of testFiles(join(root, 'dist', 'tests')))
  if (wanted.length === 0 || wanted.some((part) => file.includes(part))) mocha.addFile(file)
await mocha.loadFilesAsync()
const started = Date.now()
mocha
  .run((failures) => {
    const { passes = 0, pending = 0 } = stats
    console.log(`${Math.round((Date.now() - started) / 1000)} s`)
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
    process.exit(failures === 0 && passes > 0 ? 0 : 1)
  })
  .on('end', function end() {
    stats = this.stats
  })
let stats = {}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return testFiles(path)
      return entry.name.endsWith('.test.js') ? [path] : []
    })
    .sort()
}
