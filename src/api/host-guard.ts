/**
 * Keeps web pages away. Without authentication the hub trusts whoever reaches loopback, and a page in a browser on the
 * same machine does: by a name of its own that it lets point to 127.0.0.1 (DNS rebinding), or by posting across sites.
 */
import type { IncomingMessage } from 'node:http'
import { HubError } from '../core/errors.js'

/** @throws HubError HOST_REFUSED, CROSS_SITE */
export type HostGuard = (request: Pick<IncomingMessage, 'method' | 'headers'>) => void

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]']
/** A browser shows a page nothing of the answer to these, and the hub changes nothing for them. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const HOST = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d+)?$/

/** @param publicUrl base of absolute links: its host is the hub's own name */
export function openHostGuard(publicUrl: string): HostGuard {
  const { host: publicHost, hostname } = new URL(publicUrl)
  const names: ReadonlySet<string> = new Set([...LOOPBACK_NAMES, hostname])
  return ({ method, headers }) => {
    const host = headers.host?.toLowerCase() ?? ''
    const name = HOST.exec(host)?.[1]
    if (name === undefined || !names.has(name))
      throw new HubError('HOST_REFUSED', 'the host must be loopback or that of PUBLIC_URL', { at: 'Host' })
    if (SAFE_METHODS.has(method ?? '')) return
    if (headers['sec-fetch-site'] === 'cross-site')
      throw new HubError('CROSS_SITE', 'pages of other sites may not write here', { at: 'Sec-Fetch-Site' })
    const { origin } = headers
    if (origin === undefined) return
    const from = hostOf(origin)
    if (from !== host && from !== publicHost)
      throw new HubError('CROSS_SITE', 'pages of other origins may not write here', { at: 'Origin' })
  }
}

/** Host with port of an origin; undefined for `null` and what is none. */
const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined
