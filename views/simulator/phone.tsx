import { formatYuan, money } from '#src/core/money'
import { formatDateTime, type Instant } from '#src/core/time'
import { SimulatorDocument } from './document'

export type PhoneOrder = {
  channel: 'wechat' | 'alipay'
  outTradeNo: string
  subject: string
  amountFen: number
  expiresAt: Instant | null
  state: 'open' | 'expired' | 'closed' | 'paid'
  providerNo: string | null
  paidAt: Instant | null
}

const APPS = { wechat: '微信支付', alipay: '支付宝' }
const PATIENT = { open: '等待付款', expired: '二维码已过期', closed: '订单已关闭', paid: '支付成功' }

type PhoneProps = { order: PhoneOrder; cancelled?: boolean; returnTo?: string | undefined }

/** What the buyer's phone shows after the scan: the sum, and the choice to pay, to leave or to pay too late. */
export function PhonePage({ order, cancelled = false, returnTo }: PhoneProps) {
  const app = APPS[order.channel]
  return (
    <SimulatorDocument title={`${PATIENT[order.state]} · ${app}（模拟）`} look={order.channel}>
      <main class="phone">
        <header class="phone-bar">{app}</header>
        <p class="phone-note">模拟收银台，不产生真实资金</p>
        <section class="phone-sum" aria-label="付款信息">
          <h1>{cancelled && order.state === 'open' ? '已取消支付' : PATIENT[order.state]}</h1>
          <p class="phone-amount">{formatYuan(money(order.amountFen))}</p>
          <p class="phone-subject">
            <bdi>{order.subject}</bdi>
          </p>
        </section>
        <PhoneFacts order={order} />
        {order.state === 'paid' ? <Paid returnTo={returnTo} /> : <PayChoices order={order} returnTo={returnTo} />}
      </main>
    </SimulatorDocument>
  )
}

function PhoneFacts({ order }: { order: PhoneOrder }) {
  const facts: [string, string | null][] = [
    ['收款方', 'MR 游戏运营管理系统'],
    ['商户订单号', order.outTradeNo],
    [order.channel === 'wechat' ? '微信订单号' : '支付宝交易号', order.providerNo],
    ['支付时间', order.paidAt && formatDateTime(order.paidAt)],
    ['付款期限', order.state === 'open' && order.expiresAt ? formatDateTime(order.expiresAt) : null],
  ]
  return (
    <dl class="phone-facts">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  )
}

function PayChoices({ order, returnTo }: { order: PhoneOrder; returnTo: string | undefined }) {
  return (
    <form method="post" class="phone-actions">
      {returnTo && <input type="hidden" name="return_to" value={returnTo} />}
      {order.state === 'open' && (
        <button type="submit" name="action" value="pay" class="phone-pay">
          立即支付
        </button>
      )}
      {order.state === 'open' && (
        <button type="submit" name="action" value="cancel" class="phone-cancel">
          取消支付
        </button>
      )}
      {order.state === 'expired' && (
        <>
          <p>付款时间已过。真实场景中，付款人可能在截止前已进入收银台。</p>
          <button type="submit" name="action" value="late" class="phone-pay">
            仍然支付（超时到账）
          </button>
        </>
      )}
      {order.state === 'closed' && <p>商户已关闭此订单，无法付款。</p>}
    </form>
  )
}

const Paid = ({ returnTo }: { returnTo: string | undefined }) => (
  <div class="phone-actions">
    {returnTo ? (
      <a class="phone-pay" href={returnTo}>
        返回商家
      </a>
    ) : (
      <p>可以关闭此页面。</p>
    )}
  </div>
)

/** A code that no order stands behind. */
export const UnknownCodePage = () => (
  <SimulatorDocument title="无法识别的二维码（模拟）" look="wechat">
    <main class="phone">
      <header class="phone-bar">扫一扫</header>
      <section class="phone-sum">
        <h1>无法识别的二维码</h1>
        <p class="phone-subject">没有找到对应的订单</p>
      </section>
      <div class="phone-actions">
        <a class="phone-pay" href="/phone">
          返回扫一扫
        </a>
      </div>
    </main>
  </SimulatorDocument>
)

/** The camera of the simulated phone: the codes that wait, newest first. */
export const ScanPage = ({ orders }: { orders: readonly PhoneOrder[] }) => (
  <SimulatorDocument title="扫一扫（模拟）" look="wechat" refreshSeconds={5}>
    <main class="phone">
      <header class="phone-bar">扫一扫</header>
      <p class="phone-note">以下是等待付款的二维码，点击即为扫码</p>
      <h1 class="phone-heading">待付款</h1>
      {orders.length === 0 && <p class="phone-empty">暂无待付款订单，请先在充值页面下单。</p>}
      <ul class="phone-list">
        {orders.map((order) => (
          <li key={`${order.channel}${order.outTradeNo}`}>
            <a href={`/pay/${order.channel}/${encodeURIComponent(order.outTradeNo)}`}>
              <span>{APPS[order.channel]}</span>
              <bdi>{order.subject}</bdi>
              <strong>{formatYuan(money(order.amountFen))}</strong>
            </a>
          </li>
        ))}
      </ul>
    </main>
  </SimulatorDocument>
)
