import assert from 'node:assert/strict'
import { levelOf, openPressure, type PressureLimits } from '../../src/hub/pressure.js'

const limits: PressureLimits = {
  backlogSoftS: 10,
  backlogHardS: 100,
  diskSoftBytes: 1_000,
  diskHardBytes: 100,
}

describe('back-pressure', () => {
  it('is the worse of the age of what waits and the free disk', () => {
    const level = (oldestWaitingS: number, diskFreeBytes?: number) =>
      levelOf({ oldestWaitingS, diskFreeBytes }, limits)
    assert.equal(level(9), 'none')
    assert.equal(level(10), 'soft')
    assert.equal(level(100), 'hard')
    assert.equal(level(0, 1_000), 'none')
    assert.equal(level(0, 999), 'soft')
    assert.equal(level(0, 99), 'hard')
    assert.equal(level(10, 99), 'hard')
    assert.equal(level(100, 2_000), 'hard')
  })

  it('is looked at once a second, and stays as it was while one reading fails', async () => {
    const now = { ms: 10_000, free: 50, looks: 0 }
    const gauge = openPressure(
      {
        oldestWaitingS: () => Promise.reject(new Error('away')),
        diskFreeBytes: async () => {
          now.looks += 1
          return now.free
        },
      },
      limits,
      () => now.ms,
    )
    gauge.level()
    await new Promise(setImmediate)
    assert.equal(gauge.level(), 'hard')
    assert.equal(gauge.disk(), 'hard')
    now.free = 5_000
    gauge.level()
    await new Promise(setImmediate)
    assert.equal(gauge.level(), 'hard')
    assert.equal(now.looks, 1)
    now.ms += 1_000
    gauge.level()
    await new Promise(setImmediate)
    assert.equal(gauge.level(), 'none')
    assert.equal(gauge.diskFreeBytes(), 5_000)
  })
})
