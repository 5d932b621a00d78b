import assert from 'node:assert/strict'
import { awaitDatabase } from '../../src/composition/await-database.js'
import { HubError } from '../../src/core/errors.js'
import { recordedLog } from '../queue/lane-model.js'

const away = () => new HubError('STORE_UNAVAILABLE', 'the database does not answer')

describe('waiting for the database', () => {
  const options = () => ({ log: recordedLog(), random: () => 0, pauseMsMin: 1 })

  it('goes on when it is there, and fills no log meanwhile', async () => {
    const tries = { count: 0 }
    const given = options()
    const found = await awaitDatabase(async () => {
      tries.count += 1
      if (tries.count < 8) throw away()
      return 'there'
    }, given)
    assert.equal(found, 'there')
    assert.equal(given.log.lines.filter((line) => line.includes('away')).length, 3)
  })

  it('does not wait for what waiting does not mend', async () => {
    const newer = new HubError('STORE_SCHEMA', 'newer')
    await assert.rejects(
      awaitDatabase(() => Promise.reject(newer), options()),
      { code: 'STORE_SCHEMA' },
    )
  })

  it('ends when the process is told to end', async () => {
    const end = new AbortController()
    const waiting = awaitDatabase(() => Promise.reject(away()), {
      ...options(),
      pauseMsMin: 5_000,
      signal: end.signal,
    })
    end.abort()
    await assert.rejects(waiting, { name: 'AbortError' })
  })
})
