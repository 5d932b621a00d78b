import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import { assignmentEvent, deviceEvent, SERIAL_SYSTEM } from '../../support/device-fixtures.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { mapEvent } from './support.js'

describe('assignment event', () => {
  const steps = [
    assignmentEvent('assignment.assigned', 'asg-1', { occurredAt: '2026-02-01T09:00:00+01:00' }),
    assignmentEvent('assignment.activated', 'asg-1', { occurredAt: '2026-02-01T10:00:00+01:00' }),
    assignmentEvent('assignment.suspended', 'asg-1', { occurredAt: '2026-02-05T10:00:00+01:00' }),
    assignmentEvent('assignment.ended', 'asg-1', { occurredAt: '2026-02-20T10:00:00+01:00' }),
  ]
  const folded = (events: readonly CanonicalEvent[]) =>
    [...foldMapped(events.map((event) => mapEvent(event)))].find(([key]) =>
      key.startsWith('DeviceUseStatement'),
    )?.[1]

  it('begins, holds and ends one DeviceUseStatement', () => {
    assert.deepEqual(
      steps.map((_, index) => folded(steps.slice(0, index + 1))?.['status']),
      ['intended', 'active', 'on-hold', 'completed'],
    )
  })

  it('keeps begin and end whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: 4 }), (order) => {
        const statement = folded(order)
        assert.equal(statement?.['status'], 'completed')
        assert.deepEqual(statement?.['timingPeriod'], {
          start: '2026-02-01T10:00:00+01:00',
          end: '2026-02-20T10:00:00+01:00',
        })
      }),
      { numRuns: 24, seed: 5 },
    )
  })

  it('changes the register of devices, and names no person', () => {
    assert.deepEqual(mapEvent(steps[1]!).assignment, {
      device: [{ system: SERIAL_SYSTEM, value: 'PK-1001' }],
      ref: 'asg-1',
      person: [],
      status: 'active',
      from: '2026-02-01T10:00:00+01:00',
    })
    const ended = mapEvent(steps[3]!).assignment
    assert.deepEqual([ended?.status, ended?.to], ['completed', '2026-02-20T10:00:00+01:00'])
  })

  it('that ends out of order stops the assignment', () => {
    const lost = assignmentEvent('assignment.ended', 'asg-1', {
      over: { assignment: { assignmentRef: 'asg-1', reason: { code: 'lost' } } },
    })
    assert.equal(mapEvent(lost).assignment?.status, 'stopped')
    const replaced = deviceEvent('assignment.replaced', { assignmentRef: 'asg-1' })
    assert.equal(mapEvent(replaced).assignment?.status, 'stopped')
  })

  it('of the unit alone touches no person', () => {
    for (const kind of [
      'assignment.registered',
      'assignment.wiped',
      'assignment.returned',
      'assignment.lost',
    ] as const) {
      const mapped = mapEvent(
        deviceEvent(kind, { over: { assignment: { previousRef: 'asg-0', wipeProof: 'p' } } }),
      )
      assert.equal(mapped.assignment, undefined, kind)
      assert.ok(
        mapped.resources.every(({ scope }) => scope !== 'person'),
        kind,
      )
      assert.ok(!JSON.stringify(mapped.resources).includes('asg-0'), kind)
    }
  })
})
