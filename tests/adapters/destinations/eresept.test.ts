import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseDestinationFile } from '../../../adapters/destinations/destination-file.js'
import type { DestinationIo } from '../../../adapters/destinations/destination-kind.js'
import { DESTINATION_KINDS } from '../../../adapters/destinations/registry.js'
import { HTTP_LIMITS } from '../../../adapters/transport/http.js'
import type { Change, Delivery, Destination } from '../../../src/core/delivery.js'
import { isHubError } from '../../../src/core/errors.js'
import { laneKey, messageId, personId } from '../../../src/core/ids.js'
import type { MessageReceipt } from '../../../src/core/message.js'
import { NO_ORDINATIONS } from '../../support/destination-io.js'
import { appRec, bytes, MSG_ID, m1 } from '../../support/kith-fixtures.js'

const ID = '7a0f7b1e-3f57-4f52-9d0e-5a1c2f0e9b01'
const PARTIES = {
  sender: { name: 'Knutepunkt', her: '8900099' },
  receiver: { name: 'Apotek', her: '8900003', licence: '9901' },
}
const change: Change = {
  lane: laneKey('p-1'),
  number: 1,
  personId: personId('1'),
  messageId: undefined,
  resources: [],
  listVersion: 3,
  at: '2026-11-10T10:00:00.000Z',
}
const delivery: Delivery = { id: ID, destination: 'apotek', number: 1, change, item: 'M25.1/3' }

const faultsOf = (entry: object): readonly string[] =>
  parseDestinationFile(
    JSON.stringify({
      destinations: [{ id: 'apotek', kind: 'eresept', url: 'http://127.0.0.1:1/', ...entry }],
    }),
    {},
    DESTINATION_KINDS,
  ).faults

function opened(
  url: string,
  { io = {}, ...entry }: { readonly io?: Partial<DestinationIo>; readonly prescriptions?: string } = {},
): Destination {
  const file = parseDestinationFile(
    JSON.stringify({ destinations: [{ id: 'apotek', kind: 'eresept', url, ...PARTIES, ...entry }] }),
    {},
    DESTINATION_KINDS,
  )
  assert.deepEqual(file.faults, [])
  const [destination] = file.open({
    ...NO_ORDINATIONS,
    listVersion: async () => undefined,
    limits: HTTP_LIMITS,
    clock: () => Date.parse(change.at),
    ...io,
  })
  assert.ok(destination)
  return destination
}

describe('destination of ordinations', () => {
  it('names the faults of its parties', () => {
    assert.deepEqual(faultsOf({}), [
      'destinations[0].sender is missing: {"name", "her"} of the organisation',
      'destinations[0].receiver is missing: {"name", "her"} of the organisation',
    ])
    assert.deepEqual(faultsOf({ ...PARTIES, sender: { name: 'x', her: 'y', what: 1 }, serves: 'some' }), [
      'destinations[0].sender.her must be a HER-id',
      'destinations[0].sender.what is not known here',
      'destinations[0].serves must be one of own, all',
    ])
  })

  it('wants the version of the list that is due, for this receiver', async () => {
    const asked: unknown[] = []
    const destination = opened('http://127.0.0.1:1/', {
      io: {
        ordinations: {
          ...NO_ORDINATIONS.ordinations,
          due: async (_change, receiver) => {
            asked.push(receiver)
            return asked.length === 1 ? 3 : undefined
          },
        },
      },
    })
    assert.deepEqual(await destination.wants(change), ['M25.1/3'])
    assert.deepEqual(await destination.wants(change), [])
    assert.deepEqual(asked[0], { ...PARTIES.receiver, serves: 'own' })
  })

  it('the message has the id of its delivery, and says that nobody signed it', async () => {
    const destination = opened('http://127.0.0.1:1/', {
      io: {
        ordinations: {
          ...NO_ORDINATIONS.ordinations,
          make: async (person, version, { genDate, msgId }) => ({
            kind: 'produced',
            xml: `${person} ${version} ${msgId} ${genDate}`,
            unwritten: [],
          }),
        },
      },
    })
    const rendered = await destination.render(delivery)
    assert.ok(rendered.kind === 'message')
    assert.equal(Buffer.from(rendered.body).toString(), `1 3 ${ID} ${change.at}`)
    assert.equal(rendered.messageId, ID)
    assert.deepEqual(rendered.headers, { 'Stafett-Signature': 'none' })
  })

  it('what cannot be made waits for a human, who is told place and rule', async () => {
    const problem = { at: 'List.entry[0]', text: 'the name is missing', code: 'RESOURCE_INVALID' } as const
    const destination = opened('http://127.0.0.1:1/', {
      io: {
        ordinations: {
          ...NO_ORDINATIONS.ordinations,
          make: async () => ({ kind: 'refused', problems: [problem] }),
        },
      },
    })
    await assert.rejects(
      destination.render(delivery),
      (error) =>
        isHubError(error) &&
        error.code === 'MESSAGE_UNSENDABLE' &&
        error.message.includes('List.entry[0]: the name is missing'),
    )
  })

  describe('prescriptions passed on', () => {
    const own = m1({ msgId: MSG_ID })
    const passing = (raw: string | undefined) =>
      opened('http://127.0.0.1:1/', {
        prescriptions: 'pass-on',
        io: {
          ordinations: {
            ...NO_ORDINATIONS.ordinations,
            due: async () => 3,
            prescription: async () => messageId(ID),
            raw: async () => (raw === undefined ? undefined : bytes(raw)),
          },
        },
      })
    const item = { ...delivery, item: `message/${ID}` }

    it('go out before the list, byte for byte, under the id that their sender gave them', async () => {
      const destination = passing(own)
      assert.deepEqual(await destination.wants(change), [`message/${ID}`, 'M25.1/3'])
      const rendered = await destination.render(item)
      assert.ok(rendered.kind === 'message')
      assert.equal(Buffer.from(rendered.body).toString(), own)
      assert.equal(rendered.messageId, undefined)
      assert.deepEqual(rendered.headers, { 'Stafett-Signature': 'prescriber', 'Stafett-Passed-On': MSG_ID })
    })

    it('are withheld when their bytes are gone, or a token was taken out of them', async () => {
      for (const raw of [undefined, m1({ msgId: MSG_ID, attachment: '' })]) {
        const rendered = await passing(raw).render(item)
        assert.equal(rendered.kind, 'withheld')
      }
    })

    it('are not wanted unless the destination asks for them', async () => {
      const destination = opened('http://127.0.0.1:1/', {
        io: { ordinations: { ...NO_ORDINATIONS.ordinations, prescription: async () => messageId(ID) } },
      })
      assert.deepEqual(await destination.wants(change), [])
    })
  })

  const ANSWERS: readonly [title: string, status: number, body: string, verdict: string, noted: number][] = [
    ['an AppRec that accepts', 200, appRec({ originalId: ID }), 'delivered', 1],
    ['an AppRec that accepts, whatever the status', 400, appRec({ originalId: ID }), 'delivered', 1],
    ['an AppRec that refuses, though with 200', 200, appRec({ originalId: ID, status: '2' }), 'rejected', 1],
    ['an AppRec of another message', 200, appRec({ originalId: ID.replace('7', '8') }), 'delivered', 0],
    ['no word', 202, '', 'delivered', 0],
    ['words that are no XML', 200, 'takk', 'delivered', 0],
    ['XML that is no AppRec', 200, '<ok/>', 'delivered', 0],
    ['a refusal without AppRec', 404, '', 'refused', 0],
    ['trouble', 503, '<html>', 'retry', 0],
  ]
  for (const [title, status, body, verdict, noted] of ANSWERS)
    it(`${title} is ${verdict}`, async () => {
      const server = createServer((request, response) => {
        request.resume()
        response.writeHead(status, { 'content-type': 'application/xml' }).end(body)
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      assert.ok(typeof address === 'object' && address !== null)
      const receipts: MessageReceipt[] = []
      const destination = opened(`http://127.0.0.1:${address.port}/`, {
        io: { noteReceipt: async (receipt) => receipts.push(receipt) > 0 },
      })
      const message = { body: Buffer.from('<MsgHead/>'), contentType: 'application/xml', messageId: ID }
      assert.equal((await destination.send({ delivery, message, attempt: 1 })).kind, verdict)
      assert.equal(receipts.length, noted)
      server.close()
    })
})
