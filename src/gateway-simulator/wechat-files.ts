import { X509Certificate } from 'node:crypto'
import { instant } from '#src/core/time'
import { offerFile, sha1 } from './bill-files'
import { type BillFault, type BillLine, billFault, billLines } from './bill-lines'
import type { Simulator } from './simulator'
import { rfc3339 } from './trades'
import type { Asked, Outcome } from './wechat'
import { wechatFundBill, wechatTradeBill } from './wechat-bill'
import type { WechatRefusal } from './wechat-errors'
import { seal } from './wechat-signature'

/** The platform's certificates, each sealed under the APIv3 key. */
export function certificates(simulator: Simulator): Outcome {
  const { platformCertificatePem, identity } = simulator.keys
  const certificate = new X509Certificate(platformCertificatePem)
  const time = (text: string) => rfc3339(instant(text).getTime())
  return {
    data: {
      data: [
        {
          serial_no: identity.wechat.platformSerial,
          effective_time: time(certificate.validFrom),
          expire_time: time(certificate.validTo),
          encrypt_certificate: seal(simulator, platformCertificatePem, 'certificate'),
        },
      ],
    },
  }
}

const REFUSED: Record<BillFault, WechatRefusal> = { creating: 'billCreating', absent: 'billAbsent', too_old: 'billDate' }
const TYPES: Record<string, (line: BillLine) => boolean> = {
  ALL: () => true,
  SUCCESS: ({ kind }) => kind === 'payment',
  REFUND: ({ kind }) => kind === 'refund',
}

export function tradeBill(simulator: Simulator, { query }: Asked): Outcome {
  const wanted = TYPES[query.get('bill_type') ?? 'ALL']
  if (!wanted) return { refused: 'parameter' }
  return offer(simulator, query, (lines) => wechatTradeBill(simulator, lines.filter(wanted)))
}

export function fundFlowBill(simulator: Simulator, { query }: Asked): Outcome {
  if (!['BASIC', 'OPERATION', 'FEES'].includes(query.get('account_type') ?? 'BASIC')) return { refused: 'parameter' }
  return offer(simulator, query, (lines) => wechatFundBill(simulator, lines))
}

function offer(simulator: Simulator, query: URLSearchParams, make: (lines: BillLine[]) => Uint8Array): Outcome {
  const day = query.get('bill_date') ?? ''
  const packing = query.get('tar_type')
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || (packing !== null && packing !== 'GZIP')) return { refused: 'parameter' }
  const fault = billFault(simulator, day)
  if (fault) return { refused: REFUSED[fault] }
  const lines = billLines(simulator, 'wechat', day)
  // A day without any trade has no file at all.
  if (lines.length === 0) return { refused: 'billAbsent' }
  const bytes = make(lines)
  const token = offerFile(simulator, { channel: 'wechat', name: `wechat ${day}`, bytes, isGzip: packing === 'GZIP' })
  return {
    data: { hash_type: 'SHA1', hash_value: sha1(bytes), download_url: `${simulator.url}/v3/billdownload/file?token=${token}` },
  }
}
