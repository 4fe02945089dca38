import { showId } from '#src/core/ids'
import { formatYuan, type Money } from '#src/core/money'
import { formatDateTime, type Instant } from '#src/core/time'
import { ConfirmForm, ConfirmLink } from '../components/confirm'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { CsrfField } from '../components/form'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Qr, type QrDrawing } from '../components/qr'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { type OrderView, orderPath } from './recharge-orders'

/** A code as squares: how many there are on a side, and the dark ones as one path. */

export type RechargeCardProps = {
  now: Instant
  order: OrderView & { expiresAt: Instant; providerTxnId: string | null; refunded: Money }
  balance: Money
  qr: QrDrawing | null
  /** Where a phone goes to pay. */
  paymentUrl: string | null
  /** Whether the payer has just said that it paid. */
  asked: boolean
  /** The simulated phone, where the bank is a simulated one. */
  simulator: string | null
  transfer: { payerName: string; transferredOn: string; voucherBytes: number } | null
}

const useTrail = () => {
  const t = useText()
  return [
    { href: '/operator/recharge', label: t('recharge.title') },
    { href: '/operator/recharges', label: t('recharge.orders') },
  ]
}

/** `/operator/recharges/:order_id`: how to pay one order, and what became of it. */
export function RechargeOrderPage(props: RechargeCardProps) {
  const t = useText()
  const { order } = props
  return (
    <Layout title={t('recharge.card.title', { amount: formatYuan(order.amount) })} trail={useTrail()}>
      <div class="columns even">
        <RechargeCard {...props} />
        <Panel id="facts" title={t('recharge.card.facts')}>
          <OrderFacts {...props} />
        </Panel>
      </div>
    </Layout>
  )
}

/** While it may still change, the card asks for itself every few seconds; without JavaScript the button beside it does. */
function RechargeCard(props: RechargeCardProps) {
  const t = useText()
  const { path } = usePage()
  const { order, now } = props
  const live = order.paymentMethod !== 'bank' && (order.status === 'pending' || order.status === 'abnormal')
  const asking = live
    ? {
        'hx-get': `${orderPath(order.id)}${path.includes('asked=true') ? '?asked=true' : ''}`,
        'hx-trigger': 'every 3s',
        'hx-target': '#recharge-card',
        'hx-select': '#recharge-card',
        'hx-swap': 'outerMorph',
      }
    : {}
  return (
    <section class="panel recharge-card" id="recharge-card" aria-labelledby="recharge-state" {...asking}>
      <div class="panel-head">
        <h2 id="recharge-state">
          {t(`recharge.method.${order.paymentMethod}`)} <Yuan of={order.amount} />
        </h2>
        <p>
          <StatusBadge noun="recharge" state={props.asked && order.status === 'pending' ? 'processing' : order.status} />
        </p>
      </div>
      <State {...props} />
      {live && <p class="recharge-fresh muted">{t('recharge.card.fresh', { time: formatDateTime(now).slice(11) })}</p>}
    </section>
  )
}

function State(props: RechargeCardProps) {
  const t = useText()
  const { order, balance } = props
  const amount = formatYuan(order.amount)
  if (order.status === 'success') {
    return (
      <Notice tone="ok" title={t('recharge.card.success', { amount })}>
        <p>{t('recharge.card.balance', { balance: formatYuan(balance) })}</p>
        {order.late && <p>{t('recharge.late')}</p>}
      </Notice>
    )
  }
  if (order.status === 'pending') return order.paymentMethod === 'bank' ? <TransferWaiting {...props} /> : <Waiting {...props} />
  if (order.status === 'abnormal') {
    return (
      <>
        <Notice tone="warn" title={t('recharge.card.abnormal')}>
          <p>{t('recharge.card.abnormalNext')}</p>
        </Notice>
        <CheckForm {...props} />
      </>
    )
  }
  return <Over {...props} />
}

function Over(props: RechargeCardProps) {
  const t = useText()
  const { order } = props
  const expired = order.status === 'expired'
  return (
    <>
      <Notice tone={expired ? 'warn' : 'bad'} title={t(expired ? 'recharge.card.expired' : 'recharge.card.failed')}>
        {order.errorMessage && !expired && <p>{order.errorMessage}</p>}
        {expired && <p>{t('recharge.card.expiredNext')}</p>}
      </Notice>
      <div class="form-actions">
        <a class="button primary" href={`/operator/recharge?amount=${formatYuan(order.amount).replace(/[¥,]/g, '')}`}>
          {t('recharge.card.new', { amount: formatYuan(order.amount) })}
        </a>
      </div>
      {expired && <CheckForm {...props} />}
    </>
  )
}

function Waiting(props: RechargeCardProps) {
  const t = useText()
  const { order, now, qr, paymentUrl, asked, simulator } = props
  const method = t(order.paymentMethod === 'wechat' ? 'recharge.method.wechat' : 'recharge.method.alipay')
  const left = Math.max(0, Math.floor((order.expiresAt.getTime() - now.getTime()) / 1000))
  return (
    <>
      {asked && (
        <Notice tone="info" title={t('recharge.card.processing')}>
          <p>{t('recharge.card.processingNext')}</p>
        </Notice>
      )}
      {!qr && !paymentUrl && (
        <Notice tone="warn" title={t('recharge.card.noCode')}>
          <p>{t('recharge.card.noCodeNext')}</p>
        </Notice>
      )}
      {qr && (
        <figure class="qr">
          <Qr of={qr} label={t('recharge.card.qr', { method, amount: formatYuan(order.amount) })} />
          <figcaption>{t('recharge.card.scan', { method })}</figcaption>
        </figure>
      )}
      {paymentUrl && (
        <a class={qr ? 'button recharge-open' : 'button primary recharge-open'} href={paymentUrl} rel="noreferrer">
          {t('recharge.card.open', { method })}
        </a>
      )}
      <p class="recharge-left">
        <b>{t('recharge.card.left', { minutes: Math.floor(left / 60), seconds: String(left % 60).padStart(2, '0') })}</b>{' '}
        <span class="muted">{t('recharge.card.until', { time: formatDateTime(order.expiresAt).slice(11) })}</span>
      </p>
      <CheckForm {...props} again={!qr && !paymentUrl} />
      <div class="recharge-more">
        <CancelLink {...props} />
        <a href="/operator/recharge">{t('recharge.card.other')}</a>
        {simulator && (
          <a href={simulator} target="_blank" rel="noreferrer">
            {t('recharge.card.simulator')}
          </a>
        )}
      </div>
    </>
  )
}

function CheckForm({ order, again = false }: RechargeCardProps & { again?: boolean }) {
  const t = useText()
  return (
    <form method="post" action={`${orderPath(order.id)}/checks`} class="form" data-once>
      <CsrfField />
      <div class="form-actions">
        <button type="submit" class="button primary" data-sending={t('form.sending')}>
          {t(again ? 'recharge.card.again' : 'recharge.card.paid')}
        </button>
      </div>
    </form>
  )
}

function TransferWaiting({ order, transfer }: RechargeCardProps) {
  const t = useText()
  return (
    <>
      <Notice tone="info" title={t('recharge.bank.waiting')}>
        <p>{t('recharge.bank.waitingNext')}</p>
      </Notice>
      {transfer && <Voucher href={`${orderPath(order.id)}/voucher`} />}
    </>
  )
}

function Voucher({ href }: { href: string }) {
  const t = useText()
  return (
    <p>
      <a href={href}>
        <Icon name="file-text" /> {t('recharge.bank.voucherOpen')}
      </a>
    </p>
  )
}

function CancelLink({ order }: RechargeCardProps) {
  const t = useText()
  const back = orderPath(order.id)
  return (
    <ConfirmLink
      href={`${back}/cancellation`}
      label={t('recharge.card.cancel')}
      look="link"
      id="cancel-order"
      title={t('recharge.card.cancelTitle', { amount: formatYuan(order.amount) })}
      action={`${back}/cancellation`}
      verb={t('recharge.card.cancel')}
      back={back}
    >
      <p>{t('recharge.card.cancelText')}</p>
    </ConfirmLink>
  )
}

/** `/operator/recharges/:order_id/cancellation`: the question on a page of its own. */
export function CancelRechargePage({ order }: { order: OrderView }) {
  const t = useText()
  const back = orderPath(order.id)
  const amount = formatYuan(order.amount)
  return (
    <Layout title={t('recharge.card.cancelPage')} trail={[...useTrail(), { href: back, label: t('recharge.card.title', { amount }) }]}>
      <section class="panel medium">
        <h2>{t('recharge.card.cancelTitle', { amount })}</h2>
        <ConfirmForm id="cancel-order" action={`${back}/cancellation`} verb={t('recharge.card.cancel')} back={back}>
          <p>{t('recharge.card.cancelText')}</p>
        </ConfirmForm>
      </section>
    </Layout>
  )
}

function OrderFacts({ order, transfer }: RechargeCardProps) {
  const t = useText()
  const rows = [
    { label: t('recharge.column.order'), value: <ShortId id={showId('order', order.id)} /> },
    { label: t('recharge.column.time'), value: <Moment at={order.createdAt} seconds /> },
    { label: t('recharge.column.amount'), value: <Yuan of={order.amount} /> },
    { label: t('recharge.column.method'), value: t(`recharge.method.${order.paymentMethod}`) },
  ]
  if (order.paidAt) rows.push({ label: t('recharge.column.paidAt'), value: <Moment at={order.paidAt} seconds /> })
  if (order.providerTxnId) rows.push({ label: t('recharge.column.provider'), value: <ShortId id={order.providerTxnId} /> })
  if (order.refunded > 0n) rows.push({ label: t('recharge.card.refunded'), value: <Yuan of={order.refunded} /> })
  if (order.errorMessage) rows.push({ label: t('recharge.column.note'), value: <Name of={order.errorMessage} /> })
  if (transfer) {
    rows.push({ label: t('recharge.bank.payer'), value: <Name of={transfer.payerName} /> })
    rows.push({ label: t('recharge.bank.day'), value: <>{transfer.transferredOn}</> })
    rows.push({ label: t('recharge.bank.voucher'), value: <Voucher href={`${orderPath(order.id)}/voucher`} /> })
  }
  return <Facts rows={rows} />
}
