/**
 * Which addresses an outbound connection may go to, asked at each resolution: a name that is public today may point into
 * the own network tomorrow (reliability.md F-34, fhir-api.md P-04).
 */
import { BlockList, isIP } from 'node:net'

export type AddressGuard = (address: string) => boolean

/** IANA's special-purpose registries, IPv4: everything that is not one public host. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Global unicast is 2000::/3; these parts of it lead to IPv4 addresses or to nobody. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
const GLOBAL_IPV6 = ['2000::/3']
const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** `<address>/<prefix length>`, or undefined when it is none. */
export function parseNetwork(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', prefix = ''] = text.split('/')
  const version = isIP(address)
  const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (version === 0 || text.split('/').length !== 2 || !(length <= (version === 4 ? 32 : 128)))
    return undefined
  return { address, prefix: length, family: version === 4 ? 'ipv4' : 'ipv6' }
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of networks) {
    const network = parseNetwork(text)
    if (network === undefined) throw new TypeError('not a network')
    list.addSubnet(network.address, network.prefix, network.family)
  }
  return list
}

const specialIpv4 = listOf(SPECIAL_IPV4)
const specialIpv6 = listOf(SPECIAL_IPV6)
const globalIpv6 = listOf(GLOBAL_IPV6)
const loopback = listOf(LOOPBACK)

/** Loopback and nothing else. */
export const loopbackOnly: AddressGuard = (address) => isIn(loopback, address)

/** Public addresses, and the networks of `allowed` (CIDR) besides. @throws TypeError for what is no network */
export function publicOr(allowed: readonly string[]): AddressGuard {
  const own = listOf(allowed)
  return (address) => isIn(own, address) || isPublic(address)
}

function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !specialIpv4.check(address, 'ipv4')
    case 6:
      // An IPv4 address in IPv6 form (::ffff:10.0.0.1) is no global unicast, so it is none of ours.
      return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6')
    default:
      return false
  }
}

const isIn = (list: BlockList, address: string): boolean => {
  const version = isIP(address)
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}
