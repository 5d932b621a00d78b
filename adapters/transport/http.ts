/**
 * One outbound HTTP request, on a connection of its own, with a limit on each of its phases (reliability.md 6.7). No
 * redirects are followed, no more of the answer is read than is asked for, and each resolution passes the guard.
 */
import { lookup as systemLookup } from 'node:dns'
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { assertNever } from '../../src/core/exhaustive.js'
import type { AddressGuard } from './address-guard.js'

/** Milliseconds. `connect` includes the resolution of the name; `firstByte` ends with the answer's headers. */
export interface HttpLimits {
  readonly connectMs: number
  readonly tlsMs: number
  readonly firstByteMs: number
  readonly wholeMs: number
  readonly answerBytesMax: number
}

export const HTTP_LIMITS: HttpLimits = {
  connectMs: 3_000,
  tlsMs: 3_000,
  firstByteMs: 10_000,
  wholeMs: 30_000,
  answerBytesMax: 65_536,
}

/** PEM texts. */
export interface ClientTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

export interface OutboundRequest {
  /** http or https. */
  readonly url: URL
  readonly method: 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly guard: AddressGuard
  readonly tls?: ClientTls
  /** Of the operating system where absent. */
  readonly lookup?: typeof systemLookup
}

export interface HttpAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly contentType: string | undefined
  readonly body: Uint8Array
  /** False when it was longer than is read, or broke off. */
  readonly whole: boolean
}

export type HttpFault =
  | 'address-refused'
  | 'name-not-found'
  | 'not-connected'
  | 'connect-timeout'
  | 'tls'
  | 'tls-timeout'
  | 'connection-lost'
  | 'answer-timeout'
  | 'answer-unreadable'

export type HttpOutcome =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  /** `sent`: the receiver may have taken it. */
  | { readonly kind: 'failed'; readonly fault: HttpFault; readonly sent: boolean }

type Phase = 'connect' | 'tls' | 'sending' | 'waiting'

/** Never rejects for what the network or the receiver does. */
export function sendHttp(outbound: OutboundRequest, limits: HttpLimits): Promise<HttpOutcome> {
  const host = outbound.url.hostname.replace(/^\[|\]$/g, '')
  // A literal address is never looked up.
  if (isIP(host) !== 0 && !outbound.guard(host))
    return Promise.resolve({ kind: 'failed', fault: 'address-refused', sent: false })
  return new Promise((resolve) => {
    const secure = outbound.url.protocol === 'https:'
    const request = openRequest(outbound, secure)
    const started = performance.now()
    let phase: Phase = 'connect'
    let phaseTimer: NodeJS.Timeout | undefined
    const whole = setTimeout(() => fail('answer-timeout'), limits.wholeMs)

    const settle = (outcome: HttpOutcome): void => {
      clearTimeout(phaseTimer)
      clearTimeout(whole)
      resolve(outcome)
      request.destroy()
    }
    const fail = (fault: HttpFault): void =>
      settle({ kind: 'failed', fault, sent: phase === 'sending' || phase === 'waiting' })
    const enter = (next: Phase, ms: number | undefined, late: HttpFault): void => {
      phase = next
      clearTimeout(phaseTimer)
      if (ms !== undefined) phaseTimer = setTimeout(() => fail(late), ms)
    }

    const enterSending = (): void => {
      enter('sending', undefined, 'answer-timeout')
      // What is handed over before the connection stands is finished before anything was sent.
      if (request.writableFinished) enterWaiting()
    }
    const enterWaiting = (): void => {
      if (phase === 'sending') enter('waiting', limits.firstByteMs, 'answer-timeout')
    }

    enter('connect', limits.connectMs, 'connect-timeout')
    request.once('socket', (socket) => {
      socket.once('connect', () => (secure ? enter('tls', limits.tlsMs, 'tls-timeout') : enterSending()))
      socket.once('secureConnect', enterSending)
    })
    request.once('finish', enterWaiting)
    request.once('response', (response) => {
      clearTimeout(phaseTimer)
      clearTimeout(whole)
      const leftMs = limits.wholeMs - (performance.now() - started)
      void readAnswer(response, limits.answerBytesMax, leftMs).then((answer) =>
        settle({ kind: 'answered', answer }),
      )
    })
    // Stays for what a destroyed connection still reports.
    request.on('error', (error) => fail(faultOf(error, phase)))
    request.end(outbound.body)
  })
}

function openRequest(outbound: OutboundRequest, secure: boolean): ClientRequest {
  const options = {
    method: outbound.method,
    headers: { ...outbound.headers, 'Content-Length': outbound.body.length },
    agent: false as const,
    lookup: guardedLookup(outbound.guard, outbound.lookup ?? systemLookup),
  }
  return secure
    ? https.request(outbound.url, { ...options, ...outbound.tls, minVersion: 'TLSv1.2' })
    : http.request(outbound.url, options)
}

class AddressRefused extends Error {}

/** Gives the connection only those addresses that the guard lets pass. */
function guardedLookup(guard: AddressGuard, lookup: typeof systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '')
      const allowed = found.filter(({ address }) => guard(address))
      const [first] = allowed
      if (first === undefined) return callback(new AddressRefused('no address of this name is allowed'), '')
      if (options.all === true) return callback(null, allowed)
      callback(null, first.address, first.family)
    })
  }
}

/** The status stands with the headers: a body that is too long, drips or breaks off takes nothing away from it. */
function readAnswer(response: IncomingMessage, bytesMax: number, leftMs: number): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const finish = (whole: boolean): void => {
      clearTimeout(timer)
      resolve({
        status: response.statusCode ?? 0,
        retryAfter: response.headers['retry-after'],
        contentType: response.headers['content-type'],
        body: Buffer.concat(chunks),
        whole,
      })
    }
    const timer = setTimeout(() => finish(false), leftMs)
    response.on('data', (chunk: Buffer) => {
      const room = bytesMax - bytes
      bytes += chunk.length
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
      if (bytes > bytesMax) {
        response.pause()
        finish(false)
      }
    })
    response.once('end', () => finish(response.complete))
    response.once('close', () => finish(response.complete))
    response.on('error', () => finish(false))
  })
}

function faultOf(error: Error, phase: Phase): HttpFault {
  if (error instanceof AddressRefused) return 'address-refused'
  const code: unknown = Reflect.get(error, 'code')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_FAIL') return 'name-not-found'
  if (typeof code === 'string' && code.startsWith('HPE_')) return 'answer-unreadable'
  switch (phase) {
    case 'connect':
      return 'not-connected'
    case 'tls':
      return 'tls'
    case 'sending':
    case 'waiting':
      return 'connection-lost'
    default:
      return assertNever(phase)
  }
}
