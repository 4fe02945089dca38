import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money, ZERO } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { FilterSelect, Filters } from '../components/filters'
import { CsrfField, ErrorSummary, Field, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'

const STATES = ['pending', 'approved', 'rejected', 'cancelled'] as const
type RefundState = (typeof STATES)[number]

export type RefundRow = {
  id: Uuid
  requested: Money
  actual: Money | null
  status: RefundState
  payoutStatus: 'processing' | 'completed' | 'abnormal' | null
  reason: string
  rejectReason: string | null
  createdAt: Instant
}

export const refundPath = (id: Uuid): string => `/operator/refunds/${showId('refund', id)}`

type RefundsProps = { refunds: Slice<RefundRow>; status: RefundState | 'all'; balance: Money }

/** `/operator/refunds`: what was asked for and how far it is. */
export function RefundsPage({ refunds, status, balance }: RefundsProps) {
  const t = useText()
  const filtered = status !== 'all'
  const ask = (
    <a class="button primary" href="/operator/refunds/new">
      {t('refunds.ask')}
    </a>
  )
  return (
    <Layout title={t('refunds.title')} note={t('refunds.note', { balance: formatYuan(balance) })} action={balance > ZERO ? ask : undefined}>
      <Panel id="refunds" title={t('refunds.list')}>
        <Filters action="/operator/refunds" chips={filtered ? [{ label: t(`refunds.state.${status}`), clear: ['status'] }] : []}>
          <FilterSelect
            name="status"
            label={t('refunds.state')}
            value={filtered ? status : ''}
            options={[
              { value: '', label: t('refunds.state.all') },
              ...STATES.map((value) => ({ value, label: t(`refunds.state.${value}`) })),
            ]}
          />
        </Filters>
        <DataTable
          caption={t('refunds.list')}
          rows={refunds.rows}
          rowKey={(row) => row.id}
          empty={
            filtered ? (
              <EmptyState icon="search" title={t('refunds.none')} next={t('refunds.noneNext')} />
            ) : (
              <EmptyState title={t('refunds.empty')} next={t('refunds.emptyNext')} />
            )
          }
          columns={[
            {
              head: t('refunds.at'),
              cell: (row) => (
                <a href={refundPath(row.id)}>
                  <Moment at={row.createdAt} />
                </a>
              ),
            },
            { head: t('refunds.requested'), cell: (row) => <Yuan of={row.requested} />, number: true },
            { head: t('refunds.actual'), cell: (row) => (row.actual === null ? '–' : <Yuan of={row.actual} />), number: true },
            { head: t('refunds.state'), cell: (row) => <StatusBadge noun="refund" state={row.status} /> },
            { head: t('refunds.payout'), cell: (row) => (row.payoutStatus ? <StatusBadge noun="payout" state={row.payoutStatus} /> : '–') },
            { head: t('refunds.reason'), cell: (row) => <Name of={row.rejectReason ?? row.reason} />, wide: true },
          ]}
        />
        <Pager of={refunds} />
      </Panel>
    </Layout>
  )
}

type AskField = 'amount' | 'reason'
export type AskRefundProps = {
  balance: Money
  values: Record<AskField, string>
  errors: Partial<Record<AskField, string>>
  message: string | null
}

/** `/operator/refunds/new`. */
export function AskRefundPage({ balance, values, errors, message }: AskRefundProps) {
  const t = useText()
  const wrong = (['amount', 'reason'] as const).flatMap((name) =>
    errors[name] === undefined ? [] : [{ name, label: t(`refunds.${name}`), message: errors[name] }],
  )
  return (
    <Layout title={t('refunds.ask')} trail={[{ href: '/operator/refunds', label: t('refunds.title') }]}>
      <section class="panel medium">
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        {balance === ZERO ? (
          <Notice tone="warn" title={t('refunds.noBalance')}>
            <p>{t('refunds.noBalance.next')}</p>
          </Notice>
        ) : (
          <form method="post" action="/operator/refunds/new" class="form" data-once noValidate={wrong.length > 0}>
            <CsrfField />
            <ErrorSummary errors={wrong} />
            <Field
              name="amount"
              label={t('refunds.amount')}
              hint={t('refunds.amount.hint', { balance: formatYuan(balance) })}
              value={values.amount}
              error={errors.amount}
              optional
              autocomplete="off"
              inputMode="decimal"
              maxLength={16}
            />
            <TextArea
              name="reason"
              label={t('refunds.reason')}
              hint={t('refunds.reason.hint')}
              value={values.reason}
              error={errors.reason}
              maxLength={500}
            />
            <div class="form-actions">
              <SubmitButton>{t('refunds.send')}</SubmitButton>
              <a class="button" href="/operator/refunds">
                {t('form.cancel')}
              </a>
            </div>
          </form>
        )}
      </section>
    </Layout>
  )
}
