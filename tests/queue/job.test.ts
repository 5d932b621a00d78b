import assert from 'node:assert/strict'
import { deliveryLane, FAN_OUT_LANE, jobOf } from '../../queue/job.js'
import { laneKey } from '../../src/core/ids.js'

describe('what a doorbell asks for', () => {
  it('is told by its key', () => {
    assert.deepEqual(jobOf(FAN_OUT_LANE), { name: 'fan-out' })
    assert.deepEqual(jobOf(deliveryLane('journal-east')), { name: 'deliver', destination: 'journal-east' })
    for (const key of ['p-1', 'd-1', 's-1', 'r-1'])
      assert.deepEqual(jobOf(laneKey(key)), { name: 'work-lane', lane: key })
  })
})
