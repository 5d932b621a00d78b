import assert from 'node:assert/strict'
import { CommandError, type HubClient, type HubReply } from '../../src/cli/hub-client.js'
import { deadLetters, messages, replay } from '../../src/cli/operations.js'

const ID = '0b7f7b1e-3f57-4f52-9d0e-5a1c2f0e9a10'

/** Answers by path, and keeps what was asked. */
function hubOf(answers: Readonly<Record<string, readonly [status: number, body: object]>>) {
  const asked: string[] = []
  const answer = async (path: string): Promise<HubReply> => {
    const [status, body] = answers[path.split('?')[0] ?? ''] ?? [404, {}]
    return { status, text: JSON.stringify(body), messageId: undefined }
  }
  const hub: Pick<HubClient, 'get' | 'post'> = {
    get: (path) => {
      asked.push(`GET ${path}`)
      return answer(path)
    },
    post: (path, body = '') => {
      asked.push(`POST ${path} ${body}`.trim())
      return answer(path)
    },
  }
  return { hub: hub as HubClient, asked }
}

describe('commands of operators', () => {
  const { log } = console
  let told: string[]
  beforeEach(() => {
    told = []
    console.log = (line: string) => told.push(line)
  })
  afterEach(() => {
    console.log = log
  })

  it('list messages by filter', async () => {
    const { hub, asked } = hubOf({ '/ops/messages': [200, { messages: [] }] })
    assert.equal(await messages(hub, { state: 'dead', fingerprint: 'b5bb9d8014a0f9b1' }), 0)
    assert.deepEqual(asked, ['GET /ops/messages?state=dead&fingerprint=b5bb9d8014a0f9b1'])
  })

  it('show groups of dead letters, one a line', async () => {
    const group = {
      count: 12,
      fingerprint: 'b5bb9d8014a0f9b1',
      code: 'MESSAGE_INVALID',
      channel: 'hl7v2',
      kind: 'RDE^O11',
      at: 'RXE-3',
      text: 'is not a number',
    }
    const { hub } = hubOf({ '/ops/dead-letters': [200, { groups: [group] }] })
    assert.equal(await deadLetters(hub, undefined), 0)
    assert.match(told.join('\n'), /^ +12 {2}b5bb9d8014a0f9b1 {2}MESSAGE_INVALID {2}hl7v2 RDE\^O11 {2}RXE-3/)
    assert.equal(await deadLetters(hubOf({ '/ops/dead-letters': [200, { groups: [] }] }).hub, 'devices'), 0)
    assert.equal(told.at(-1), 'no dead letters')
  })

  it('run single ones again at once, and fail when one could not be', async () => {
    const { hub, asked } = hubOf({ [`/ops/messages/${ID}/replay`]: [202, {}] })
    assert.equal(await replay(hub, [ID], {}), 0)
    assert.equal(await replay(hub, [ID, 'x'], {}), 1)
    assert.deepEqual(asked, [
      `POST /ops/messages/${ID}/replay`,
      `POST /ops/messages/${ID}/replay`,
      'POST /ops/messages/x/replay',
    ])
  })

  it('only count what a filter names until the count is given back', async () => {
    const { hub, asked } = hubOf({ '/ops/replays': [200, { count: 7 }] })
    assert.equal(await replay(hub, [], { channel: 'hl7v2', from: '2026-01-01T00:00:00Z' }), 0)
    assert.equal(await replay(hub, [ID], { 'dry-run': true }), 0)
    assert.deepEqual(asked, [
      'POST /ops/replays {"filter":{"channel":"hl7v2","receivedFrom":"2026-01-01T00:00:00Z"},"dryRun":true}',
      `POST /ops/replays {"filter":{"ids":["${ID}"]},"dryRun":true}`,
    ])
  })

  it('start a task with the count and follow it to its end', async () => {
    const task = { state: 'done', replayed: 6, refused: 1, outcomes: { done: 6 } }
    const { hub, asked } = hubOf({
      '/ops/replays': [202, { id: ID }],
      [`/ops/replays/${ID}`]: [200, task],
    })
    assert.equal(await replay(hub, [], { fingerprint: 'b5bb9d8014a0f9b1', expected: '7' }), 0)
    assert.equal(asked[0], 'POST /ops/replays {"filter":{"fingerprint":"b5bb9d8014a0f9b1"},"expected":7}')
    assert.deepEqual(told, [`replay ${ID}`, 'done: 7 of 7 {"done":6}'])
  })

  it('fail when the count is another by now, and want ids or a filter', async () => {
    const { hub } = hubOf({ '/ops/replays': [409, { detail: '8 messages are meant now' }] })
    assert.equal(await replay(hub, [], { channel: 'hl7v2', expected: '7' }), 1)
    await assert.rejects(replay(hub, [], {}), CommandError)
    await assert.rejects(replay(hub, [ID], { channel: 'hl7v2' }), CommandError)
    await assert.rejects(replay(hub, [], { channel: 'hl7v2', expected: 'many' }), CommandError)
  })
})
