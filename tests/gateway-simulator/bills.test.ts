import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { unzipSync } from 'fflate'
import { decode } from 'iconv-lite'
import { addDays, addMs, businessDay, now, startOfDay } from '#src/core/time'
import { startGateway, type TestGateway } from '#tests/support/gateway'
import { alipay, wechat, wechatResponse } from './merchant'

const HOUR_MS = 3_600_000
const today = businessDay(now())
const noon = startOfDay(today).getTime() + 12 * HOUR_MS
const lastSecond = startOfDay(today).getTime() + 24 * HOUR_MS - 1000

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
  await gateway.control.bulk('wechat', { orders: [order('WXDAY0001', 1250), order('WXDAY0002', 999), order('WXDAY0003', 1, lastSecond)] })
  await gateway.control.bulk('alipay', { orders: [order('ALDAY0001', 1250), order('ALDAY0002', 999)] })
})
afterAll(() => gateway.stop())
const order = (outTradeNo: string, amount: number, paidAt = noon) => ({ outTradeNo, amount, paidAt })

/** The bank's clock at an hour of the day after today. */
const standAt = (hour: number, days = 1) =>
  gateway.control.setAhead(addMs(addDays(startOfDay(today), days), hour * HOUR_MS).getTime() - now().getTime())

type Offer = { hash_type: string; hash_value: string; download_url: string }
async function wechatBill(day: string, query = 'bill_type=ALL'): Promise<{ text: string; offer: Offer }> {
  const { body } = await wechat(gateway, `GET /v3/bill/tradebill?bill_date=${day}&${query}`)
  const offer = body as unknown as Offer
  const { pathname, search } = new URL(offer.download_url)
  const bytes = await (await wechatResponse(gateway, `GET ${pathname}${search}`)).bytes()
  const file = query.includes('GZIP') ? gunzipSync(bytes) : bytes
  expect(createHash('sha1').update(file).digest('hex')).toBe(offer.hash_value)
  return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(file), offer }
}
async function alipayBill(day: string): Promise<{ detail: string; summary: string; names: string[] }> {
  const { node } = await alipay(gateway, 'alipay.data.dataservice.bill.downloadurl.query', { bill_type: 'trade', bill_date: day })
  const files = unzipSync(await (await fetch(node.bill_download_url!)).bytes())
  const texts = Object.values(files).map((bytes) => decode(Buffer.from(bytes), 'gbk'))
  const names = Object.keys(files).map((name) => decode(Buffer.from(name, 'latin1'), 'gbk'))
  return {
    detail: texts.find((text) => text.includes('业务明细列表'))!,
    summary: texts.find((text) => text.includes('业务汇总列表'))!,
    names,
  }
}

describe('a WeChat bill', () => {
  test('is made by ten the next morning, and of today there is none', async () => {
    const code = async (day: string) => (await wechat(gateway, `GET /v3/bill/tradebill?bill_date=${day}`)).body.code
    await standAt(9)
    expect(await code(today)).toBe('STATEMENT_CREATING')
    await standAt(10)
    expect(await code(businessDay(addDays(startOfDay(today), 1)))).toBe('NO_STATEMENT_EXIST')
    expect(await code(businessDay(addDays(startOfDay(today), -1)))).toBe('NO_STATEMENT_EXIST')
    expect(await code('2020-01-01')).toBe('INVALID_REQUEST')
    expect(await code('20260101')).toBe('PARAM_ERROR')
  })

  test('has a BOM, CRLF, backticks, 27 columns and its sums', async () => {
    await standAt(11)
    const { text, offer } = await wechatBill(today)
    expect(offer.hash_type).toBe('SHA1')
    expect(text).toStartWith('\ufeff交易时间,公众账号ID,商户号,')
    const lines = text.slice(1).trimEnd().split('\r\n')
    expect(lines).toHaveLength(6)
    expect(lines[0]!.split(',')).toHaveLength(27)
    const fields = lines[1]!.slice(1).split(',`')
    expect(fields).toHaveLength(27)
    expect([fields[2], fields[6], fields[9], fields[12], fields[22], fields[23]]).toEqual([
      gateway.env.WECHAT_MCH_ID!,
      'WXDAY0001',
      'SUCCESS',
      '12.50',
      '0.07500',
      '0.60%',
    ])
    expect(lines.at(-2)).toStartWith('总交易单数,应结订单总金额,')
    expect(lines.at(-1)).toBe('`3,`22.50,`0.00,`0.00,`0.13500,`22.50,`0.00')
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test('is packed when asked, and of payments or refunds alone', async () => {
    await standAt(11)
    expect((await wechatBill(today, 'bill_type=ALL&tar_type=GZIP')).text).toContain('WXDAY0001')
    expect((await wechatBill(today, 'bill_type=SUCCESS')).text).toContain('WXDAY0001')
    expect((await wechatBill(today, 'bill_type=REFUND')).text).not.toContain('WXDAY0001')
  })

  test('waits five minutes, for a signed call', async () => {
    await standAt(11)
    const { offer } = await wechatBill(today)
    const { pathname, search } = new URL(offer.download_url)
    expect((await fetch(offer.download_url, { headers: { Accept: 'application/json' } })).status).toBe(401)
    expect((await wechatResponse(gateway, `GET ${pathname}${search}`)).headers.get('wechatpay-signature')).toBeNull()
    await gateway.control.advance(6 * 60_000)
    expect((await wechatResponse(gateway, `GET ${pathname}${search}`)).status).toBe(400)
  })

  test('differs from the books where it was told to', async () => {
    await standAt(11, 2)
    const tomorrow = businessDay(addDays(startOfDay(today), 1))
    await gateway.control.changeBill('wechat', today, { change: 'drop', number: 'WXDAY0001' })
    await gateway.control.changeBill('wechat', today, { change: 'amount', number: 'WXDAY0002', amount: 1000 })
    await gateway.control.changeBill('wechat', today, { change: 'fee', number: 'WXDAY0002', fee: 12_345 })
    await gateway.control.changeBill('wechat', today, { change: 'move', number: 'WXDAY0003' })
    await gateway.control.changeBill('wechat', today, { change: 'extra', outTradeNo: 'WXSTRANGER', amount: 500 })
    const { text } = await wechatBill(today)
    for (const number of ['WXDAY0001', 'WXDAY0003']) expect(text).not.toContain(number)
    expect(text).toMatch(/`WXDAY0002,.*`10\.00,.*`0\.12345,/)
    expect(text).toMatch(/`WXSTRANGER,.*`5\.00,/)
    expect(text).toContain('`2,`15.00,')
    expect((await wechatBill(tomorrow)).text).toMatch(new RegExp(`\`${tomorrow} 00:00:00,.*\`WXDAY0003,`))
    await gateway.control.clearBillChanges()
    expect((await wechatBill(today)).text).toContain('WXDAY0001')
  })

  test('of the account tells how money moved', async () => {
    await standAt(11)
    const { body } = await wechat(gateway, `GET /v3/bill/fundflowbill?bill_date=${today}&account_type=BASIC`)
    const { pathname, search } = new URL(String(body.download_url))
    const text = await (await wechatResponse(gateway, `GET ${pathname}${search}`)).text()
    expect(text).toContain('资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额')
    expect(text).toContain('`6,`3,`22.50000,`3,`0.13500')
  })
})

describe('an Alipay bill', () => {
  test('is a zip with two GBK files, their fields ended by tabs, and a footer that counts', async () => {
    await standAt(11)
    const { detail, summary, names } = await alipayBill(today)
    expect(names[0]).toMatch(/^2088\d{16}_\d{8}_业务明细\.csv$/)
    expect(names[1]).toEndWith('业务明细(汇总).csv')
    const lines = detail.trimEnd().split('\r\n')
    expect(lines[0]).toBe('#支付宝业务明细查询')
    const head = lines.findIndex((line) => /^#-+业务明细列表-+$/.test(line)) + 1
    expect(lines[head]!.split(',')).toHaveLength(25)
    const fields = lines[head + 1]!.split(',')
    expect(fields).toHaveLength(25)
    expect([fields[1], fields[2], fields[11], fields[22]]).toEqual(['ALDAY0001\t', '交易\t', '12.50', '-0.08'])
    expect(detail).toContain('#交易合计：2笔，商家实收共22.49元，商家优惠共0.00元')
    expect(summary).toContain('合计\t,\t,2,0,22.49,22.49,')
  })

  test('lives for half a minute', async () => {
    await standAt(11)
    const ask = () => alipay(gateway, 'alipay.data.dataservice.bill.downloadurl.query', { bill_type: 'trade', bill_date: today })
    const { node } = await ask()
    await gateway.control.advance(31_000)
    expect((await fetch(node.bill_download_url!)).status).toBe(400)
    await standAt(9)
    expect((await ask()).node).toMatchObject({ code: '40004', sub_code: 'isp.bill_not_exist' })
  })
})

test('a hundred thousand lines take seconds', async () => {
  const yesterday = startOfDay(today).getTime() - 12 * HOUR_MS
  const started = performance.now()
  for (const channel of ['wechat', 'alipay'] as const)
    await gateway.control.bulk(channel, { prefix: `BULK${channel}`, count: 100_000, amount: 1250, paidAt: yesterday, everyMs: 100 })
  await standAt(11)
  const day = businessDay(addDays(startOfDay(today), -1))
  expect((await wechatBill(day, 'bill_type=ALL&tar_type=GZIP')).text.split('\r\n')).toHaveLength(100_004)
  expect((await alipayBill(day)).detail).toContain('#交易合计：100000笔')
  expect(performance.now() - started).toBeLessThan(30_000)
}, 60_000)
