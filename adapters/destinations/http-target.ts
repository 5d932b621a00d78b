/** An HTTP receiver in the destinations file, and how it is sent to. Shared by the kinds that speak HTTP. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Attempt, Verdict } from '../../src/core/delivery.js'
import type { Clock } from '../../src/core/ports.js'
import { type AddressGuard, loopbackOnly, parseNetwork, publicOr } from '../transport/address-guard.js'
import { type ClientTls, type HttpAnswer, type HttpLimits, sendHttp } from '../transport/http.js'
import { verdictOf } from '../transport/http-verdict.js'
import type { Fields } from './fields.js'

export interface HttpTarget {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Signs each attempt where there is one. */
  readonly signingKey: Buffer | undefined
  readonly guard: AddressGuard
  readonly tls: ClientTls | undefined
}

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])
const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/
const HEADER_VALUE = /^[\x20-\x7e]{1,1000}$/
const SECRET_NAMES = /auth|cookie|key|token|secret/i
/** Set by the hub or by the connection. */
const OWN_HEADERS =
  /^(?:host|connection|content-length|content-type|transfer-encoding|te|trailer|upgrade|keep-alive|expect|proxy-.*|idempotency-key|stafett-.*|webhook-.*)$/i
/** Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes. */
const SIGNING_SECRET = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/

/** Reads `url`, `headers`, `signing`, `allow` and `tls`. */
export function readHttpTarget(fields: Fields): HttpTarget {
  const url = readUrl(fields)
  const allowed = fields.textsIfAny(
    'allow',
    (text) => parseNetwork(text) !== undefined,
    'must be a list of networks, for example ["10.20.0.0/16"]',
  )
  return {
    url,
    headers: readHeaders(fields),
    signingKey: readSigningKey(fields),
    guard: url.protocol === 'http:' ? loopbackOnly : publicOr(allowed),
    tls: readTls(fields),
  }
}

const NO_URL = new URL('https://destination.invalid')

function readUrl(fields: Fields): URL {
  const rule = 'must be an https URL without credentials, or http to loopback'
  const text = fields.text('url', /^\S{1,2000}$/, rule)
  if (text === '') return NO_URL
  const url = URL.canParse(text) ? new URL(text) : NO_URL
  const plain = url.protocol === 'http:' && LOOPBACK_NAMES.has(url.hostname)
  const right = url !== NO_URL && url.username === '' && url.password === '' && url.hash === ''
  if (right && (url.protocol === 'https:' || plain)) return url
  fields.fault('url', rule)
  return NO_URL
}

function readHeaders(fields: Fields): Readonly<Record<string, string>> {
  const given = fields.objectIfAny('headers')
  const headers: Record<string, string> = {}
  for (const name of given?.names() ?? []) {
    const secret = given?.isObject(name) === true || SECRET_NAMES.test(name)
    const value = secret
      ? given?.secretIfAny(name)
      : given?.textIfAny(name, HEADER_VALUE, 'must be printable ASCII text')
    if (!HEADER_NAME.test(name)) given?.fault(name, 'is no name of a header')
    else if (OWN_HEADERS.test(name)) given?.fault(name, 'is set by the hub')
    else if (value !== undefined && HEADER_VALUE.test(value)) headers[name] = value
    else if (value !== undefined) given?.fault(name, 'must be printable ASCII text')
  }
  return headers
}

function readSigningKey(fields: Fields): Buffer | undefined {
  const secret = fields.secretIfAny('signing')
  if (secret === undefined) return undefined
  const key = Buffer.from(SIGNING_SECRET.exec(secret)?.[1] ?? '', 'base64')
  if (key.length < 24 || key.length > 64) {
    fields.fault('signing', 'must name a secret of 24 to 64 bytes in base64')
    return undefined
  }
  return key
}

function readTls(fields: Fields): ClientTls | undefined {
  const given = fields.objectIfAny('tls')
  if (given === undefined) return undefined
  const pem = (name: string): string | undefined => {
    const path = given.textIfAny(name, /./, 'must be the path of a PEM file')
    if (path === undefined) return undefined
    try {
      return readFileSync(path, 'utf8')
    } catch {
      given.fault(name, 'cannot be read')
      return undefined
    }
  }
  const [ca, cert, key] = [pem('ca'), pem('cert'), pem('key')]
  if ((cert === undefined) !== (key === undefined)) given.fault('cert', 'and key belong together')
  given.finish()
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

/** May overrule what the status alone says, where the protocol has its answer in the body. */
export type OnAnswer = (attempt: Attempt, answer: HttpAnswer, verdict: Verdict) => Verdict | Promise<Verdict>

export interface HttpSender {
  readonly send: (attempt: Attempt) => Promise<Verdict>
  readonly sendMsMax: number
}

/** Beside the transport's own limits: what `onAnswer` may take. */
const ANSWER_MS = 1_000

/** POSTs the message with its event id, number and attempt; signed where the target has a key. */
export function openHttpSender(
  target: HttpTarget,
  { clock, limits }: { readonly clock: Clock; readonly limits: HttpLimits },
  onAnswer?: OnAnswer,
): HttpSender {
  return {
    sendMsMax: limits.wholeMs + ANSWER_MS,
    send: async (attempt) => {
      const outcome = await sendHttp(
        {
          url: target.url,
          method: 'POST',
          headers: headersOf(target, attempt, clock()),
          body: attempt.message.body,
          guard: target.guard,
          ...(target.tls === undefined ? {} : { tls: target.tls }),
        },
        limits,
      )
      const verdict = verdictOf(outcome, clock())
      return outcome.kind === 'answered' && onAnswer !== undefined
        ? onAnswer(attempt, outcome.answer, verdict)
        : verdict
    },
  }
}

function headersOf(
  target: HttpTarget,
  { attempt, delivery, message }: Attempt,
  nowMs: number,
): Readonly<Record<string, string>> {
  return {
    ...target.headers,
    ...message.headers,
    'Content-Type': message.contentType,
    // A quoted string (RFC 8941), as the header's draft has it.
    'Idempotency-Key': `"${delivery.id}"`,
    'Stafett-Event-Number': String(delivery.number),
    'Stafett-Attempt': String(attempt),
    ...(target.signingKey === undefined
      ? {}
      : signature(target.signingKey, delivery.id, message.body, nowMs)),
  }
}

/** Standard Webhooks: HMAC-SHA256 over id, seconds and body. */
function signature(key: Buffer, id: string, body: Uint8Array, nowMs: number) {
  const seconds = String(Math.floor(nowMs / 1_000))
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${mac}` }
}
