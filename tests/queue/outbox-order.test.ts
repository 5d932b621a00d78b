/**
 * Delivery under faults (reliability.md I-5): two processes share the work, receivers fail, answers and outcomes get
 * lost. Each destination still gets what it wants: numbered 1..n, in the order of each lane, a repetition always under
 * the same number and id.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { startOutbox } from '../../queue/outbox.js'
import type { Attempt, Verdict } from '../../src/core/delivery.js'
import { HubError } from '../../src/core/errors.js'
import type { DeliveryStore, FanOutStore } from '../../src/core/outbox.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { outboxOf, putChanges, QUICK_RULES, recorder } from '../support/outbox.js'
import { recordedLog, until } from './lane-model.js'

const RUNS = process.env['STAFETT_TEST_DEEP'] ? 150 : 4
const DESTINATIONS = ['journal', 'pharmacy'] as const
const LIMIT_MS = 30_000

/** `taken`: the receiver has it, whatever the hub gets to know of it. */
type Fault = 'none' | 'refused' | 'not-taken' | 'taken' | 'outcome-lost'

const changes = fc.array(
  fc.record({ lane: fc.constantFrom('a', 'b', 'c'), wantedBy: fc.subarray([...DESTINATIONS]) }),
  { minLength: 1, maxLength: 12 },
)
const faults = fc.array(
  fc.constantFrom<Fault>('none', 'none', 'refused', 'not-taken', 'taken', 'outcome-lost'),
  { maxLength: 16 },
)

describeStores('delivery under faults', await availableBackends(), (current) => {
  it('is complete, numbered without gaps and in the order of each lane', async function () {
    this.timeout(RUNS * LIMIT_MS)
    await fc.assert(
      fc.asyncProperty(changes, faults, async (planned, script) => {
        await current().reset()
        await run(planned, script)
      }),
      { numRuns: RUNS, seed: 20261124, endOnFailure: true },
    )
  })

  async function run(
    planned: readonly { readonly lane: string; readonly wantedBy: readonly string[] }[],
    script: readonly Fault[],
  ): Promise<void> {
    const { db } = current()
    const store = outboxOf(db, QUICK_RULES)
    const left = [...script]
    const received: Attempt[] = []
    const wants = new Map<string, readonly string[]>()
    const numbered = planned.map(({ lane, wantedBy }, index) => {
      wants.set(`p-${lane} ${index + 1}`, wantedBy)
      return { lane, number: index + 1 }
    })
    const losing: FanOutStore & DeliveryStore = {
      ...store,
      // The process ends between the receiver's answer and the commit of it.
      settleDelivery: async (claim, settlement) => {
        if (settlement.kind === 'delivered' && settlement.status === LOST_STATUS)
          throw new HubError('STORE_UNAVAILABLE', 'planned')
        return store.settleDelivery(claim, settlement)
      },
    }
    const destinations = DESTINATIONS.map((id) =>
      recorder(id, {
        sendMsMax: 10,
        wants: ({ lane, number }) => ((wants.get(`${lane} ${number}`) ?? []).includes(id) ? ['it'] : []),
        answer: (attempt) => answerTo(attempt, left.pop() ?? 'none', received),
      }),
    )
    const processes = await Promise.all(
      ['one', 'two'].map((owner) =>
        startOutbox({
          store: losing,
          destinations,
          rules: QUICK_RULES,
          owner,
          newId: randomUUID,
          log: recordedLog(),
          random: Math.random,
          count: () => undefined,
          sweepMs: 20,
          gatherMs: 0,
          // A delivery whose outcome was lost comes back soon.
          leaseMarginMs: 30,
        }),
      ),
    )
    // In two parts, so that fan-out meets lanes that have open deliveries.
    const half = Math.ceil(numbered.length / 2)
    for (const part of [numbered.slice(0, half), numbered.slice(half)]) {
      await putChanges(db, part)
      for (const { take } of processes) take({ name: 'fan-out' })
    }
    const expected = planned.reduce((sum, { wantedBy }) => sum + wantedBy.length, 0)
    const done = async () => (await store.deliveries({ state: 'delivered', limit: 100 })).length === expected
    await until(done, LIMIT_MS, 'everything delivered')
    for (const { stop } of processes) await stop(1_000)
    for (const id of DESTINATIONS) checkReceived(id, received, wants)
  }
})

const LOST_STATUS = 299

function answerTo(attempt: Attempt, fault: Fault, received: Attempt[]): Verdict {
  switch (fault) {
    case 'refused':
      return { kind: 'refused', code: 'answer-status', status: 422 }
    case 'not-taken':
      return { kind: 'retry', code: 'not-connected' }
    case 'taken':
      received.push(attempt)
      return { kind: 'unknown', code: 'connection-lost' }
    case 'outcome-lost':
      received.push(attempt)
      return { kind: 'delivered', status: LOST_STATUS }
    case 'none':
      received.push(attempt)
      return { kind: 'delivered', status: 200 }
  }
}

function checkReceived(
  id: string,
  received: readonly Attempt[],
  wants: ReadonlyMap<string, readonly string[]>,
): void {
  const own = received.filter(({ delivery }) => delivery.destination === id)
  const changeOf = ({ delivery }: Attempt) => `${delivery.change.lane} ${delivery.change.number}`
  const wanted = [...wants].filter(([, by]) => by.includes(id)).map(([change]) => change)
  assert.deepEqual(new Set(own.map(changeOf)), new Set(wanted))
  const numbers = [...new Set(own.map(({ delivery }) => delivery.number))].sort((a, b) => a - b)
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  )
  const same = (name: (attempt: Attempt) => string) =>
    new Set(own.map((attempt) => `${attempt.delivery.number} ${name(attempt)}`)).size
  assert.equal(
    same(({ delivery }) => delivery.id),
    numbers.length,
  )
  assert.equal(same(changeOf), numbers.length)
  assert.equal(
    same(({ message }) => Buffer.from(message.body).toString()),
    numbers.length,
  )
  for (const key of new Set(own.map(({ delivery }) => delivery.change.lane))) {
    const order = own.filter(({ delivery }) => delivery.change.lane === key)
    const places = order.map(({ delivery }) => delivery.change.number)
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    )
    assert.deepEqual(
      order.map(({ delivery }) => delivery.number),
      order.map(({ delivery }) => delivery.number).sort((a, b) => a - b),
    )
  }
}
