import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money, ZERO } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { CsrfField, Field, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { useText } from '../page-context'
import { casePath, type QueueRow } from './refunds'

type CaseRefund = QueueRow & {
  reason: string
  rejectReason: string | null
  reviewNote: string | null
  currentBalance: Money
  firstReviewerName: string | null
  firstReviewedAt: Instant | null
  secondReviewerName: string | null
  reviewedAt: Instant | null
}
type PlanRow = {
  key: string
  orderId: Uuid | null
  channel: 'wechat' | 'alipay' | 'bank'
  amount: Money
  paidAt: Instant | null
  /** Of the source order, while it is only planned. */
  limits: { partials: number; until: Instant } | null
  payout: { id: Uuid; status: 'processing' | 'completed' | 'abnormal' | 'replaced' | 'returned'; outRefundNo: string } | null
}
export type CaseProps = {
  refund: CaseRefund
  /** What an approval at this moment would refund. */
  actualNow: Money
  plan: readonly PlanRow[]
  mostPartials: number
  finance: {
    totalRecharged: Money
    totalConsumed: Money
    totalRefunded: Money
    sessions: number
    firstAt: Instant | null
    lastTransactionAt: Instant | null
  }
  earlier: readonly QueueRow[]
  limit: Money
  mayReview: boolean
  /** The viewer did the first review. */
  isOwnFirst: boolean
  values: { note: string; reason: string }
  errors: Partial<Record<'note' | 'reason', string>>
  message: string | null
}

/** Everything that a decision needs, on one screen. */
export function RefundCase(props: CaseProps) {
  const t = useText()
  const { refund, actualNow, message } = props
  const isOpen = refund.status === 'pending'
  return (
    <>
      <Panel id="case" title={t('refunds.case')} note={<StatusBadge noun="refund" state={refund.status} />}>
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <Facts
          rows={[
            { label: t('refunds.operator'), value: <Name of={refund.operatorName} /> },
            { label: t('refunds.title'), value: <ShortId id={showId('refund', refund.id)} /> },
            { label: t('refunds.requested'), value: <Yuan of={refund.requested} /> },
            { label: t('refunds.balance'), value: <Yuan of={refund.currentBalance} /> },
            isOpen
              ? { label: t('refunds.actualNow'), value: <Yuan of={actualNow} /> }
              : { label: t('refunds.actual'), value: refund.actual === null ? '–' : <Yuan of={refund.actual} /> },
            { label: t('refunds.reason'), value: <bdi class="prose">{refund.reason}</bdi> },
            ...(refund.rejectReason ? [{ label: t('refunds.rejectReason'), value: <bdi class="prose">{refund.rejectReason}</bdi> }] : []),
            ...(refund.reviewNote ? [{ label: t('refunds.note.label'), value: <bdi class="prose">{refund.reviewNote}</bdi> }] : []),
            { label: t('refunds.at'), value: <Moment at={refund.createdAt} seconds /> },
          ]}
        />
        <SecondPerson {...props} />
        {isOpen && props.mayReview && <Decision {...props} />}
      </Panel>
      <Plan {...props} />
      <History {...props} />
    </>
  )
}

function SecondPerson({ refund, actualNow, limit, isOwnFirst }: CaseProps) {
  const t = useText()
  if (refund.reviewStage === 1 && (refund.status !== 'pending' || actualNow <= limit)) return null
  return (
    <Notice tone={isOwnFirst && refund.status === 'pending' ? 'warn' : 'info'} title={t('refunds.dual', { limit: formatYuan(limit) })}>
      {refund.reviewStage === 2 && refund.firstReviewedAt && (
        <p>{t('refunds.dual.first', { name: refund.firstReviewerName ?? '', time: formatMinute(refund.firstReviewedAt) })}</p>
      )}
      {isOwnFirst && refund.status === 'pending' && <p>{t('refunds.dual.own')}</p>}
    </Notice>
  )
}

function Decision({ refund, actualNow, limit, isOwnFirst, values, errors }: CaseProps) {
  const t = useText()
  const path = casePath(refund.id)
  const isFirst = refund.reviewStage === 1 && actualNow > limit
  return (
    <>
      {actualNow > ZERO && !isOwnFirst && (
        <form method="post" action={`${path}/approval`} class="form" data-once>
          <CsrfField />
          <p>{t('refunds.approve.effect', { name: refund.operatorName, amount: formatYuan(actualNow) })}</p>
          {isFirst && <p>{t('refunds.approve.first', { limit: formatYuan(limit) })}</p>}
          <Field
            name="note"
            label={t('refunds.note.label')}
            value={values.note}
            error={errors.note}
            optional
            autocomplete="off"
            maxLength={200}
          />
          <div class="form-actions">
            <button type="submit" class="button primary" data-sending={t('form.sending')}>
              {t('refunds.approve', { amount: formatYuan(actualNow) })}
            </button>
          </div>
        </form>
      )}
      <form method="post" action={`${path}/rejection`} class="form" data-once noValidate={errors.reason !== undefined}>
        <CsrfField />
        <TextArea
          name="reason"
          label={t('refunds.reject.reason')}
          hint={t('refunds.reject.hint')}
          value={values.reason}
          error={errors.reason}
          maxLength={200}
          rows={2}
        />
        <div class="form-actions">
          <button type="submit" class="button danger" data-sending={t('form.sending')}>
            {t('refunds.reject')}
          </button>
        </div>
      </form>
    </>
  )
}

function Plan({ refund, plan, mostPartials }: CaseProps) {
  const t = useText()
  const isOpen = refund.status === 'pending'
  return (
    <Panel id="plan" title={t('refunds.plan')} note={isOpen ? t('refunds.plan.now') : undefined}>
      <DataTable
        caption={t('refunds.plan')}
        rows={plan}
        rowKey={(row) => row.key}
        empty={<EmptyState title={t('refunds.plan.empty')} next={t('refunds.plan.emptyNext')} />}
        columns={[
          {
            head: t('refunds.plan.order'),
            cell: (row) => (row.orderId ? <ShortId id={showId('order', row.orderId)} /> : t('refunds.plan.none')),
            wide: true,
          },
          { head: t('refunds.channel'), cell: (row) => t(`refunds.channel.${row.channel}`) },
          { head: t('refunds.actual'), cell: (row) => <Yuan of={row.amount} />, number: true },
          { head: t('refunds.plan.paidAt'), cell: (row) => (row.paidAt ? <Moment at={row.paidAt} /> : '–') },
          isOpen
            ? {
                head: t('refunds.plan.limit'),
                wide: true,
                cell: ({ limits }) =>
                  limits
                    ? t('refunds.plan.limits', { partials: limits.partials, most: mostPartials, until: formatMinute(limits.until) })
                    : '–',
              }
            : { head: t('refunds.payout'), cell: (row) => row.payout && <PayoutState of={row.payout} /> },
        ]}
      />
    </Panel>
  )
}

function PayoutState({ of: { id, status, outRefundNo } }: { of: NonNullable<PlanRow['payout']> }) {
  const badge = <StatusBadge noun="payout" state={status} />
  return (
    <div>
      {status === 'processing' || status === 'abnormal' ? <a href={`/finance/refunds/abnormal/${id}`}>{badge}</a> : badge}
      <span class="cell-more">
        <code>{outRefundNo}</code>
      </span>
    </div>
  )
}

function History({ finance, earlier }: CaseProps) {
  const t = useText()
  return (
    <Panel id="history" title={t('refunds.history')}>
      <Facts
        wide
        rows={[
          { label: t('refunds.history.recharged'), value: <Yuan of={finance.totalRecharged} /> },
          { label: t('refunds.history.consumed'), value: <Yuan of={finance.totalConsumed} /> },
          { label: t('refunds.history.refunded'), value: <Yuan of={finance.totalRefunded} /> },
          { label: t('refunds.history.sessions'), value: formatCount(finance.sessions) },
          { label: t('refunds.history.first'), value: finance.firstAt ? <Moment at={finance.firstAt} /> : '–' },
          { label: t('refunds.history.last'), value: finance.lastTransactionAt ? <Moment at={finance.lastTransactionAt} /> : '–' },
        ]}
      />
      {earlier.length > 0 && (
        <DataTable
          caption={t('refunds.history.requests')}
          rows={earlier}
          rowKey={(row) => row.id}
          empty={null}
          compact
          columns={[
            {
              head: t('refunds.at'),
              cell: (row) => (
                <a href={casePath(row.id)}>
                  <Moment at={row.createdAt} />
                </a>
              ),
            },
            { head: t('refunds.requested'), cell: (row) => <Yuan of={row.actual ?? row.requested} />, number: true },
            { head: t('refunds.state'), cell: (row) => <StatusBadge noun="refund" state={row.status} /> },
          ]}
        />
      )}
    </Panel>
  )
}
