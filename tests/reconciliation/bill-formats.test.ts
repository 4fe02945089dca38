import { describe, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { encode } from 'iconv-lite'
import { money } from '#src/core/money'
import { instant } from '#src/core/time'
import { alipayBillLines } from '#src/reconciliation/alipay-bill'
import { BillFault } from '#src/reconciliation/bill'
import { wechatBillLines } from '#src/reconciliation/wechat-bill'
import { ALIPAY_HEAD, alipayFile, alipayText, WECHAT_HEAD, wechatFile, wechatRow } from './bill-files'

const PAID = {
  at: '2026-03-05 16:20:41',
  ourNo: '019c5c6e0f7a7b2e8c417a0f2d3e4f50',
  providerNo: '4200001234202603051234567890',
  amount: '100.00',
}
const BACK = { ...PAID, at: '2026-03-05 23:59:59', refundNo: 'r019c5c6e0f7a7b2e8c41', amount: '30.50' }

const faultOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof BillFault) return error.message
    throw error
  }
  return 'no fault'
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a WeChat bill', () => {
  test('gives payments and refunds to the thousandth of a fen, BOM, CRLF and backticks gone', () => {
    const lines = [...wechatBillLines(wechatFile([{ ...PAID, fee: '0.60001' }, BACK]))]
    expect(lines).toEqual([
      {
        kind: 'payment',
        ourNo: PAID.ourNo,
        providerNo: PAID.providerNo,
        refundNo: null,
        providerRefundNo: null,
        amount: money(10_000),
        feeMillifen: 60_001n,
        state: 'SUCCESS',
        at: instant('2026-03-05T08:20:41.000Z'),
      },
      {
        kind: 'refund',
        ourNo: PAID.ourNo,
        providerNo: PAID.providerNo,
        refundNo: BACK.refundNo,
        providerRefundNo: `50${PAID.providerNo}`,
        amount: money(3_050),
        feeMillifen: -18_300n,
        state: 'SUCCESS',
        at: instant('2026-03-05T15:59:59.000Z'),
      },
    ])
  })

  test('is read packed too, and names of goods may hold commas', () => {
    expect([...wechatBillLines(gzipSync(wechatFile([{ ...PAID, name: '充值,100 元,"快"' }])))]).toHaveLength(1)
  })

  test('has its columns found by name, in any order and among more', () => {
    const head = WECHAT_HEAD.split(',')
    const turned = (line: string) => `\`${[...line.slice(1).split(',`').reverse(), 'x'].join(',`')}`
    const [, row, totalsHead, totals] = new TextDecoder()
      .decode(wechatFile([PAID]))
      .trimEnd()
      .split('\r\n')
    const text = `\ufeff${[[...head.toReversed(), '新列'].join(','), turned(row!), totalsHead, totals].join('\r\n')}\r\n`
    expect([...wechatBillLines(bytesOf(text))][0]).toMatchObject({ ourNo: PAID.ourNo, amount: money(10_000) })
  })

  test('of a day without a trade has no lines', () => {
    expect([...wechatBillLines(wechatFile([]))]).toEqual([])
  })

  test.each([
    ['the line of totals is missing', wechatFile([PAID], { totals: null })],
    ['totals speak of 2 rows', wechatFile([PAID], { totals: '`2,`100.00,`0.00,`0.00,`0.60000,`100.00,`0.00' })],
    ['the total of 订单金额', wechatFile([PAID], { totals: '`1,`100.00,`0.00,`0.00,`0.60000,`100.01,`0.00' })],
    ['the total of 手续费', wechatFile([PAID], { totals: '`1,`100.00,`0.00,`0.00,`0.60001,`100.00,`0.00' })],
    ['is no amount', wechatFile([{ ...PAID, fee: '0.600001' }])],
    ['is no time', wechatFile([{ ...PAID, at: '2026-13-05 16:20:41' }])],
    ['a number is missing', wechatFile([{ ...PAID, ourNo: '' }])],
    ['the head lacks 交易时间', bytesOf('<html>busy</html>')],
    ['the head lacks 手续费', bytesOf(`\ufeff${WECHAT_HEAD.replace(',手续费,', ',其他,')}\r\n`)],
    ['fields under a head of 27', bytesOf(`\ufeff${WECHAT_HEAD}\r\n${wechatRow(PAID)},\`more\r\n`)],
    ['is not UTF-8', new Uint8Array(encode(new TextDecoder().decode(wechatFile([PAID])), 'gbk'))],
    ['cannot be unpacked', gzipSync(wechatFile([PAID])).subarray(0, 60)],
    ['the head lacks', new Uint8Array()],
  ])('says "%s" of a file that is not right, and gives no totals', (words, bytes) => {
    expect(faultOf(() => [...wechatBillLines(bytes)])).toContain(words)
  })
})

describe('an Alipay bill', () => {
  test('is two GBK files in a zip: tabs gone, refunds positive, fees whichever way they are written', () => {
    const lines = [
      ...alipayBillLines(
        alipayFile([
          { ...PAID, fee: '0.60' },
          { ...BACK, fee: '0.18' },
        ]),
      ),
    ]
    expect(lines).toEqual([
      {
        kind: 'payment',
        ourNo: PAID.ourNo,
        providerNo: PAID.providerNo,
        refundNo: null,
        providerRefundNo: null,
        amount: money(10_000),
        feeMillifen: 60_000n,
        state: 'SUCCESS',
        at: instant('2026-03-05T08:20:41.000Z'),
      },
      {
        kind: 'refund',
        ourNo: PAID.ourNo,
        providerNo: PAID.providerNo,
        refundNo: BACK.refundNo,
        providerRefundNo: null,
        amount: money(3_050),
        feeMillifen: -18_000n,
        state: 'SUCCESS',
        at: instant('2026-03-05T15:59:59.000Z'),
      },
    ])
  })

  test('has its columns found by name: the order varies', () => {
    const [line] = [...alipayBillLines(alipayFile([PAID], { columns: ALIPAY_HEAD.toReversed() }))]
    expect(line).toMatchObject({ ourNo: PAID.ourNo, providerNo: PAID.providerNo, amount: money(10_000) })
  })

  test.each([
    ['the zip cannot be opened', bytesOf('<html>expired</html>')],
    ['holds 0 lists', zipSync({ 'a.csv': encode('#支付宝业务汇总查询\r\n', 'gbk') })],
    ['the end of the list is missing', alipayFile([PAID], { isCut: true })],
    ['the footer lacks 交易合计', alipayFile([PAID], { footer: [] })],
    [
      'the footer speaks of 2 + 0 rows',
      alipayFile([PAID], { footer: ['#交易合计：2笔，商家实收共100.00元', '#退款合计：0笔，商家实收退款共0.00元'] }),
    ],
    [
      'are not the sums of the rows',
      alipayFile([PAID], { footer: ['#交易合计：1笔，商家实收共100.01元', '#退款合计：0笔，商家实收退款共0.00元'] }),
    ],
    ['the head lacks 服务费（元）', alipayFile([PAID], { columns: ALIPAY_HEAD.filter((name) => name !== '服务费（元）') })],
    ['fields under a head of 25', zipSync({ 'a.csv': encode(alipayText([PAID]).replace('充值\t\r\n', '充值\t,x\r\n'), 'gbk') })],
    ['unknown 业务类型', zipSync({ 'a.csv': encode(alipayText([PAID]).replace('交易\t', '转账\t'), 'gbk') })],
  ])('says "%s" of a file that is not right', (words, bytes) => {
    expect(faultOf(() => [...alipayBillLines(bytes)])).toContain(words)
  })
})
