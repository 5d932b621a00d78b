/** The answer to a commit is lost on the way (reliability.md 7, K8; 8, F-14): a proxy cuts the line. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { isAnswerLost } from '../../src/store/commit.js'
import { openPostgres } from '../../src/store/database.js'
import type { ClaimedEffect } from '../../src/store/effect.js'
import { openStore } from '../../src/store/store.js'
import { AT_STATEMENT, storeError } from '../../src/store/store-error.js'
import { createOwnDatabase, postgresAnswers } from '../support/reachable.js'
import { accepted, done, effect, mustClaim, newMessage } from './fixtures.js'

type Cut = 'none' | 'before-request' | 'before-answer'

/** Passes bytes on; cuts when `marker` goes by: before the server sees it, or before the client sees the answer. */
async function startProxy(target: URL, marker: string) {
  let cut: Cut = 'none'
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    let mute = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    client.on('data', (bytes) => {
      if (cut !== 'none' && bytes.includes(marker)) {
        if (cut === 'before-request') client.destroy()
        mute = true
      }
      if (cut === 'before-request' && mute) upstream.destroy()
      else upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (!mute) client.write(bytes)
      else {
        cut = 'none'
        client.destroy()
        upstream.destroy()
      }
    })
    client.on('close', () => {
      if (cut === 'before-request' && mute) cut = 'none'
      if (!mute) upstream.destroy()
    })
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = new URL(target)
  url.host = `127.0.0.1:${address.port}`
  return {
    url: url.href,
    cutNext: (how: Cut) => {
      cut = how
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const suite = (await postgresAnswers()) ? describe : describe.skip

suite('a commit whose answer is lost', function () {
  this.timeout(30_000)

  async function withProxy(
    marker: string,
    work: (parts: {
      readonly store: Awaited<ReturnType<typeof openStore>>
      readonly cutNext: (how: Cut) => void
      /** How lost answers were found out. */
      readonly lost: readonly string[]
    }) => Promise<void>,
  ) {
    const own = await createOwnDatabase('stafett_proxy')
    const proxy = await startProxy(new URL(own.url), marker)
    const lost: string[] = []
    const store = await openStore(openPostgres(proxy.url, { max: 2 }), (how) => lost.push(how))
    try {
      await work({ store, cutNext: proxy.cutNext, lost })
    } finally {
      await store.close()
      await proxy.stop()
      await own.drop()
    }
  }

  // The effect's own payload goes by, prepared statement or not.
  const PAYLOAD = '"nextChangeAt"'

  it('is found out to have happened, and is no failure', async () => {
    await withProxy(PAYLOAD, async ({ store, cutNext }) => {
      const { lane, id, person } = await accepted(store, newMessage('m1'))
      const claim = await mustClaim(store, lane)
      cutNext('before-answer')
      await store.commit(claim, effect(done(id), person))
      assert.equal((await store.message(id))?.state, 'done')
      assert.equal((await store.loadPerson(person)).effectSeq, 1)
    })
  })

  it('is found out not to have happened, and can be tried again with the same claim', async () => {
    await withProxy(PAYLOAD, async ({ store, cutNext }) => {
      const { lane, id, person } = await accepted(store, newMessage('m1'))
      const claim = await mustClaim(store, lane)
      cutNext('before-request')
      await assert.rejects(store.commit(claim, effect(done(id), person)), { code: 'STORE_UNAVAILABLE' })
      assert.equal((await store.message(id))?.state, 'claimed')
      await store.commit(claim, effect(done(id), person))
      assert.equal((await store.loadPerson(person)).effectSeq, 1)
    })
  })

  it('is looked up for a group of lanes as well', async () => {
    await withProxy('"passed"', async ({ store, cutNext, lost }) => {
      const { lane, id, person } = await accepted(store, newMessage('m1'))
      const [claim] = await store.claimGroup([lane], 'worker-1', { leaseMs: 15_000, rowsMax: 16 })
      assert.ok(claim)
      // Of claimed rows, as `done` makes them.
      const group = [{ claim, effect: effect(done(id), person) as ClaimedEffect['effect'] }]
      cutNext('before-request')
      await assert.rejects(store.commitGroup(group), { code: 'STORE_UNAVAILABLE' })
      cutNext('before-answer')
      assert.deepEqual([...(await store.commitGroup(group))], [lane])
      assert.equal((await store.loadPerson(person)).effectSeq, 1)
      assert.deepEqual(lost, ['not-applied', 'applied'])
    })
  })

  it('is looked up for a FHIR write as well', async () => {
    await withProxy(PAYLOAD, async ({ store, cutNext }) => {
      const { person, lane, id } = await accepted(store, newMessage('m1'))
      await store.commit(await mustClaim(store, lane), effect(done(id), person))
      const message = newMessage('w1', { envelope: { channel: 'fhir' } })
      cutNext('before-answer')
      await store.commit(undefined, effect({ kind: 'new', message, unmapped: [] }, person))
      assert.equal((await store.message(message.id))?.state, 'done')
    })
  })

  it('leaves an intake unanswered, and the same message sent again is a duplicate or stored', async () => {
    await withProxy('"contentHash"', async ({ store, cutNext }) => {
      const message = newMessage('m1')
      cutNext('before-answer')
      await assert.rejects(store.accept([message]), { code: 'STORE_UNAVAILABLE' })
      const [again] = await store.accept([newMessage('m1')])
      assert.equal(again?.kind, 'duplicate')
      assert.equal(again?.id, message.id)
    })
  })
})

describe('a statement that the database refused', () => {
  const lost = (code: string) =>
    isAnswerLost(storeError(Object.assign(new Error('refused'), { code }), AT_STATEMENT))

  it('leaves nothing to be looked up, while one that was broken off does', () => {
    // A lock that was waited for too long, a statement over its limit, a server that only reads.
    assert.deepEqual(['55P03', '57014', '25006'].map(lost), [false, false, false])
    assert.deepEqual(['57P01', '08006', 'ECONNRESET'].map(lost), [true, true, true])
  })
})
