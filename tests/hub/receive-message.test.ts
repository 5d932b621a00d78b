import assert from 'node:assert/strict'
import { HubError } from '../../src/core/errors.js'
import { laneKey, messageId } from '../../src/core/ids.js'
import type { ChannelProtocol, Envelope } from '../../src/core/message.js'
import { EFFECT_WAIT_MS_MAX, type ReceiveDeps, receiveMessage } from '../../src/hub/receive-message.js'
import type { Accepted, NewMessage } from '../../src/store/inbox.js'

const envelope: Envelope = {
  channel: 'eresept',
  kind: 'M1',
  sender: '8095068',
  messageId: 'm-1',
  part: 0,
  subject: { by: 'none' },
}

const protocol = (kind: string, door: 'accept' | 'refuse' | 'unreadable' = 'accept'): ChannelProtocol => ({
  channel: 'eresept',
  answersWithEffect: new Set(['M5']),
  types: new Map(),
  check: () => {
    const refusal = { code: 'MESSAGE_INVALID' as const, problems: [{ at: 'MsgId', text: 'is not a UUID' }] }
    if (door === 'accept') return { kind: 'accept', items: [{ ...envelope, kind }] }
    return door === 'refuse' ? { kind: 'refuse', envelope, refusal } : { kind: 'unreadable', refusal }
  },
  answer: (_envelope, _raw, outcome) => ({ status: 200, contentType: 'text/plain', body: outcome.kind }),
})

interface Recorded {
  readonly deps: ReceiveDeps
  readonly steps: string[]
  readonly rows: NewMessage[]
}

function recorder(
  accepted: (row: NewMessage) => Accepted,
  answers: readonly (string | undefined)[] = [],
): Recorded {
  const steps: string[] = []
  const rows: NewMessage[] = []
  const time = { now: 0 }
  const left = [...answers]
  return {
    steps,
    rows,
    deps: {
      store: {
        accept: async (messages) => {
          steps.push('stored')
          rows.push(...messages)
          return messages.map(accepted)
        },
        answerOf: async () => {
          const body = left.shift()
          return {
            answer: body === undefined ? undefined : { status: 200, contentType: 'text/xml', body },
            state: 'waiting',
          }
        },
      },
      ring: (lane) => steps.push(`rang ${lane}`),
      clock: () => time.now,
      newId: () => `id-${rows.length}`,
      hash: () => 'hash',
      wait: async (ms) => {
        time.now += ms
      },
      settings: { zone: 'Europe/Oslo', syntheticIds: 'accept', processingIds: ['P'] },
      answerQuery: () => Promise.reject(new Error('no query here')),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      count: () => undefined,
    },
  }
}

const stored = (row: NewMessage): Accepted => ({
  kind: 'stored',
  id: row.id,
  lane: laneKey('p-1'),
  state: 'waiting',
})
const raw = new TextEncoder().encode('<M1/>')

describe('receiving a message', () => {
  it('stores first, then rings the lane', async () => {
    const { deps, steps } = recorder(stored)
    const received = await receiveMessage(deps, protocol('M1'), raw, 'application/xml')
    assert.deepEqual(steps, ['stored', 'rang p-1'])
    assert.equal(received.reply.body, 'accepted')
  })

  it('stores the answer with the row, so that a duplicate gets the same one', async () => {
    const { deps, rows } = recorder(stored)
    await receiveMessage(deps, protocol('M1'), raw, 'application/xml')
    assert.equal(rows[0]?.answer?.body, 'accepted')
    const again = recorder((row) => ({
      kind: 'duplicate',
      id: row.id,
      lane: laneKey('p-1'),
      state: 'done',
      answer: { status: 200, contentType: 'text/plain', body: 'the first answer' },
    }))
    const received = await receiveMessage(again.deps, protocol('M1'), raw, 'application/xml')
    assert.equal(received.reply.body, 'the first answer')
    assert.deepEqual(again.steps, ['stored'], 'no lane is rung for a duplicate')
  })

  it('stores a refused message with its reason and never rings for it', async () => {
    const { deps, rows, steps } = recorder(
      (row) => ({ ...stored(row), kind: 'stored', state: 'refused' }) as Accepted,
    )
    const received = await receiveMessage(deps, protocol('M1', 'refuse'), raw, 'application/xml')
    assert.equal(received.outcome, 'refused')
    assert.equal(rows[0]?.state, 'refused')
    assert.equal(rows[0]?.reason?.code, 'MESSAGE_INVALID')
    assert.deepEqual(steps, ['stored'])
  })

  it('stores nothing of what nobody can read', async () => {
    const { deps, steps } = recorder(stored)
    const received = await receiveMessage(deps, protocol('M1', 'unreadable'), raw, 'application/xml')
    assert.equal(received.messageId, undefined)
    assert.deepEqual(steps, [])
  })

  it('answers a known id with other content as a conflict', async () => {
    const { deps } = recorder(() => ({ kind: 'conflict', id: messageId('first') }))
    const received = await receiveMessage(deps, protocol('M1'), raw, 'application/xml')
    assert.equal(received.outcome, 'conflict')
    assert.equal(received.reply.body, 'conflict')
  })

  it('says from when on an id counts as new, where its channel has such a time', async () => {
    const { deps, rows } = recorder(stored)
    await receiveMessage(deps, protocol('M1'), raw, 'application/xml')
    const idReuseMs = (channel: string) => (channel === 'eresept' ? 86_400_000 : undefined)
    await receiveMessage({ ...deps, idReuseMs }, protocol('M1'), raw, 'application/xml')
    assert.deepEqual(
      rows.map(({ idReusedBefore }) => idReusedBefore),
      [undefined, '1969-12-31T00:00:00.000Z'],
    )
  })

  it('waits for the receipt that comes with the effect', async () => {
    const { deps, rows } = recorder(stored, [undefined, undefined, '<M52/>'])
    const received = await receiveMessage(deps, protocol('M5'), raw, 'application/xml')
    assert.equal(rows[0]?.answer, undefined, 'the answer is owed')
    assert.equal(received.reply.body, '<M52/>')
  })

  it('answers 202 when the receipt does not come in time', async () => {
    const { deps } = recorder(stored, [])
    const received = await receiveMessage(deps, protocol('M5'), raw, 'application/xml')
    assert.equal(received.reply.status, 202)
    assert.ok(deps.clock() >= EFFECT_WAIT_MS_MAX)
  })

  it('gives no answer at all when the row could not be stored', async () => {
    const { deps } = recorder(stored)
    const failing = {
      ...deps,
      store: {
        ...deps.store,
        accept: async () => {
          throw new HubError('STORE_UNAVAILABLE', 'no database')
        },
      },
    }
    await assert.rejects(receiveMessage(failing, protocol('M1'), raw, 'application/xml'), {
      code: 'STORE_UNAVAILABLE',
    })
  })
})
