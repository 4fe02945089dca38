import { unzipSync } from 'fflate'
import { getDecoder } from 'iconv-lite'
import { BillFault, type BillLine, columnsIn, linesOf, localTime, millifen, slicesOf, wholeFen } from './bill'

const COLUMNS = [
  '支付宝交易号',
  '商户订单号',
  '业务类型',
  '完成时间',
  '订单金额（元）',
  '商家实收（元）',
  '退款批次号/请求号',
  '服务费（元）',
] as const
type Places = Record<(typeof COLUMNS)[number], number>

/** What the footer is checked against; refunds are negative, as in the file. */
type Sums = { payments: bigint; refunds: bigint; paymentRows: number; refundRows: number }

/**
 * The lines of an Alipay bill (PAYMENTS 2): a zip with two GBK files, 业务明细 and its summary; a preamble of `#`, fields padded with
 * tabs, columns in an order of the day. They are given while the file is read; only when the last one was taken without a BillFault does
 * the footer agree with them.
 */
export function* alipayBillLines(bytes: Uint8Array): Generator<BillLine> {
  const lines = linesOf(decoded(detailsIn(bytes)))
  const head = fieldsOf(lineAfterMark(lines)).map((name) => name.replaceAll('(', '（').replaceAll(')', '）'))
  const places = columnsIn(head, COLUMNS)
  const sums: Sums = { payments: 0n, refunds: 0n, paymentRows: 0, refundRows: 0 }
  for (const line of lines) {
    if (isMark(line, '业务明细列表结束')) return checkFooter([...lines], sums)
    const where = `row ${sums.paymentRows + sums.refundRows + 1}`
    const fields = fieldsOf(line)
    if (fields.length !== head.length) throw new BillFault(`${where}: ${fields.length} fields under a head of ${head.length}`)
    yield lineOf(fields, places, sums, where)
  }
  throw new BillFault('the end of the list is missing: the file is cut')
}

/** The head, which follows the mark. Taken by hand: leaving a loop over the lines would end them. */
function lineAfterMark(lines: Generator<string>): string {
  for (let next = lines.next(); !next.done; next = lines.next()) if (isMark(next.value, '业务明细列表')) return lines.next().value ?? ''
  throw new BillFault('the list of 业务明细 is missing')
}

const isMark = (line: string, words: string): boolean => new RegExp(`^#-+${words}-+\\s*$`).test(line)

const fieldsOf = (line: string): string[] => line.split(',').map((field) => field.trim())

/** Names inside the zip are in whatever the sender's machine writes, so the file is known by what it says. */
function detailsIn(bytes: Uint8Array): Uint8Array {
  const found = Object.values(unzipped(bytes)).filter((file) => {
    const [start = ''] = decoded(file.subarray(0, 4_096))
    return linesStart(start).some((line) => isMark(line, '业务明细列表'))
  })
  if (found.length !== 1) throw new BillFault(`the zip holds ${found.length} lists of 业务明细, there must be one`)
  return found[0]!
}

const linesStart = (text: string): string[] => text.split('\n').map((line) => line.replace(/\r$/, ''))

function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes)
  } catch {
    throw new BillFault('the zip cannot be opened')
  }
}

function* decoded(bytes: Uint8Array): Generator<string> {
  const decoder = getDecoder('gbk')
  for (const slice of slicesOf(bytes)) yield decoder.write(Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength))
  yield decoder.end() ?? ''
}

function lineOf(fields: string[], places: Places, sums: Sums, where: string): BillLine {
  const field = (name: keyof Places) => fields[places[name]]!
  const type = field('业务类型')
  if (type !== '交易' && type !== '退款') throw new BillFault(`${where}: unknown 业务类型 "${type.slice(0, 40)}"`)
  const isRefund = type === '退款'
  const ordered = millifen(field('订单金额（元）'), where)
  if (isRefund ? ordered > 0n : ordered < 0n) throw new BillFault(`${where}: the sign of the amount is not that of a ${type}`)
  const received = millifen(field('商家实收（元）'), where)
  if (isRefund) [sums.refunds, sums.refundRows] = [sums.refunds + received, sums.refundRows + 1]
  else [sums.payments, sums.paymentRows] = [sums.payments + received, sums.paymentRows + 1]
  const fee = millifen(field('服务费（元）'), where)
  const [ourNo, providerNo, refundNo] = [field('商户订单号'), field('支付宝交易号'), field('退款批次号/请求号')]
  if (ourNo === '' || providerNo === '' || (isRefund && refundNo === '')) throw new BillFault(`${where}: a number is missing`)
  return {
    kind: isRefund ? 'refund' : 'payment',
    ourNo,
    providerNo,
    refundNo: isRefund ? refundNo : null,
    providerRefundNo: null,
    amount: wholeFen(isRefund ? -ordered : ordered, where),
    // Written as what it does to the merchant's money on one kind of contract and as a price on another: the kind of line tells.
    feeMillifen: isRefund ? -magnitude(fee) : magnitude(fee),
    state: 'SUCCESS',
    at: localTime(field('完成时间'), where),
  }
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

/** `#交易合计：3笔，商家实收共28790.16元，商家优惠共0.00元` and the same of 退款合计. */
function checkFooter(footer: string[], sums: Sums): void {
  const told = (name: string) => {
    const [, rows, amount] =
      footer.map((line) => new RegExp(`${name}[：:]\\s*(\\d+)\\s*笔[^-\\d]*(-?[\\d.]+)\\s*元`).exec(line)).find(Boolean) ?? []
    if (rows === undefined || amount === undefined) throw new BillFault(`the footer lacks ${name}`)
    return { rows: Number(rows), amount: millifen(amount, name) }
  }
  const [payments, refunds] = [told('交易合计'), told('退款合计')]
  if (payments.rows !== sums.paymentRows || refunds.rows !== sums.refundRows)
    throw new BillFault(`the footer speaks of ${payments.rows} + ${refunds.rows} rows, there are ${sums.paymentRows} + ${sums.refundRows}`)
  if (payments.amount !== sums.payments || magnitude(refunds.amount) !== magnitude(sums.refunds))
    throw new BillFault('the totals of the footer are not the sums of the rows')
}
