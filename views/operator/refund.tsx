import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { ConfirmForm, ConfirmLink } from '../components/confirm'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import type { Tone } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type RefundRow, refundPath } from './refunds'

type RefundView = RefundRow & {
  reviewStage: number
  firstReviewedAt: Instant | null
  reviewedAt: Instant | null
  updatedAt: Instant
}
type PayoutView = {
  id: Uuid
  channel: 'wechat' | 'alipay' | 'bank'
  amount: Money
  status: 'processing' | 'completed' | 'abnormal' | 'replaced' | 'returned'
  createdAt: Instant
  updatedAt: Instant
  finishedAt: Instant | null
  /** The transfer that paid it, where one did: its proof can be looked at. */
  transferId: Uuid | null
}
export type RefundProps = { refund: RefundView; payouts: readonly PayoutView[] }

/** `/operator/refunds/:id`: one request, its payouts and its way so far. */
export function RefundPage({ refund, payouts }: RefundProps) {
  const t = useText()
  const events = useEvents(refund, payouts)
  return (
    <Layout
      title={`${t('refunds.title')} ${formatYuan(refund.actual ?? refund.requested)}`}
      trail={[{ href: '/operator/refunds', label: t('refunds.title') }]}
      action={refund.status === 'pending' ? <Withdraw of={refund} /> : undefined}
    >
      <div class="columns even">
        <Panel id="refund" title={t('refunds.request')} note={<StatusBadge noun="refund" state={refund.status} />}>
          <Facts
            rows={[
              { label: t('refunds.title'), value: <ShortId id={showId('refund', refund.id)} /> },
              { label: t('refunds.requested'), value: <Yuan of={refund.requested} /> },
              { label: t('refunds.actual'), value: refund.actual === null ? '–' : <Yuan of={refund.actual} /> },
              { label: t('refunds.payout'), value: refund.payoutStatus ? <StatusBadge noun="payout" state={refund.payoutStatus} /> : '–' },
              { label: t('refunds.reason'), value: <bdi class="prose">{refund.reason}</bdi> },
              { label: t('refunds.at'), value: <Moment at={refund.createdAt} seconds /> },
            ]}
          />
        </Panel>
        <Panel id="timeline" title={t('refunds.timeline')}>
          <Timeline events={events} />
        </Panel>
      </div>
    </Layout>
  )
}

const withdrawPath = (id: Uuid): string => `${refundPath(id)}/withdrawal`

function Withdraw({ of }: { of: RefundView }) {
  const t = useText()
  return (
    <ConfirmLink
      id="withdraw"
      href={withdrawPath(of.id)}
      label={t('refunds.withdraw')}
      title={t('refunds.withdraw.title')}
      action={withdrawPath(of.id)}
      verb={t('refunds.withdraw')}
      back={refundPath(of.id)}
    >
      <p>{t('refunds.withdraw.effect', { amount: formatYuan(of.requested) })}</p>
    </ConfirmLink>
  )
}

/** `…/withdrawal`: asks, where no dialog could. */
export function WithdrawRefundPage({ refund }: { refund: Pick<RefundRow, 'id' | 'requested'> }) {
  const t = useText()
  return (
    <Layout title={t('refunds.withdraw.title')} trail={[{ href: '/operator/refunds', label: t('refunds.title') }]}>
      <section class="panel medium">
        <ConfirmForm id="withdraw" action={withdrawPath(refund.id)} verb={t('refunds.withdraw')} back={refundPath(refund.id)}>
          <p>{t('refunds.withdraw.effect', { amount: formatYuan(refund.requested) })}</p>
        </ConfirmForm>
      </section>
    </Layout>
  )
}

/** Newest first; what is still to come stands on top without a time. */
function useEvents(refund: RefundView, payouts: readonly PayoutView[]): TimelineEvent[] {
  const t = useText()
  const actor = t('refunds.timeline.finance')
  const events: TimelineEvent[] = [
    { key: 'made', at: refund.createdAt, tone: 'info', title: t('refunds.timeline.made'), actor: t('refunds.timeline.you') },
  ]
  if (refund.reviewStage === 2)
    events.push({ key: 'second', at: refund.firstReviewedAt, tone: 'info', title: t('refunds.timeline.second'), actor })
  if (refund.status === 'pending') events.push({ key: 'waiting', at: null, tone: 'warn', title: t('refunds.timeline.waiting') })
  if (refund.status === 'cancelled')
    events.push({ key: 'cancelled', at: refund.updatedAt, tone: 'neutral', title: t('refunds.timeline.cancelled') })
  if (refund.status === 'rejected') {
    const why = <p class="prose">{refund.rejectReason}</p>
    events.push({ key: 'rejected', at: refund.reviewedAt, tone: 'bad', title: t('refunds.timeline.rejected'), actor, children: why })
  }
  if (refund.status === 'approved') {
    const title = t('refunds.timeline.approved', { amount: formatYuan(refund.actual!) })
    events.push({ key: 'approved', at: refund.reviewedAt, tone: 'ok', title, actor })
  }
  const made = payouts
    .map((payout) => payoutEvent(payout, refund.id, t))
    .sort((a, b) => (a.at?.getTime() ?? Number.MAX_SAFE_INTEGER) - (b.at?.getTime() ?? Number.MAX_SAFE_INTEGER))
  return [...events, ...made].toReversed()
}

const TONES: Record<PayoutView['status'], Tone> = {
  processing: 'info',
  completed: 'ok',
  abnormal: 'bad',
  replaced: 'neutral',
  returned: 'warn',
}
const WORDS = {
  processing: 'refunds.timeline.sent',
  completed: 'refunds.timeline.done',
  abnormal: 'refunds.timeline.abnormal',
  replaced: 'refunds.timeline.replaced',
} as const

function payoutEvent(payout: PayoutView, refundId: Uuid, t: ReturnType<typeof useText>): TimelineEvent {
  const { id, status, transferId } = payout
  const amount = formatYuan(payout.amount)
  const title =
    status === 'returned'
      ? t('refunds.timeline.returned', { amount })
      : t(WORDS[status], { amount, channel: t(`refunds.channel.${payout.channel}`) })
  const at = status === 'processing' ? null : (payout.finishedAt ?? payout.updatedAt)
  const proof = transferId && <a href={`${refundPath(refundId)}/proofs/${transferId}`}>{t('refunds.proof')}</a>
  return { key: id, at, tone: TONES[status], title, children: proof ? <p>{proof}</p> : undefined }
}
