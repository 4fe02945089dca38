import type { ComponentChildren } from 'preact'
import { formatYuan, money } from '#src/core/money'
import { formatDateTime, instant } from '#src/core/time'
import { SimulatorDocument } from './document'

/** The desk of the simulated bank: what it knows, what it sent, what it was answered, and everything that it can do wrong. */

export const DESK_TABS = { orders: '订单', refunds: '退款', notifications: '通知', chaos: '故障开关', bills: '账单', calls: '调用日志' }
export type DeskTab = keyof typeof DESK_TABS

type Row = Record<string, string | number | null>
export type DeskFacts = {
  tab: DeskTab
  clock: string
  aheadHours: number
  pace: number
  signing: string
  balances: { wechat: string; alipay: string }
  switches: readonly string[]
  rows: readonly Row[]
  /** Set where the desk was asked to keep itself fresh. */
  isLive: boolean
  told: string | null
}

export function DeskPage(facts: DeskFacts) {
  return (
    <SimulatorDocument title={`${DESK_TABS[facts.tab]} · 支付模拟器`} look="desk" {...(facts.isLive ? { refreshSeconds: 3 } : {})}>
      <main class="desk-page">
        <header class="desk-row">
          <h1>支付模拟器</h1>
          <a href="/phone">打开手机扫一扫</a>
          <a href={`/desk?tab=${facts.tab}${facts.isLive ? '' : '&live=1'}`}>{facts.isLive ? '停止自动刷新' : '每 3 秒自动刷新'}</a>
        </header>
        {facts.told && <p role="status">{facts.told}</p>}
        <BankState {...facts} />
        <nav class="desk-tabs" aria-label="台账">
          {Object.entries(DESK_TABS).map(([tab, name]) => (
            <a key={tab} href={`/desk?tab=${tab}`} aria-current={tab === facts.tab ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <section class="desk-panel" aria-label={DESK_TABS[facts.tab]}>
          {facts.tab === 'chaos' && <SwitchForm switches={facts.switches} />}
          {facts.tab === 'bills' && <BillForm />}
          <DeskTable tab={facts.tab} rows={facts.rows} />
        </section>
      </main>
    </SimulatorDocument>
  )
}

function BankState({ clock, aheadHours, pace, signing, balances }: DeskFacts) {
  return (
    <section class="desk-panel" aria-label="银行状态">
      <p>
        银行时间 <strong>{clock}</strong>（比本机快 {aheadHours} 小时），商户余额：微信 {balances.wechat} 元，支付宝 {balances.alipay} 元
      </p>
      <div class="desk-row">
        <DeskForm action="clock" label="拨快时钟">
          <Field name="hours" label="拨快小时数" type="number" value="24" />
        </DeskForm>
        <DeskForm action="pace" label="调整节奏">
          <Field name="pace" label="等待时间倍率（1 为真实节奏，0 为手动）" type="number" value={String(pace)} />
        </DeskForm>
        <DeskForm action="signing" label="更换签名方式">
          <Choice
            name="signing"
            label="微信通知签名"
            values={{ 'public-key': '平台公钥', certificate: '平台证书', mix: '两者混用' }}
            chosen={signing}
          />
        </DeskForm>
        <DeskForm action="deliver" label="立即发送到期通知" />
      </div>
    </section>
  )
}

const DeskForm = ({ action, label, children }: { action: string; label: string; children?: ComponentChildren }) => (
  <form method="post" action="/desk" class="desk-row">
    <input type="hidden" name="action" value={action} />
    {children}
    <button type="submit">{label}</button>
  </form>
)

const INPUTS = { text: { type: 'text' }, number: { type: 'number', step: 'any' }, date: { type: 'date' } } as const

const Field = ({
  name,
  label,
  type = 'text',
  value,
}: {
  name: string
  label: string
  type?: 'text' | 'number' | 'date'
  value?: string
}) => (
  <label>
    {label}
    <input name={name} {...INPUTS[type]} value={value ?? ''} />
  </label>
)

const Choice = ({ name, label, values, chosen }: { name: string; label: string; values: Record<string, string>; chosen?: string }) => (
  <label>
    {label}
    <select name={name}>
      {Object.entries(values).map(([value, words]) => (
        <option key={value} value={value} selected={value === chosen}>
          {words}
        </option>
      ))}
    </select>
  </label>
)

const CHANNELS = { wechat: '微信支付', alipay: '支付宝' }

function SwitchForm({ switches }: { switches: readonly string[] }) {
  return (
    <>
      <DeskForm action="switch" label="打开开关">
        <Choice name="name" label="故障" values={Object.fromEntries(switches.map((name) => [name, name]))} />
        <Choice name="channel" label="渠道" values={{ '': '全部', ...CHANNELS }} />
        <Field name="operation" label="调用（create、query、refund、payment 等，可空）" />
        <Field name="outTradeNo" label="商户订单号（可空）" />
        <Field name="count" label="次数（可空）" type="number" />
        <Field name="probability" label="概率 0–1（可空）" type="number" />
        <Field name="seed" label="随机种子（可空）" type="number" />
        <Field name="times" label="份数或第几次（可空）" type="number" />
        <Field name="milliseconds" label="毫秒（可空）" type="number" />
        <Field name="amount" label="金额，单位分（可空）" type="number" />
      </DeskForm>
      <DeskForm action="switches-off" label="关闭全部开关" />
    </>
  )
}

function BillForm() {
  return (
    <DeskForm action="bill" label="加入差异">
      <Choice name="channel" label="渠道" values={CHANNELS} />
      <Field name="day" label="账单日" type="date" />
      <Choice
        name="change"
        label="差异"
        values={{ drop: '删除一行', amount: '改金额', fee: '改手续费', move: '移到次日', extra: '多出一行' }}
      />
      <Field name="number" label="商户订单号或退款单号" />
      <Field name="amount" label="金额，单位分；手续费单位 0.00001 元" type="number" />
    </DeskForm>
  )
}

/** The columns of a tab as the books call them, with the words above. */
const COLUMNS: Record<DeskTab, Record<string, string>> = {
  orders: {
    created_at: '下单时间',
    channel: '渠道',
    out_trade_no: '商户订单号',
    provider_no: '平台单号',
    amount: '金额',
    state: '状态',
    paid_at: '支付时间',
  },
  refunds: {
    created_at: '申请时间',
    channel: '渠道',
    out_trade_no: '商户订单号',
    out_refund_no: '退款单号',
    amount: '金额',
    state: '状态',
    finished_at: '完成时间',
  },
  notifications: {
    at: '时间',
    channel: '渠道',
    kind: '事件',
    out_trade_no: '商户订单号',
    sent: '次数',
    notice_state: '状态',
    twist: '故障',
    status: '应答码',
    body: '应答内容',
    milliseconds: '毫秒',
    fault: '违约',
  },
  chaos: { id: '编号', name: '故障', options: '条件', remaining: '剩余次数', fired: '已触发' },
  bills: { id: '编号', channel: '渠道', day: '账单日', change: '差异' },
  calls: {
    at: '时间',
    channel: '渠道',
    operation: '调用',
    number: '商户订单号',
    status: '应答码',
    code: '结果',
    milliseconds: '毫秒',
    chaos: '故障',
    request: '请求',
  },
}
const MOMENTS = new Set(['created_at', 'paid_at', 'finished_at', 'at'])

function DeskTable({ tab, rows }: { tab: DeskTab; rows: readonly Row[] }) {
  const columns = Object.entries(COLUMNS[tab])
  if (rows.length === 0) return <p>暂无记录</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reachable by keyboard
    <section class="desk-scroll" tabIndex={0} aria-label={`${DESK_TABS[tab]}列表`}>
      <table>
        <thead>
          <tr>
            {columns.map(([name, words]) => (
              <th key={name} scope="col">
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={String(row.id ?? row.out_refund_no ?? row.out_trade_no ?? at)}>
              {columns.map(([name]) => (
                <Cell key={name} name={name} row={row} tab={tab} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Cell({ name, row, tab }: { name: string; row: Row; tab: DeskTab }) {
  const value = row[name] ?? null
  if (value === null || value === '') return <td>–</td>
  if (MOMENTS.has(name)) return <td class="number">{formatDateTime(instant(Number(value)))}</td>
  if (name === 'amount') return <td class="number">{formatYuan(money(Number(value)))}</td>
  if (name === 'fault') return <td class="bad">{value}</td>
  if (tab === 'orders' && name === 'out_trade_no') {
    return (
      <td>
        <a href={`/pay/${row.channel}/${encodeURIComponent(String(value))}`}>{value}</a>
      </td>
    )
  }
  return <td class={typeof value === 'number' ? 'number' : undefined}>{value}</td>
}
