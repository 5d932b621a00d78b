import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fidelityOf } from '../../../mappings/fidelity/fidelity-of.js'

const FOLDER = join(dirname(process.cwd()), 'shared/samples/eresept/msg')
const DOCUMENT = 'docs/fidelity.md'
const DEEP = process.env['STAFETT_TEST_DEEP'] === '1'
/** Every value of a message is tried: the long ones take seconds, and wait for the deep run. */
const BYTES_MAX = DEEP ? Number.POSITIVE_INFINITY : 12_000

/** Places that the document names, with the file that they stand in. */
function documented(): ReadonlySet<string> {
  const rows = readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm)
  return new Set([...rows].map(([, file, at]) => `${file} ${at}`))
}

const suite = existsSync(FOLDER) ? describe : describe.skip
suite('fidelity of the e-prescription samples', () => {
  const files = existsSync(FOLDER) ? readdirSync(FOLDER).sort() : []
  for (const file of files.filter((name) => statSync(join(FOLDER, name)).size <= BYTES_MAX))
    it(`loses nothing of ${file} but what ${DOCUMENT} names`, function () {
      this.timeout(120_000)
      const named = documented()
      const context = { zone: 'Europe/Oslo', receivedAt: '2024-03-02T12:00:00.000Z' }
      for (const outcome of fidelityOf(new Uint8Array(readFileSync(join(FOLDER, file))), context)) {
        // What is refused is told to its sender, whole.
        if (outcome.kind === 'refused') continue
        assert.ok(outcome.counts.mapped > 0)
        const lost = outcome.leaves.filter(({ fate }) => fate === 'unmapped').map(({ at }) => `${file} ${at}`)
        assert.deepEqual(
          lost.filter((one) => !named.has(one)),
          [],
        )
      }
    })
})
