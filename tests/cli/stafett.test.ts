import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { freePort } from '../support/free-port.js'

const COMMAND = join(fileURLToPath(import.meta.url), '..', '..', '..', 'src', 'cli', 'stafett.js')

async function stafett(...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [[code], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
  return { code, out, err }
}

describe('the stafett command', function () {
  this.timeout(60_000)

  it('says that there is no hub, in one line', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    for (const args of [
      ['list', '15820012345', '--url', url],
      ['messages', '--url', `${url}/`],
    ])
      assert.deepEqual(await stafett(...args), { code: 1, out: '', err: `no hub at ${url}\n` })
  })

  it('says what is wrong with an address, a file or an option', async () => {
    const address = await stafett('messages', '--url', 'localhost')
    assert.equal(address.code, 1)
    assert.match(address.err, /^--url must be .*\n$/)
    const file = await stafett('send', 'hl7v2', 'no-such-file.hl7')
    assert.deepEqual(file, { code: 1, out: '', err: 'cannot read no-such-file.hl7\n' })
    const option = await stafett('list', '--colour')
    assert.equal(option.code, 2)
    assert.match(option.err, /--colour/)
    assert.doesNotMatch(option.err, /node:internal|\.js:/)
  })
})
