import { BlockList, isIP } from 'node:net'
import { config } from './config'

let trusted: BlockList | undefined

/** Proxies whose X-Forwarded-For we believe: addresses or CIDR ranges of TRUSTED_PROXIES. */
function trustedProxies(): BlockList {
  if (trusted) return trusted
  trusted = new BlockList()
  for (const entry of config().TRUSTED_PROXIES.split(',')) {
    const [address, bits] = entry.trim().split('/')
    const family = isIP(address ?? '')
    if (family === 0) continue
    trusted.addSubnet(address!, Number(bits ?? (family === 6 ? 128 : 32)), family === 6 ? 'ipv6' : 'ipv4')
  }
  return trusted
}

const isTrusted = (address: string): boolean =>
  isIP(address) !== 0 && trustedProxies().check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** IPv4 in IPv6 clothes is IPv4. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/**
 * The client's address: the peer, or, when the peer is a trusted proxy, the last address of X-Forwarded-For that is not one itself.
 * Whatever else a client writes into that header is ignored.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | null): string {
  let address = plain(peer ?? '0.0.0.0')
  for (const hop of (forwardedFor ?? '').split(',').reverse()) {
    if (!isTrusted(address)) return address
    const next = plain(hop.trim())
    if (isIP(next) === 0) return address
    address = next
  }
  return address
}
