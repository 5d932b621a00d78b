import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

describe('log', () => {
  it('drops and counts what nobody reads, and holds nobody up', async () => {
    const flood = fileURLToPath(new URL('./support/flood-log.js', import.meta.url))
    const child = spawn(process.execPath, [flood], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stderr.pause()
    const dropped = Number(await text(child.stdout))
    child.stderr.destroy()
    assert.ok(dropped > 10_000 && dropped < 20_000, `${dropped} dropped`)
  }).timeout(30_000)
})
