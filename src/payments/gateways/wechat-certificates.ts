import { type KeyObject, X509Certificate } from 'node:crypto'
import * as v from 'valibot'
import { type Instant, now, nowMs } from '#src/core/time'
import { rsaPublicKey } from '#src/platform/key-files'
import { log } from '#src/platform/log'
import type { WechatSettings } from '#src/platform/payment-settings'
import { GatewayUnknown } from './gateway'
import { openWechatClient, type WechatClient } from './wechat-client'
import { openResource, verifyWechatNotice } from './wechat-signature'

const PATH = 'v3/certificates'
/** Unknown serials make us ask again, and strangers can name serials; this often is enough for a switch that takes days. */
const REFRESH_MS = 10 * 60_000

const Certificates = v.object({
  data: v.array(
    v.object({
      serial_no: v.string(),
      encrypt_certificate: v.object({
        algorithm: v.string(),
        ciphertext: v.string(),
        nonce: v.string(),
        associated_data: v.optional(v.string()),
      }),
    }),
  ),
})

/** The keys that WeChat Pay signs with, and a client that verifies by them: those of the configuration, and those it has since announced. */
export function platformKeyring(settings: WechatSettings) {
  let keys: ReadonlyMap<string, KeyObject> = settings.platformKeys
  let client = openWechatClient(settings, keys)
  let refreshedAt = Number.NEGATIVE_INFINITY
  return {
    keys: () => keys,
    client: () => client,
    /** Fetches the certificates that are in force now and holds them besides what is there. */
    refresh: async () => {
      refreshedAt = nowMs()
      keys = new Map([...keys, ...(await fetchCertificates(client, settings.apiV3Key, keys))])
      client = openWechatClient(settings, keys)
    },
    /** Something was signed by a key that we do not hold: fetches in the background, so that the provider's next try finds it. */
    refreshSoon() {
      if (nowMs() - refreshedAt < REFRESH_MS) return
      this.refresh().catch((error: unknown) => log('warn', 'platform certificates not fetched', { operation: 'payment', error }))
    },
  }
}

/**
 * Certificates are encrypted with the APIv3 key that only WeChat Pay and we know: that is what proves the first one of a new serial. The
 * answer itself must be signed by one of them or by a key that we held before.
 */
async function fetchCertificates(client: WechatClient, apiV3Key: string, held: ReadonlyMap<string, KeyObject>) {
  const { status, headers, bytes } = await client.bytes({ method: 'get', path: PATH })
  if (status !== 200) throw new GatewayUnknown(`wechat ${PATH}: ${status}`)
  const answer = v.safeParse(Certificates, parsed(bytes))
  if (!answer.success) throw new GatewayUnknown(`wechat ${PATH}: an answer of another form`)
  const fetched = new Map<string, KeyObject>()
  for (const { serial_no, encrypt_certificate } of answer.output.data) {
    const pem = openResource(encrypt_certificate, apiV3Key)?.toString('utf8')
    if (pem && isInForce(pem, now())) fetched.set(serial_no, rsaPublicKey(pem, serial_no))
  }
  verifyWechatNotice(headers, bytes, new Map([...held, ...fetched]), now())
  return fetched
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function isInForce(pem: string, at: Instant): boolean {
  const { validToDate } = new X509Certificate(pem)
  return validToDate > at
}
