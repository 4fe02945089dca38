import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { CsrfField, ErrorSummary, Field, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { casePath, type DeskCounts, RefundTabs } from './refunds'

export type DeskPayout = {
  id: Uuid
  refundId: Uuid
  operatorName: string
  orderId: Uuid | null
  amount: Money
  channel: 'wechat' | 'alipay' | 'bank'
  status: 'processing' | 'completed' | 'abnormal' | 'replaced' | 'returned'
  providerState: 'absent' | 'processing' | 'success' | 'abnormal' | 'closed' | 'refused' | null
  outRefundNo: string
  lastError: string | null
  nextCheckAt: Instant | null
  createdAt: Instant
}
type EnteredTransfer = {
  id: Uuid
  payeeName: string
  bankName: string
  bankAccount: string
  bankReference: string
  status: 'entered' | 'done' | 'rejected'
  enteredByName: string
  enteredAt: Instant
  rejectReason: string | null
  isOwn: boolean
}

export const deskPath = (id: Uuid): string => `/finance/refunds/abnormal/${id}`
const transferPath = (id: Uuid): string => `/finance/refunds/transfers/${id}`

/** `/finance/refunds/abnormal`: what a channel did not pay, and what has to be sent by hand. */
export function AbnormalRefundsPage({ payouts, counts }: { payouts: Slice<DeskPayout>; counts: DeskCounts }) {
  const t = useText()
  return (
    <Layout title={t('refunds.desk')} trail={[{ href: '/finance/refunds', label: t('refunds.review') }]}>
      <RefundTabs current="desk" counts={counts} />
      <Panel id="desk" title={t('refunds.desk')}>
        <DataTable
          caption={t('refunds.desk')}
          rows={payouts.rows}
          rowKey={(row) => row.id}
          empty={<EmptyState title={t('refunds.desk.empty')} next={t('refunds.desk.emptyNext')} />}
          columns={[
            {
              head: t('refunds.operator'),
              cell: (row) => (
                <a href={deskPath(row.id)}>
                  <Name of={row.operatorName} />
                </a>
              ),
              wide: true,
            },
            { head: t('refunds.actual'), cell: (row) => <Yuan of={row.amount} />, number: true },
            { head: t('refunds.channel'), cell: (row) => t(`refunds.channel.${row.channel}`) },
            { head: t('refunds.state'), cell: (row) => <StatusBadge noun="payout" state={row.status} /> },
            {
              head: t('refunds.desk.trouble'),
              cell: (row) => (row.channel === 'bank' ? t('refunds.desk.transfer') : (row.lastError ?? '–')),
              wide: true,
            },
            { head: t('refunds.at'), cell: (row) => <Moment at={row.createdAt} /> },
          ]}
        />
        <Pager of={payouts} />
      </Panel>
    </Layout>
  )
}

export const TRANSFER_FIELDS = ['payee_name', 'bank_name', 'bank_account', 'bank_reference'] as const
type TransferField = (typeof TRANSFER_FIELDS)[number]
export type DeskProps = {
  payout: DeskPayout
  transfers: readonly EnteredTransfer[]
  limit: Money
  mayReview: boolean
  values: Partial<Record<TransferField | 'reason', string>>
  errors: Partial<Record<TransferField | 'proof' | 'reason', string>>
  message: string | null
}

/** `/finance/refunds/abnormal/:id`: one payout and what can be done about it. */
export function AbnormalRefundPage(props: DeskProps) {
  const t = useText()
  const { payout, transfers, mayReview, message } = props
  const entered = transfers.find(({ status }) => status === 'entered')
  const isBank = payout.channel === 'bank' && payout.status === 'processing'
  return (
    <Layout title={t('refunds.desk.case')} trail={[{ href: '/finance/refunds/abnormal', label: t('refunds.desk') }]}>
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <PayoutFacts of={payout} />
        <div class="stack">
          {transfers.map((transfer) => (
            <Transfer key={transfer.id} of={transfer} mayReview={mayReview} />
          ))}
          {mayReview && isBank && !entered && <TransferForm {...props} />}
          {mayReview && (payout.status === 'abnormal' || (isBank && !entered)) && <Ways {...props} />}
        </div>
      </div>
    </Layout>
  )
}

function PayoutFacts({ of }: { of: DeskPayout }) {
  const t = useText()
  return (
    <Panel id="payout" title={t('refunds.payout')} note={<StatusBadge noun="payout" state={of.status} />}>
      <Facts
        rows={[
          { label: t('refunds.operator'), value: <Name of={of.operatorName} /> },
          {
            label: t('refunds.title'),
            value: (
              <a href={casePath(of.refundId)}>
                <ShortId id={showId('refund', of.refundId)} />
              </a>
            ),
          },
          { label: t('refunds.actual'), value: <Yuan of={of.amount} /> },
          { label: t('refunds.channel'), value: t(`refunds.channel.${of.channel}`) },
          { label: t('refunds.plan.order'), value: of.orderId ? <ShortId id={showId('order', of.orderId)} /> : t('refunds.plan.none') },
          { label: t('refunds.number'), value: <code>{of.outRefundNo}</code> },
          ...(of.channel === 'bank'
            ? []
            : [{ label: t('refunds.desk.provider'), value: t(`refunds.desk.provider.${of.providerState ?? 'unknown'}`) }]),
          ...(of.lastError ? [{ label: t('refunds.desk.trouble'), value: <bdi class="prose">{of.lastError}</bdi> }] : []),
          ...(of.nextCheckAt ? [{ label: t('refunds.desk.next'), value: <Moment at={of.nextCheckAt} /> }] : []),
        ]}
      />
    </Panel>
  )
}

/** What can be done besides a transfer: ask again, send it another way, give it back. */
function Ways({ payout, values, errors }: DeskProps) {
  const t = useText()
  const ways = payout.channel === 'bank' ? (['return'] as const) : (['reroute', 'return'] as const)
  return (
    <Panel id="ways" title={t('refunds.desk.case')}>
      {payout.channel !== 'bank' && (
        <form method="post" action={`${deskPath(payout.id)}/retry`} class="form" data-once>
          <CsrfField />
          <p class="muted">{t('refunds.desk.retry.hint')}</p>
          <div class="form-actions">
            <button type="submit" class="button primary" data-sending={t('form.sending')}>
              {t('refunds.desk.retry')}
            </button>
          </div>
        </form>
      )}
      <form method="post" class="form" data-once noValidate={errors.reason !== undefined}>
        <CsrfField />
        <TextArea
          name="reason"
          label={t('refunds.desk.reason')}
          hint={t('refunds.reject.hint')}
          value={values.reason}
          error={errors.reason}
          maxLength={200}
          rows={2}
        />
        {ways.map((way) => (
          <div key={way} class="field">
            <div class="form-actions">
              <button type="submit" class="button" formAction={`${deskPath(payout.id)}/${way}`} data-sending={t('form.sending')}>
                {t(`refunds.desk.${way}`)}
              </button>
            </div>
            <p class="field-hint">{t(`refunds.desk.${way}.hint`)}</p>
          </div>
        ))}
      </form>
    </Panel>
  )
}

function TransferForm({ payout, limit, values, errors }: DeskProps) {
  const t = useText()
  const wrong = [...TRANSFER_FIELDS, 'proof' as const].flatMap((name) =>
    errors[name] === undefined ? [] : [{ name, label: t(`refunds.transfer.${name}`), message: errors[name] }],
  )
  return (
    <Panel id="transfer" title={t('refunds.transfer')}>
      <p class="muted">{t('refunds.transfer.hint', { limit: formatYuan(limit) })}</p>
      <form
        method="post"
        action={`${deskPath(payout.id)}/transfer`}
        encType="multipart/form-data"
        class="form"
        data-once
        noValidate={wrong.length > 0}
      >
        <CsrfField />
        <ErrorSummary errors={wrong} />
        {TRANSFER_FIELDS.map((name) => (
          <Field
            key={name}
            name={name}
            label={t(`refunds.transfer.${name}`)}
            value={values[name]}
            error={errors[name]}
            autocomplete="off"
            inputMode={name === 'bank_account' ? 'numeric' : undefined}
            maxLength={128}
          />
        ))}
        <div class="field">
          <label for="proof">{t('refunds.transfer.proof')}</label>
          <input
            id="proof"
            name="proof"
            type="file"
            required
            accept="image/png,image/jpeg,application/pdf"
            aria-describedby={errors.proof ? 'proof-hint proof-error' : 'proof-hint'}
            aria-invalid={errors.proof ? 'true' : undefined}
          />
          <p class="field-hint" id="proof-hint">
            {t('refunds.transfer.proof.hint')}
          </p>
          {errors.proof && (
            <p class="field-error" id="proof-error">
              {errors.proof}
            </p>
          )}
        </div>
        <div class="form-actions">
          <button type="submit" class="button primary" data-sending={t('form.sending')}>
            {t('refunds.transfer.enter')}
          </button>
        </div>
      </form>
    </Panel>
  )
}

/** `…6789`: the whole number stands in the bank's own papers. */
const masked = (account: string): string => `…${account.slice(-4)}`

function Transfer({ of, mayReview }: { of: EnteredTransfer; mayReview: boolean }) {
  const t = useText()
  return (
    <Panel id={`transfer-${of.id}`} title={t('refunds.transfer')}>
      <Facts
        rows={[
          { label: t('refunds.transfer.payee_name'), value: <Name of={of.payeeName} /> },
          { label: t('refunds.transfer.bank_name'), value: <Name of={of.bankName} /> },
          { label: t('refunds.transfer.bank_account'), value: masked(of.bankAccount) },
          { label: t('refunds.transfer.bank_reference'), value: <code>{of.bankReference}</code> },
          { label: t('refunds.transfer.proof'), value: <a href={`${transferPath(of.id)}/proof`}>{t('refunds.proof')}</a> },
        ]}
      />
      <p class="muted">{t('refunds.transfer.entered', { name: of.enteredByName, time: formatMinute(of.enteredAt) })}</p>
      {of.rejectReason && <p class="prose">{of.rejectReason}</p>}
      {of.status === 'entered' && of.isOwn && <Notice tone="info" title={t('refunds.transfer.own')} />}
      {of.status === 'entered' && mayReview && !of.isOwn && (
        <form method="post" action={`${transferPath(of.id)}/confirmation`} class="form" data-once>
          <CsrfField />
          <button type="submit" class="button primary" data-sending={t('form.sending')}>
            {t('refunds.transfer.confirm')}
          </button>
        </form>
      )}
      {of.status === 'entered' && mayReview && (
        <form method="post" action={`${transferPath(of.id)}/rejection`} class="form" data-once>
          <CsrfField />
          <TextArea name="reason" label={t('refunds.reject.reason')} maxLength={200} rows={2} />
          <button type="submit" class="button danger" data-sending={t('form.sending')}>
            {t('refunds.transfer.reject')}
          </button>
        </form>
      )}
    </Panel>
  )
}
