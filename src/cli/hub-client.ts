/** The hub as seen from the command line: plain HTTP to its public surfaces. */
import type { Bundle, Parameters } from 'fhir/r4.js'

export interface HubClient {
  readonly send: (channel: string, body: Uint8Array, contentType: string) => Promise<HubReply>
  readonly get: (path: string) => Promise<HubReply>
  readonly post: (
    path: string,
    body?: string,
    contentType?: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<HubReply>
  /** The shared list of the person with this identifier; undefined when nobody has it. */
  readonly list: (system: string, value: string) => Promise<Bundle | undefined>
  /** Waits until the message is applied, parked or refused; its state. */
  readonly settled: (messageId: string, timeoutMs: number) => Promise<string>
}

export interface HubReply {
  readonly status: number
  readonly text: string
  readonly messageId: string | undefined
}

const CONTENT_TYPES: readonly (readonly [prefix: string, type: string])[] = [
  ['hl7v2', 'application/hl7-v2'],
  ['eresept', 'application/xml'],
  ['sfm', 'application/fhir+json'],
  ['devices/', 'application/json'],
]

export const contentTypeOf = (channel: string): string =>
  CONTENT_TYPES.find(([prefix]) => channel.startsWith(prefix))?.[1] ?? 'application/octet-stream'

/** What the user is told in one line: nothing of the program helps to mend it. */
export class CommandError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CommandError'
  }
}

/**
 * @param url such as `http://127.0.0.1:3000`
 * @throws CommandError where no hub can be at such an address; its functions, when none answers there
 */
export function openHubClient(url: string): HubClient {
  const base = url.replace(/\/+$/, '')
  if (!URL.canParse(base) || !/^https?:/.test(base))
    throw new CommandError('--url must be an http or https URL, for example --url http://127.0.0.1:3000')
  const call = async (path: string, init: RequestInit): Promise<HubReply> => {
    try {
      const response = await fetch(`${base}${path}`, init)
      const text = await response.text()
      return {
        status: response.status,
        text,
        messageId: response.headers.get('stafett-message') ?? undefined,
      }
    } catch (cause) {
      throw new CommandError(`no hub at ${base}`, { cause })
    }
  }
  const get = (path: string) => call(path, {})
  const post: HubClient['post'] = (path, body = '', contentType = 'application/json', headers = {}) =>
    call(path, { method: 'POST', body, headers: { ...headers, 'content-type': contentType } })
  return {
    get,
    post,
    send: (channel, body, contentType) =>
      call(`/intake/${channel}`, {
        method: 'POST',
        body: Buffer.from(body),
        headers: { 'content-type': contentType },
      }),
    async list(system, value) {
      const parameters: Parameters = {
        resourceType: 'Parameters',
        parameter: [{ name: 'identifier', valueIdentifier: { system, value } }],
      }
      const reply = await post(
        '/fhir/Patient/$medication-list',
        JSON.stringify(parameters),
        'application/fhir+json',
      )
      if (reply.status === 404) return undefined
      if (reply.status !== 200) throw new CommandError(`the hub answered ${reply.status}: ${reply.text}`)
      return JSON.parse(reply.text) as Bundle // $medication-list answers with a Bundle.
    },
    async settled(messageId, timeoutMs) {
      const until = Date.now() + timeoutMs
      for (;;) {
        const { text } = await get(`/ops/messages/${messageId}`)
        const { state } = JSON.parse(text) as { state: string } // surfaces.md: every message has a state.
        if ((state !== 'waiting' && state !== 'claimed') || Date.now() > until) return state
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}
