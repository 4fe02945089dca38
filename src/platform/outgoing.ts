import { lookup as resolveHost } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Why a call to the outside got no answer; `detail` is for people and holds neither path nor query, where secrets are. */
export type OutgoingCause = 'not_https' | 'private_address' | 'unknown_host' | 'unreachable' | 'certificate' | 'timeout' | 'too_long'
export class OutgoingFault extends Error {
  constructor(
    readonly fault: OutgoingCause,
    readonly detail: string,
  ) {
    super(`${fault} ${detail}`)
  }
}

type Address = { address: string; family: number }
export type Answer = { status: number; text: string }
type Caller = {
  /** Https only, and no address of this machine, of its network or of its cloud's own services. */
  isStrict: boolean
  /** Names to addresses; asked once for a call. */
  resolve?: (host: string) => Promise<Address[]>
  timeoutMs?: number
}

/** The whole call, from the name to the last byte. */
const PATIENCE_MS = 10_000
const LONGEST_ANSWER = 64 * 1024

/**
 * Posts JSON to an address that a person has written into the configuration. The name is resolved once, the connection goes to what was
 * resolved, and an answer that leads elsewhere is an answer like any other. Throws OutgoingFault.
 */
export async function postJson(
  url: URL,
  body: unknown,
  { isStrict, resolve = allAddresses, timeoutMs = PATIENCE_MS }: Caller,
): Promise<Answer> {
  if (isStrict && url.protocol !== 'https:') throw new OutgoingFault('not_https', url.host)
  const deadline = AbortSignal.timeout(timeoutMs)
  const address = await Promise.race([resolveOnce(url, isStrict, resolve), expired(deadline, url)])
  return exchange(url, JSON.stringify(body), address, deadline)
}

async function resolveOnce({ hostname, host }: URL, isStrict: boolean, resolve: NonNullable<Caller['resolve']>): Promise<Address> {
  const bare = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(bare)
  const addresses = family ? [{ address: bare, family }] : await resolve(bare).catch(() => [])
  if (addresses.length === 0) throw new OutgoingFault('unknown_host', host)
  // One private address among several is enough: which of them would be taken is up to whoever answers for the name.
  if (isStrict && addresses.some(({ address }) => isPrivate(address))) throw new OutgoingFault('private_address', host)
  return addresses[0]!
}

const allAddresses = (host: string): Promise<Address[]> => resolveHost(host, { all: true })

const expired = (deadline: AbortSignal, { host }: URL): Promise<never> =>
  new Promise((_, reject) => deadline.addEventListener('abort', () => reject(new OutgoingFault('timeout', host)), { once: true }))

function exchange(url: URL, body: string, { address, family }: Address, signal: AbortSignal): Promise<Answer> {
  const known: LookupFunction = (_host, _options, callback) => callback(null, [{ address, family }])
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(body) }
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, lookup: known, signal, agent: false }, (answer) => {
      const parts: Buffer[] = []
      let length = 0
      answer.on('data', (part: Buffer) => {
        length += part.length
        if (length <= LONGEST_ANSWER) return void parts.push(part)
        call.destroy()
        reject(new OutgoingFault('too_long', url.host))
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }))
      answer.on('error', (error) => reject(faultOf(error, url, signal)))
    })
    call.on('error', (error) => reject(faultOf(error, url, signal)))
    call.end(body)
  })
}

/** The runtime's own words may hold the whole address: only its code goes on. */
function faultOf(error: NodeJS.ErrnoException, { host }: URL, signal: AbortSignal): OutgoingFault {
  if (signal.aborted) return new OutgoingFault('timeout', host)
  const code = error.code ?? 'ERROR'
  return new OutgoingFault(/CERT|TLS|SSL|SIGNED|ISSUER/.test(code) ? 'certificate' : 'unreachable', `${host} ${code}`)
}

/** Everything that is not the public internet (RFC 6890 and its like); IPv6 forms that carry an IPv4 address count as what they may carry. */
const PRIVATE_4 = new BlockList()
const PRIVATE_6 = new BlockList()
for (const [address, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  PRIVATE_4.addSubnet(address, bits, 'ipv4')
for (const [address, bits] of [
  ['::', 8],
  ['64:ff9b::', 16],
  ['100::', 8],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE_6.addSubnet(address, bits, 'ipv6')

/** Whether an address leads into a network of our own instead of the internet. */
export function isPrivate(address: string): boolean {
  const family = isIP(address)
  return family === 0 || (family === 6 ? PRIVATE_6.check(address, 'ipv6') : PRIVATE_4.check(address, 'ipv4'))
}
