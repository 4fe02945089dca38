import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { answerCall, type Call, logCall, type Reply } from './call'
import { bankMs, type Channel, type Simulator } from './simulator'

/** Bills wait under an address that lives for seconds or minutes; whoever comes later asks again. */

type Waiting = { channel: Channel; name: string; bytes: Uint8Array; isGzip: boolean; until: number }
/** Not in the books: an address does not outlive the machine that made it. */
const waiting = new WeakMap<Simulator, Map<string, Waiting>>()

const LIVES_MS: Record<Channel, number> = { wechat: 5 * 60_000, alipay: 30_000 }

/** Puts a file out for fetching; returns its token. */
export function offerFile(simulator: Simulator, file: Pick<Waiting, 'channel' | 'name' | 'bytes' | 'isGzip'>): string {
  const files = waiting.get(simulator) ?? new Map<string, Waiting>()
  waiting.set(simulator, files)
  for (const [token, { until }] of files) if (until < bankMs(simulator)) files.delete(token)
  const token = randomBytes(24).toString('base64url')
  files.set(token, { ...file, until: bankMs(simulator) + LIVES_MS[file.channel] })
  return token
}

export const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex')

const WHOLE: Reply = { status: 200, code: 'OK', body: 'the whole file' }
const GONE: Reply = { status: 400, code: 'expired', body: JSON.stringify({ code: 'INVALID_REQUEST', message: '下载链接已失效' }) }

/** Gives a file out, unsigned as the providers do; chaos may cut it anywhere. */
export function downloadFile(simulator: Simulator, channel: Channel, token: string): Promise<Response> {
  const file = waiting.get(simulator)?.get(token)
  const call: Call = { channel, operation: 'download', outTradeNo: undefined, request: file?.name ?? 'unknown file' }
  const isThere = file !== undefined && file.channel === channel && bankMs(simulator) <= file.until
  const plain = (reply: Reply) => new Response(reply.body, { status: reply.status, headers: { 'Content-Type': 'application/json' } })
  if (!isThere) {
    logCall(simulator, call, GONE, 0)
    return Promise.resolve(plain(GONE))
  }
  const bytes = file.isGzip ? gzipSync(file.bytes) : file.bytes
  const failure = { status: 500, code: '500', body: JSON.stringify({ code: 'SYSTEM_ERROR', message: '系统异常' }) }
  const voice = {
    tooMany: { status: 429, code: '429', body: JSON.stringify({ code: 'FREQUENCY_LIMITED', message: '频率超限' }) },
    broken: failure,
    unavailable: failure,
    speak: (reply: Reply) => {
      if (reply.status !== 200) return plain(reply)
      // A switch that spoils JSON spoils a file by cutting it.
      const sent = reply.body === WHOLE.body ? bytes : bytes.subarray(0, bytes.length >> 1)
      const type = file.isGzip ? 'application/gzip' : 'application/octet-stream'
      return new Response(Buffer.from(sent), { headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename=${token}` } })
    },
  }
  return answerCall(simulator, call, voice, () => WHOLE)
}
