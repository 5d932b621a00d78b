/** What senders do to their bytes over MLLP, through the whole hub (reliability.md 8, F-28). */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { orderMessage } from '../support/hl7-orders.js'
import { createOwnDatabase, type OwnDatabase, postgresAnswers } from '../support/reachable.js'
import { type RunningHub, runHub } from '../support/running-hub.js'

describe('messages over MLLP', function () {
  this.timeout(60_000)
  let hub: RunningHub
  let own: OwnDatabase | undefined
  before(async () => {
    // Starts sooner than the embedded store.
    own = (await postgresAnswers()) ? await createOwnDatabase('stafett_mllp') : undefined
    hub = await runHub(own === undefined ? {} : { DATABASE_URL: own.url })
  })
  after(async () => {
    await hub.hub.stop()
    await own?.drop()
  })

  it('are taken in a thousand packets, with a NUL, and refused in another character set than they say', async () => {
    const socket = connect(hub.mllpPort, '127.0.0.1')
    socket.setNoDelay(true)
    const got: Buffer[] = []
    socket.on('data', (bytes) => got.push(bytes))
    const answers = async (count: number) => {
      const framesOf = () => Buffer.concat(got).toString('latin1').split('\x1c\r').slice(0, -1)
      for (let tries = 0; framesOf().length < count; tries += 1) {
        assert.ok(tries < 1_000, 'no answer')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return framesOf()[count - 1] ?? ''
    }
    const long = `${orderMessage({ patient: 70, order: 0 })}NTE|1||${'x'.repeat(1_000)}\r`
    for (const byte of Buffer.from(`\x0b${long}\x1c\r`)) socket.write(Buffer.of(byte))
    assert.match(await answers(1), /\rMSA\|CA\|P70-O0/)
    socket.write(`\x0b${orderMessage({ patient: 70, order: 1, name: 'Met\0oprolol' })}\x1c\r`)
    assert.match(await answers(2), /\rMSA\|C[AER]\|P70-O1/)
    // Said to be UTF-8, and is not.
    socket.write(
      Buffer.from(`\x0b${orderMessage({ patient: 70, order: 2, name: 'Tablett \xf8' })}\x1c\r`, 'latin1'),
    )
    const refused = await answers(3)
    assert.match(refused, /\rMSA\|C[ER]\|P70-O2/)
    assert.match(refused, /\rERR\|.*MSH\^1\^18/)
    socket.write(`\x0b${orderMessage({ patient: 70, order: 3 })}\x1c\r`)
    assert.match(await answers(4), /\rMSA\|CA\|P70-O3/)
    socket.destroy()
  })
})
