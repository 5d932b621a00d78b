/** The outbox of a process over a real database (reliability.md I-5, K11–K14, F-26). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Outbox, type OutboxOptions, startOutbox } from '../../queue/outbox.js'
import type { Destination, Rendered, Verdict } from '../../src/core/delivery.js'
import { HubError } from '../../src/core/errors.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { lane, type OutboxOfTest, outboxOf, putChanges, QUICK_RULES, recorder } from '../support/outbox.js'
import { recordedLog, until } from './lane-model.js'

const LIMIT_MS = 20_000
const NEVER_MS = 600_000

describeStores('outbox', await availableBackends(), (current) => {
  const running: Outbox[] = []
  afterEach(async () => {
    for (const outbox of running.splice(0)) await outbox.stop(1_000)
  })

  const start = async (
    destinations: readonly Destination[],
    more: Partial<OutboxOptions> = {},
  ): Promise<{
    outbox: Outbox
    store: OutboxOfTest
    counted: string[]
    log: ReturnType<typeof recordedLog>
  }> => {
    const store = outboxOf(current().db, QUICK_RULES)
    const counted: string[] = []
    const log = recordedLog()
    const outbox = await startOutbox({
      store,
      destinations,
      rules: QUICK_RULES,
      owner: randomUUID(),
      newId: randomUUID,
      log,
      random: Math.random,
      count: (destination, outcome) => void counted.push(`${destination} ${outcome}`),
      sweepMs: 20,
      gatherMs: 0,
      leaseMarginMs: 10_000,
      ...more,
    })
    running.push(outbox)
    return { outbox, store, counted, log }
  }
  const state = async (store: OutboxOfTest, number: number, destination = 'journal') =>
    (await store.deliveries({ destination, limit: 100 })).find((one) => one.number === number)
  const stateIs = (store: OutboxOfTest, number: number, wanted: string, destination = 'journal') =>
    until(
      async () => (await state(store, number, destination))?.state === wanted,
      LIMIT_MS,
      `${destination} ${number} ${wanted}`,
    )

  it('delivers what a doorbell announces, without a sweep', async () => {
    const journal = recorder('journal')
    const { counted, outbox } = await start([journal], { sweepMs: NEVER_MS })
    await putChanges(current().db, [
      { lane: 'a', number: 1 },
      { lane: 'a', number: 2 },
    ])
    outbox.take({ name: 'fan-out' })
    await until(() => counted.length === 2, LIMIT_MS, 'both settled')
    assert.deepEqual(
      journal.sent.map(({ attempt, delivery, message }) => [
        attempt,
        delivery.number,
        Buffer.from(message.body).toString(),
      ]),
      [
        [1, 1, `${lane('a')} 1`],
        [1, 2, `${lane('a')} 2`],
      ],
    )
    assert.deepEqual(counted, ['journal delivered', 'journal delivered'])
  })

  it('finds by its sweep what nobody rang for, and retries that fell due', async () => {
    const journal = recorder('journal', {
      answer: ({ attempt }) =>
        attempt < 3 ? { kind: 'retry', code: 'not-connected' } : { kind: 'delivered', status: 200 },
    })
    const { counted } = await start([journal])
    await putChanges(current().db, [{ lane: 'a', number: 1 }])
    await until(() => counted.at(-1) === 'journal delivered', LIMIT_MS, 'delivered')
    assert.deepEqual(
      journal.sent.map(({ attempt }) => attempt),
      [1, 2, 3],
    )
    assert.equal(new Set(journal.sent.map(({ delivery }) => delivery.id)).size, 1)
  })

  it('marks changes that no destination is there for', async () => {
    const { store } = await start([])
    await putChanges(current().db, [{ lane: 'a', number: 1 }])
    await until(async () => (await store.openChanges(undefined, 1)).length === 0, LIMIT_MS, 'passed over')
  })

  it('lets nine receivers have theirs while the tenth is slow, with four in its hand', async () => {
    let release = (): void => undefined
    const released = new Promise<Verdict>((resolve) => {
      release = () => resolve({ kind: 'delivered' })
    })
    const slow = recorder('slow', { answer: () => released, sendMsMax: LIMIT_MS })
    let inHand = 0
    const counting = {
      ...slow,
      send: (attempt: Parameters<Destination['send']>[0]) => {
        inHand += 1
        return slow.send(attempt)
      },
    }
    const fast = Array.from({ length: 9 }, (_, index) => recorder(`fast-${index}`))
    await start([counting, ...fast])
    await putChanges(
      current().db,
      Array.from({ length: 12 }, (_, index) => ({ lane: `l${index}`, number: 1 })),
    )
    await until(() => fast.every(({ sent }) => sent.length === 12), LIMIT_MS, 'fast ones served')
    assert.equal(slow.sent.length, 0)
    assert.equal(inHand, 4)
    release()
    await until(() => slow.sent.length === 12, LIMIT_MS, 'slow one served')
  })

  it('blocks one lane for a final no, and the others go on', async () => {
    const journal = recorder('journal', {
      answer: ({ delivery }) =>
        delivery.change.lane === lane('a')
          ? { kind: 'rejected', code: 'answer-rejected', status: 200 }
          : { kind: 'delivered' },
    })
    const { counted, store } = await start([journal])
    await putChanges(current().db, [
      { lane: 'a', number: 1 },
      { lane: 'a', number: 2 },
      { lane: 'b', number: 1 },
      { lane: 'b', number: 2 },
    ])
    await until(() => counted.length === 3, LIMIT_MS, 'three settled')
    assert.equal((await state(store, 1))?.state, 'blocked')
    assert.equal((await state(store, 2))?.state, 'pending')
    assert.deepEqual(
      journal.sent.map(({ delivery }) => `${delivery.change.lane} ${delivery.change.number}`).sort(),
      ['p-a 1', 'p-b 1', 'p-b 2'],
    )
  })

  it('asks a human when a receiver that is not idempotent may have it already', async () => {
    const unknown: Verdict = { kind: 'unknown', code: 'answer-timeout' }
    const alarm = recorder('alarm', { answer: () => unknown, ambiguous: 'stop' })
    const journal = recorder('journal', {
      answer: ({ attempt }) => (attempt === 1 ? unknown : { kind: 'delivered' }),
    })
    const { counted, store } = await start([alarm, journal])
    await putChanges(current().db, [{ lane: 'a', number: 1 }])
    await until(() => counted.includes('journal delivered'), LIMIT_MS, 'journal served')
    assert.equal((await state(store, 1, 'alarm'))?.state, 'blocked')
    assert.equal(alarm.sent.length, 1)
    assert.equal(journal.sent.length, 2)
  })

  it('renders a message with an id of its own once, others at each attempt', async () => {
    let rendered = 0
    const render = (own: boolean) => async (): Promise<Rendered> => {
      rendered += 1
      const text = `rendering ${rendered}`
      return {
        kind: 'message',
        body: Buffer.from(text),
        contentType: 'x',
        ...(own ? { messageId: text } : {}),
      }
    }
    const answer = ({ attempt }: { attempt: number }): Verdict =>
      attempt < 3 ? { kind: 'unknown', code: 'connection-lost' } : { kind: 'delivered' }
    const own = recorder('own', { render: render(true), answer })
    const none = recorder('none', { render: render(false), answer })
    const { counted } = await start([own, none])
    await putChanges(current().db, [{ lane: 'a', number: 1 }])
    await until(() => counted.filter((one) => one.endsWith('delivered')).length === 2, LIMIT_MS, 'both')
    const bodies = (of: typeof own) =>
      new Set(of.sent.map(({ message }) => Buffer.from(message.body).toString()))
    assert.equal(bodies(own).size, 1)
    assert.equal(bodies(none).size, 3)
  })

  it('ends a delivery as skipped when its receiver has lost the right to it', async () => {
    const journal = recorder('journal', { render: async () => ({ kind: 'withheld', reason: 'no right' }) })
    const { store } = await start([journal])
    await putChanges(current().db, [{ lane: 'a', number: 1 }])
    await stateIs(store, 1, 'skipped')
    assert.equal((await state(store, 1))?.reason, 'no right')
    assert.equal(journal.sent.length, 0)
  })

  it('blocks what cannot be rendered: at once by a rule, after three tries by a bug', async () => {
    const failing = (error: Error) => ({
      render: async () => {
        throw error
      },
    })
    const journal = recorder('journal', failing(new HubError('NOT_FOUND', 'no such version')))
    const buggy = recorder('buggy', failing(new Error('planned')))
    const { log, store } = await start([journal, buggy])
    await putChanges(current().db, [{ lane: 'a', number: 1 }])
    await stateIs(store, 1, 'blocked')
    await stateIs(store, 1, 'blocked', 'buggy')
    assert.deepEqual([(await state(store, 1))?.attempts, (await state(store, 1, 'buggy'))?.attempts], [1, 3])
    assert.equal(
      (await store.destinations()).every(({ failures }) => failures === 0),
      true,
    )
    assert.ok(log.lines.every((line) => !line.includes('planned')))
  })

  it('holds nobody up for a destination that fails on a change, and shows it', async () => {
    const broken = recorder('broken', {
      wants: () => {
        throw new Error('planned')
      },
    })
    const journal = recorder('journal')
    const { counted, store } = await start([broken, journal])
    await putChanges(current().db, [{ lane: 'a', number: 1 }])
    await until(() => counted.includes('journal delivered'), LIMIT_MS, 'journal served')
    assert.equal((await state(store, 1, 'broken'))?.fault, 'not-evaluated')
  })

  it('counts a transport that throws or never settles as an outcome that nobody knows', async () => {
    const journal = recorder('journal', {
      sendMsMax: 20,
      answer: ({ attempt }) => {
        if (attempt === 1) throw new Error('planned')
        return attempt === 2 ? new Promise<Verdict>(() => undefined) : { kind: 'delivered' }
      },
    })
    const { counted, log } = await start([journal])
    await putChanges(current().db, [{ lane: 'a', number: 1 }])
    await until(() => counted.at(-1) === 'journal delivered', LIMIT_MS, 'delivered')
    assert.deepEqual(counted, ['journal retry', 'journal retry', 'journal delivered'])
    assert.ok(log.lines.some((line) => line.includes('answer-timeout')))
  })

  it('waits at stop for what is in hand, and takes nothing new', async () => {
    let release = (): void => undefined
    const journal = recorder('journal', {
      answer: () =>
        new Promise((resolve) => {
          release = () => resolve({ kind: 'delivered' })
        }),
    })
    const { counted, outbox, store } = await start([journal])
    await putChanges(current().db, [
      { lane: 'a', number: 1 },
      { lane: 'a', number: 2 },
    ])
    await stateIs(store, 1, 'sending')
    const stopped = outbox.stop(LIMIT_MS)
    release()
    await stopped
    assert.deepEqual(counted, ['journal delivered'])
    assert.equal((await state(store, 2))?.state, 'pending')
  })
})
