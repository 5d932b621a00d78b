import assert from 'node:assert/strict'
import type { Task } from 'fhir/r4.js'
import type { CanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { readFacts } from '../../../src/medication-list/facts/read-facts.js'
import { NO_PRODUCTS } from '../../../src/medication-list/products.js'
import { deviceEvent } from '../../support/device-fixtures.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { mapEvent } from './support.js'

const event = (
  type: 'schedule.accepted' | 'schedule.delivered' | 'schedule.rejected',
  time: string,
  schedule: CanonicalEvent['schedule'] = { scheduleId: 'plan-7', version: 3 },
) => deviceEvent(type, { occurredAt: `2026-02-03T${time}:00+01:00`, over: { ...(schedule && { schedule }) } })
const taskOf = (...events: CanonicalEvent[]): Task | undefined => {
  const folded = [...foldMapped(events.map((one) => mapEvent(one))).values()]
  // Folded resources are of the type that their key names.
  return folded.find(({ resourceType }) => resourceType === 'Task') as Task | undefined
}

describe('schedule event to Task', () => {
  it('says that the device holds a version now', () => {
    const task = taskOf(event('schedule.accepted', '08:00'))
    assert.equal(task?.status, 'completed')
    assert.equal(task?.focus?.identifier?.value, 'plan-7')
    assert.equal(task?.focus?.display, 'version 3')
    assert.deepEqual(task?.output, [{ type: { text: 'version' }, valueInteger: 3 }])
  })

  it('is one Task for one version, whichever event is heard first', () => {
    const delivered = event('schedule.delivered', '08:01')
    const accepted = event('schedule.accepted', '08:00')
    for (const order of [
      [delivered, accepted],
      [accepted, delivered],
    ])
      assert.equal(taskOf(...order)?.status, 'completed')
  })

  it('says why a version was rejected', () => {
    const reason = { system: 'urn:example:reason', code: 'memory-full' }
    const task = taskOf(event('schedule.rejected', '08:00', { scheduleId: 'plan-7', version: 4, reason }))
    assert.equal(task?.status, 'rejected')
    assert.equal(task?.statusReason?.coding?.[0]?.code, 'memory-full')
  })

  it('yields none for an event that names no schedule', () => {
    assert.equal(taskOf(deviceEvent('schedule.accepted')), undefined)
  })

  it('reaches the engine as what the device answered', () => {
    const task = taskOf(event('schedule.accepted', '08:00'))
    assert.ok(task)
    const told: Fact = {
      ref: 'Task/t',
      version: 1,
      resource: task,
      source: { key: 'device|d', role: 'device' },
      receivedAt: '2026-02-03T07:00:01Z',
    }
    const { programReceipts } = readFacts([told], { zone: 'Europe/Oslo', products: NO_PRODUCTS })
    assert.deepEqual(
      programReceipts.map(({ answer, at, schedule }) => [answer, at, schedule.version]),
      [['accepted', Date.parse('2026-02-03T07:00:00Z'), 3]],
    )
  })
})
