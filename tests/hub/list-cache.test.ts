import assert from 'node:assert/strict'
import { personId } from '../../src/core/ids.js'
import { openListCache } from '../../src/hub/list-cache.js'

const [ANNA, BERIT, CARL] = ['anna', 'berit', 'carl'].map((name) => personId(name))
const held = (name: string, chars: number) => ({
  name,
  bundle: { before: 'x'.repeat(chars), extensions: '', after: '' },
})

describe('cache of lists', () => {
  it('lets go of what was not read for longest', () => {
    const cache = openListCache(10)
    cache.put(ANNA!, held('anna/1', 4))
    cache.put(BERIT!, held('berit/1', 4))
    assert.equal(cache.get(ANNA!)?.name, 'anna/1')
    cache.put(CARL!, held('carl/1', 4))
    assert.equal(cache.get(BERIT!), undefined)
    assert.equal(cache.get(ANNA!)?.name, 'anna/1')
  })

  it('holds the last version of a person only, and nothing larger than itself', () => {
    const cache = openListCache(10)
    for (const version of [1, 2, 3]) cache.put(ANNA!, held(`anna/${version}`, 8))
    assert.equal(cache.get(ANNA!)?.name, 'anna/3')
    cache.put(BERIT!, held('berit/1', 11))
    assert.equal(cache.get(BERIT!), undefined)
    assert.equal(cache.get(ANNA!)?.name, 'anna/3')
  })
})
