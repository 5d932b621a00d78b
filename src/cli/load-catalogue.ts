/** `stafett fest <file>`: sends the drug catalogue to a running hub, as fast as it stores it. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openCatalogueFile } from './catalogue-file.js'
import { CommandError } from './hub-client.js'

export interface CatalogueReply {
  readonly status: number
  readonly text: string
}

/**
 * @param url base of the hub
 * @param onProgress told now and then: bytes sent, and all bytes where the file tells
 * @throws CommandError for a file that cannot be read, and when no hub answers
 */
export async function sendCatalogue(
  url: string,
  path: string,
  force: boolean,
  onProgress: (sent: number, all: number | undefined) => void,
): Promise<CatalogueReply> {
  const { xml, bytes } = await openCatalogueFile(path)
  const target = new URL(`${url.replace(/\/+$/, '')}/ops/fest${force ? '?force=true' : ''}`)
  const request = (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, {
    method: 'POST',
    headers: { 'content-type': 'application/xml' },
  })
  const answered = replyOf(request)
  answered.catch(() => undefined)
  let sent = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length
      onProgress(sent, bytes)
      done(null, chunk)
    },
  })
  // Each takes the other down with it: the first to fail is the one to tell of.
  const fault: { of?: 'file' | 'hub' } = {}
  xml.once('error', () => {
    fault.of ??= 'file'
  })
  request.once('error', () => {
    fault.of ??= 'hub'
  })
  pipeline(xml, counter, request).catch(() => undefined)
  try {
    // A refusal comes before the end of the file: it is the answer, and the rest need not be sent.
    return await answered
  } catch (cause) {
    throw new CommandError(
      fault.of === 'file' ? `cannot read ${path} to its end` : `no hub at ${url}, or it went away`,
      { cause },
    )
  } finally {
    xml.destroy()
    request.destroy()
  }
}

function replyOf(request: ClientRequest): Promise<CatalogueReply> {
  return new Promise((resolve, reject) => {
    request.once('error', reject)
    request.once('close', () => reject(new Error('the connection was closed')))
    request.once('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
      response.once('error', reject)
    })
  })
}
