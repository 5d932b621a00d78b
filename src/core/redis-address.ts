/** Where Redis is: one server, a master behind Sentinels, or a Cluster. Parsed from the forms that REDIS_URL takes. */

export interface HostPort {
  readonly host: string
  readonly port: number
}

export interface RedisLogin {
  readonly username?: string
  readonly password?: string
}

export type RedisAddress =
  /** As ioredis takes it. */
  | { readonly kind: 'single'; readonly url: string }
  | {
      readonly kind: 'sentinel'
      readonly sentinels: readonly HostPort[]
      /** Name under which the Sentinels know the master. */
      readonly master: string
      readonly db: number
      readonly tls: boolean
      readonly login: RedisLogin
      readonly sentinelPassword?: string
    }
  | {
      readonly kind: 'cluster'
      readonly nodes: readonly HostPort[]
      readonly tls: boolean
      readonly login: RedisLogin
    }

export type ParsedRedisAddress =
  | { readonly kind: 'address'; readonly address: RedisAddress }
  | { readonly kind: 'faults'; readonly faults: readonly string[] }

export const REDIS_URL_EXAMPLES = [
  'redis://127.0.0.1:6379',
  'redis+sentinel://host1:26379,host2:26379/mymaster',
  'redis+cluster://host1:6379,host2:6379',
] as const

const FORM = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^@/?#]*)@)?([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/
const SENTINEL_PORT = 26_379
const REDIS_PORT = 6_379
const DB_MAX = 1_000_000

/** Every fault of the text, none of which repeats a part of it: it may hold a password. */
export function parseRedisAddress(text: string): ParsedRedisAddress {
  if (/^rediss?:\/\//.test(text) && URL.canParse(text))
    return { kind: 'address', address: { kind: 'single', url: text } }
  const match = FORM.exec(text)
  if (match === null)
    return { kind: 'faults', faults: [`must have one of the forms ${REDIS_URL_EXAMPLES.join(', ')}`] }
  const [, scheme, form, login = '', hosts = '', path = '', query = ''] = match
  const faults: string[] = []
  const common = { tls: scheme === 'rediss', login: parseLogin(login, faults) }
  const address =
    form === 'sentinel'
      ? { ...common, ...parseSentinel(hosts, path, query, faults) }
      : { ...common, ...parseCluster(hosts, path, query, faults) }
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'address', address }
}

function parseSentinel(hosts: string, path: string, query: string, faults: string[]) {
  const sentinels = parseHosts(hosts, SENTINEL_PORT, faults)
  const [, master = '', db = '0', ...more] = path.split('/')
  if (master === '' || more.length > 0)
    faults.push('names the master after the hosts, and a database number at most after that: /mymaster/0')
  if (!/^\d{1,7}$/.test(db) || Number(db) > DB_MAX) faults.push('has a database that is no whole number')
  const options = new URLSearchParams(query)
  for (const name of options.keys())
    if (name !== 'sentinel-password') faults.push('knows no option but sentinel-password')
  const sentinelPassword = options.get('sentinel-password')
  return {
    kind: 'sentinel' as const,
    sentinels,
    master,
    db: Number(db),
    ...(sentinelPassword === null ? {} : { sentinelPassword }),
  }
}

function parseCluster(hosts: string, path: string, query: string, faults: string[]) {
  if (path !== '' && path !== '/') faults.push('has no database: a Cluster has only one')
  if (query !== '') faults.push('has no options with a Cluster')
  return { kind: 'cluster' as const, nodes: parseHosts(hosts, REDIS_PORT, faults) }
}

function parseHosts(text: string, defaultPort: number, faults: string[]): HostPort[] {
  return text.split(',').map((entry, index) => {
    const [, v6, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(entry) ?? []
    const host = v6 ?? name ?? ''
    const number = port === undefined ? defaultPort : Number(port)
    if (host === '' || number < 1 || number > 65_535)
      faults.push(`has no host and port at place ${index + 1} of its list, such as host1:${defaultPort}`)
    return { host, port: number }
  })
}

function parseLogin(text: string, faults: string[]): RedisLogin {
  if (text === '') return {}
  const bar = text.indexOf(':')
  try {
    const username = decodeURIComponent(bar < 0 ? text : text.slice(0, bar))
    const password = bar < 0 ? '' : decodeURIComponent(text.slice(bar + 1))
    return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) }
  } catch {
    faults.push('has a percent escape in its user or password that cannot be read')
    return {}
  }
}
