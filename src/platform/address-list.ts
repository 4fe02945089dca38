import { BlockList, isIP } from 'node:net'

/** An address or a range of them as it is written: `203.0.113.7`, `10.0.0.0/8`, `2001:db8::/32`. False for anything else. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || address.includes('%') || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
}

/** Whether an address is in one of the ranges; everything is in an empty list. */
export function isListed(ranges: readonly string[], ip: string): boolean {
  if (ranges.length === 0) return true
  const family = isIP(ip)
  if (family === 0) return false
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const kind = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(bits ?? (kind === 'ipv6' ? 128 : 32)), kind)
  }
  return list.check(ip, family === 6 ? 'ipv6' : 'ipv4')
}
