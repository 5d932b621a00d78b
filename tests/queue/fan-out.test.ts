import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type FanOutOptions, openFanOut } from '../../queue/fan-out.js'
import type { Change } from '../../src/core/delivery.js'
import { HubError } from '../../src/core/errors.js'
import { laneKey, personId } from '../../src/core/ids.js'
import { lane, recorder } from '../support/outbox.js'
import { recordedLog, until } from './lane-model.js'

const LIMIT_MS = 10_000

const change = (name: string, number: number): Change => ({
  lane: lane(name),
  number,
  personId: personId(name),
  messageId: undefined,
  resources: [],
  listVersion: number,
  at: '2026-03-01T12:00:00.000Z',
})

/** Open changes in memory, read as the store reads them. */
function open(changes: readonly Change[], more: Partial<FanOutOptions> = {}) {
  const waiting = new Map(changes.map((one) => [`${one.lane} ${one.number}`, one]))
  const done: Change[] = []
  const faults: unknown[] = []
  const log = recordedLog()
  const fanOut = openFanOut({
    store: {
      openChanges: async (after, limit) =>
        [...waiting.values()]
          .filter((one) => one.lane > (after ?? laneKey('')))
          .sort((a, b) => (a.lane === b.lane ? a.number - b.number : a.lane < b.lane ? -1 : 1))
          .slice(0, limit),
      fanOut: async (_set, some, wanted) => {
        const fault = faults.shift()
        if (fault !== undefined) throw fault
        for (const one of some) if (waiting.delete(`${one.lane} ${one.number}`)) done.push(one)
        return wanted.length === 0 ? [] : ['journal']
      },
      passChanges: async (_set, limit) => {
        const passed = [...waiting].slice(0, limit)
        for (const [key] of passed) waiting.delete(key)
        return passed.length
      },
    },
    set: 'set',
    destinations: [recorder('journal')],
    newId: randomUUID,
    log,
    made: () => undefined,
    gatherMs: 0,
    ...more,
  })
  return { fanOut, waiting, done, faults, log }
}

describe('fan-out', () => {
  it('takes lanes longer than a batch in order, and others between their parts', async () => {
    const long = Array.from({ length: 1_200 }, (_, index) => change('a', index + 1))
    const short = ['b', 'c'].map((name) => change(name, 1))
    const { done, fanOut, waiting } = open([...long, ...short])
    fanOut.kick()
    await until(() => waiting.size === 0, LIMIT_MS, 'all fanned out')
    assert.deepEqual(
      done.filter((one) => one.lane === lane('a')),
      long,
    )
    assert.ok(done.findIndex((one) => one.lane === lane('c')) < 1_000)
  })

  it('hears a kick that comes during a run', async () => {
    const { fanOut, waiting } = open([change('a', 1)])
    fanOut.kick()
    await until(() => waiting.size === 0, LIMIT_MS, 'first')
    // The run may be at any of its steps by now.
    waiting.set('p-b 1', change('b', 1))
    fanOut.kick()
    await until(() => waiting.size === 0, LIMIT_MS, 'second')
  })

  it('goes on after a failure, and says once that its destinations are not in force', async () => {
    const { faults, fanOut, log, waiting } = open([change('a', 1)])
    const stale = () => new HubError('DESTINATIONS_STALE', 'planned')
    faults.push(stale(), stale(), new HubError('STORE_UNAVAILABLE', 'planned'))
    while (waiting.size > 0) {
      fanOut.kick()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    assert.deepEqual(log.lines, [
      'fan-out failed {"code":"DESTINATIONS_STALE"}',
      'fan-out failed {"code":"STORE_UNAVAILABLE"}',
    ])
  })

  it('looks at no change while there are no destinations', async () => {
    const { done, fanOut, waiting } = open(
      Array.from({ length: 5_001 }, (_, index) => change('a', index + 1)),
      { destinations: [] },
    )
    fanOut.kick()
    await until(() => waiting.size === 0, LIMIT_MS, 'passed over')
    assert.equal(done.length, 0)
  })

  it('takes nothing more once it is stopped', async () => {
    const { fanOut, waiting } = open([change('a', 1)])
    await fanOut.stop()
    fanOut.kick()
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(waiting.size, 1)
  })
})
