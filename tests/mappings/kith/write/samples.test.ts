import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { again, clinical, made, reread } from '../../../support/kith-again.js'
import { run } from '../../../support/kith-run.js'

const FOLDER = join(dirname(process.cwd()), 'shared/samples/eresept/msg')
const suite = existsSync(FOLDER) ? describe : describe.skip

suite('real messages made again', () => {
  for (const name of existsSync(FOLDER) ? readdirSync(FOLDER).sort() : [])
    if (/^m(1|10|251)-/.test(name))
      it(`${name} says the same after having been made anew`, () => {
        const first = run(new Uint8Array(readFileSync(join(FOLDER, name))))
        const second = reread(made(again(first)))
        assert.deepEqual(clinical(second), clinical(first))
      })
})
