import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HubClient } from '../../src/cli/hub-client.js'
import { reconcile } from '../../src/cli/reconcile.js'

interface Asked {
  readonly channel: string
  readonly messages: { readonly sender: string; readonly messageId: string }[]
}

describe('stafett reconcile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stafett-reconcile-'))
  const file = join(folder, 'sent.txt')
  const asked: Asked[] = []
  const printed: string[] = []
  const { log, error } = console
  beforeEach(() => {
    asked.length = 0
    printed.length = 0
    console.log = (line) => void printed.push(line)
    console.error = (line) => void printed.push(line)
  })
  afterEach(() => {
    console.log = log
    console.error = error
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** A hub that has lost the messages named so. */
  const hub = {
    post: async (_path: string, body = '') => {
      const request = JSON.parse(body) as Asked
      asked.push(request)
      const missing = request.messages.filter(({ messageId }) => messageId.startsWith('lost'))
      return {
        status: 200,
        text: JSON.stringify({ checked: request.messages.length, missing }),
        messageId: undefined,
      }
    },
  } as unknown as HubClient // the one function that is used

  it('prints what the hub has not, however long the log, and says so by its exit code', async () => {
    const lines = Array.from(
      { length: 2_500 },
      (_, index) => `EPJ|GP\t${index % 1_000 === 7 ? 'lost' : 'm'}-${index}`,
    )
    writeFileSync(file, `${lines.join('\r\n')}\n\n`)
    assert.equal(await reconcile(hub, 'hl7v2', file), 1)
    assert.deepEqual(
      asked.map(({ channel, messages }) => [channel, messages.length]),
      [
        ['hl7v2', 1_000],
        ['hl7v2', 1_000],
        ['hl7v2', 500],
      ],
    )
    assert.deepEqual(printed, [
      'EPJ|GP\tlost-7',
      'EPJ|GP\tlost-1007',
      'EPJ|GP\tlost-2007',
      '3 of 2500 messages are not in the hub',
    ])
    writeFileSync(file, 'EPJ|GP\tm-1\n')
    assert.equal(await reconcile(hub, 'hl7v2', file), 0)
  })

  it('names the line that it cannot read, and the file that is not there', async () => {
    writeFileSync(file, 'EPJ|GP\tm-1\nEPJ|GP m-2\n')
    await assert.rejects(reconcile(hub, 'hl7v2', file), /sent\.txt, line 2: must be sender, tab, message id/)
    await assert.rejects(reconcile(hub, 'hl7v2', join(folder, 'absent')), /cannot read/)
  })
})
