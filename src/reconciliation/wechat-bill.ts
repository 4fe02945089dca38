import { gunzipSync } from 'node:zlib'
import { BillFault, type BillLine, columnsIn, linesOf, localTime, millifen, slicesOf, wholeFen } from './bill'

/** The columns that are read; a bill has 27, and they are found by name. */
const COLUMNS = [
  '交易时间',
  '微信订单号',
  '商户订单号',
  '交易状态',
  '应结订单金额',
  '微信退款单号',
  '商户退款单号',
  '退款金额',
  '退款状态',
  '手续费',
  '订单金额',
  '申请退款金额',
] as const
type Places = Record<(typeof COLUMNS)[number], number>

/** What the line of totals is checked against, column by column. */
const SUMMED = {
  应结订单总金额: '应结订单金额',
  退款总金额: '退款金额',
  手续费总金额: '手续费',
  订单总金额: '订单金额',
  申请退款总金额: '申请退款金额',
} as const
type Summed = (typeof SUMMED)[keyof typeof SUMMED]

/**
 * The lines of a WeChat bill (PAYMENTS 1): UTF-8 with BOM, CRLF, every field behind a backtick, packed or not. They are given while the
 * file is read; only when the last one was taken without a BillFault do the totals agree with them.
 */
export function* wechatBillLines(bytes: Uint8Array): Generator<BillLine> {
  const lines = linesOf(decoded(unpacked(bytes)))
  const head = fieldsOf(lines.next().value ?? '')
  const places = columnsIn(head, COLUMNS)
  const sums: Record<Summed, bigint> = { 应结订单金额: 0n, 退款金额: 0n, 手续费: 0n, 订单金额: 0n, 申请退款金额: 0n }
  let rows = 0
  for (const line of lines) {
    const fields = fieldsOf(line)
    if (fields[0] === '总交易单数') return checkTotals(fields, fieldsOf(lines.next().value ?? ''), rows, sums)
    rows++
    const where = `row ${rows}`
    if (fields.length !== head.length) throw new BillFault(`${where}: ${fields.length} fields under a head of ${head.length}`)
    yield lineOf(fields, places, sums, where)
  }
  throw new BillFault('the line of totals is missing: the file is cut')
}

const isPacked = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

function unpacked(bytes: Uint8Array): Uint8Array {
  if (!isPacked(bytes)) return bytes
  try {
    return gunzipSync(bytes)
  } catch {
    throw new BillFault('the packed file cannot be unpacked')
  }
}

function* decoded(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for (const slice of slicesOf(bytes)) yield decoder.decode(slice, { stream: true })
    yield decoder.decode()
  } catch (error) {
    if (error instanceof TypeError) throw new BillFault('the file is not UTF-8')
    throw error
  }
}

/** A comma belongs to a value unless a backtick follows: names of goods may hold commas. Heads have no backticks. */
const fieldsOf = (line: string): string[] => (line.startsWith('`') ? line.slice(1).split(',`') : line.split(','))

function lineOf(fields: string[], places: Places, sums: Record<Summed, bigint>, where: string): BillLine {
  const field = (name: keyof Places) => fields[places[name]]!
  const amounts = {} as Record<Summed, bigint>
  for (const name of Object.values(SUMMED)) {
    amounts[name] = millifen(field(name), `${where}, ${name}`)
    sums[name] += amounts[name]
  }
  const state = field('交易状态')
  if (state !== 'SUCCESS' && state !== 'REFUND') throw new BillFault(`${where}: unknown 交易状态 "${state.slice(0, 40)}"`)
  const isRefund = state === 'REFUND'
  const amount = wholeFen(amounts[isRefund ? '申请退款金额' : '订单金额'], where)
  if (amount < 0n) throw new BillFault(`${where}: a negative amount`)
  const [ourNo, providerNo] = [field('商户订单号'), field('微信订单号')]
  if (ourNo === '' || providerNo === '' || (isRefund && field('商户退款单号') === '')) throw new BillFault(`${where}: a number is missing`)
  return {
    kind: isRefund ? 'refund' : 'payment',
    ourNo,
    providerNo,
    refundNo: isRefund ? field('商户退款单号') : null,
    providerRefundNo: isRefund ? field('微信退款单号') : null,
    amount,
    feeMillifen: amounts.手续费,
    state: isRefund ? field('退款状态') : state,
    at: localTime(field('交易时间'), where),
  }
}

function checkTotals(head: string[], totals: string[], rows: number, sums: Record<Summed, bigint>): void {
  const total = (name: string): string => totals[head.indexOf(name)] ?? ''
  if (total('总交易单数') !== String(rows)) throw new BillFault(`the totals speak of ${total('总交易单数')} rows, there are ${rows}`)
  for (const [name, column] of Object.entries(SUMMED)) {
    if (millifen(total(name), `totals, ${name}`) !== sums[column]) throw new BillFault(`the total of ${column} is not the sum of its rows`)
  }
}
