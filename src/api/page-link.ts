/**
 * Page links: what the next page needs, sealed with the hub's key. Nobody can read or alter them, they are bound to
 * caller and type, and they end (fhir-api.md S-20). Encrypted and not only signed, because a search that came by POST may
 * hold a national id, and its next link must not show it.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { HubError } from '../core/errors.js'
import type { QueryPair } from './exchange.js'
import { PAGE_LINK_LIFE_MS } from './limits.js'

export type Page =
  | {
      readonly kind: 'search'
      /** What was applied on the first page. */
      readonly query: readonly QueryPair[]
      readonly after: { readonly id: string }
      readonly total: number | undefined
    }
  | {
      readonly kind: 'history'
      readonly count: number
      readonly before: number
      readonly since: string | undefined
      /** [from, to) as ISO instants. */
      readonly at: readonly [string, string] | undefined
    }

/** What a link is good for; a link of another scope does not open. */
export interface PageScope {
  readonly path: string
  readonly clientId: string
}

export interface PageLinks {
  /** @throws HubError TOO_COSTLY when the query is too long for a link */
  readonly seal: (page: Page, scope: PageScope) => string
  /** @throws HubError QUERY_INVALID when it is not ours or of another scope, GONE when expired */
  readonly open: (token: string, scope: PageScope) => Page
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const TOKEN_CHARS_MAX = 6_000

export function createPageLinks(pageKey: Uint8Array, clock: () => number): PageLinks {
  const key = Buffer.from(hkdfSync('sha256', pageKey, '', 'stafett page link', 32))
  return {
    seal: (page, scope) => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      cipher.setAAD(scopeBytes(scope))
      const content = deflateRawSync(JSON.stringify({ page, until: clock() + PAGE_LINK_LIFE_MS }))
      const sealed = Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
      const token = sealed.toString('base64url')
      if (token.length > TOKEN_CHARS_MAX)
        throw new HubError(
          'TOO_COSTLY',
          'the search is too long to be paged: give fewer values or a larger _count',
        )
      return token
    },
    open: (token, scope) => {
      const { page, until } = unseal(key, token, scope)
      if (clock() > until) throw new HubError('GONE', 'page link has expired: search again')
      return page
    },
  }
}

function unseal(key: Buffer, token: string, scope: PageScope): { page: Page; until: number } {
  const sealed = Buffer.from(token, 'base64url')
  const contentEnd = sealed.length - TAG_BYTES
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(scopeBytes(scope))
    decipher.setAuthTag(sealed.subarray(contentEnd))
    const content = Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES, contentEnd)),
      decipher.final(),
    ])
    // The tag proved that this hub sealed it, so it has the shape that `seal` wrote.
    return JSON.parse(inflateRawSync(content).toString('utf8')) as { page: Page; until: number }
  } catch (cause) {
    throw new HubError('QUERY_INVALID', 'page link was not made by this server for this request', {
      at: '_page',
      cause,
    })
  }
}

const scopeBytes = ({ path, clientId }: PageScope): Buffer =>
  Buffer.from(JSON.stringify([path, clientId]), 'utf8')
