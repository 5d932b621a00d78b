/** A pharmacy's receiving end on loopback: keeps what it gets, answers as it is told to. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { appRec } from './kith-fixtures.js'

export interface Got {
  readonly body: string
  readonly msgId: string
  readonly headers: IncomingHttpHeaders
}

export interface Delivered extends Got {
  /** Of the delivery, without gaps: what was sent between two tells by its number. */
  readonly number: number
}

export type PharmacyAnswer = 'accept' | 'reject' | 'silent' | 'unavailable'

export interface PharmacyServer {
  readonly url: string
  readonly got: Got[]
  /** Answers in order, the last one for good. */
  answers: PharmacyAnswer[]
  /** The next delivery that has not been given yet; a repetition of one is none. Waits as long as its test may. */
  readonly next: () => Promise<Delivered>
  readonly close: () => void
}

export async function startPharmacy(): Promise<PharmacyServer> {
  const got: Got[] = []
  const given = new Set<string>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const msgId = /<MsgId>([^<]*)</.exec(body)?.[1] ?? ''
    got.push({ body, msgId, headers: request.headers })
    const answer = pharmacy.answers.length > 1 ? pharmacy.answers.shift() : pharmacy.answers[0]
    switch (answer) {
      case 'unavailable':
        response.writeHead(503).end()
        return
      case 'silent':
        response.writeHead(202).end()
        return
      default:
        response
          .writeHead(answer === 'reject' ? 422 : 200, { 'content-type': 'application/xml' })
          .end(appRec({ originalId: msgId, status: answer === 'reject' ? '2' : '1' }))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const pharmacy: PharmacyServer = {
    url: `http://127.0.0.1:${address.port}/meldinger`,
    got,
    answers: ['accept'],
    next: async () => {
      for (;;) {
        const found = got.find(({ headers }) => !given.has(keyOf(headers)))
        if (found !== undefined) {
          given.add(keyOf(found.headers))
          return { ...found, number: Number(found.headers['stafett-event-number']) }
        }
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
  return pharmacy
}

const keyOf = (headers: IncomingHttpHeaders): string => String(headers['idempotency-key'])
