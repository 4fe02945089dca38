import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { CsrfField, Field, SubmitButton, TextArea } from '../components/form'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Tabs } from '../components/tabs'
import { Layout } from '../layout'
import { useText } from '../page-context'

export type TransferView = {
  transfer: {
    orderId: Uuid
    payerName: string
    transferredOn: string
    voucherSha256: Uint8Array
    proposedReference: string | null
    bankReference: string | null
    rejectReason: string | null
    decidedAt: Instant | null
    createdAt: Instant
  }
  order: { id: Uuid; amount: Money; status: 'pending' | 'success' | 'failed' | 'expired' | 'abnormal' }
  operatorName: string
}

export const transferPath = (orderId: Uuid): string => `/finance/bank-transfers/${showId('order', orderId)}`

/** `/finance/bank-transfers`: vouchers that wait for somebody to see the money, and those that are decided. */
export function BankTransfersPage({ transfers, state }: { transfers: Slice<TransferView>; state: 'waiting' | 'decided' }) {
  const t = useText()
  const waiting = state === 'waiting'
  return (
    <Layout title={t('payments.transfers.title')}>
      <Tabs
        label={t('payments.transfers.title')}
        tabs={[
          { href: '/finance/bank-transfers', label: t('payments.transfers.waiting'), current: waiting },
          { href: '/finance/bank-transfers?state=decided', label: t('payments.transfers.decided'), current: !waiting },
        ]}
      />
      <section class="panel" aria-label={t('payments.transfers.title')}>
        <DataTable
          caption={t('payments.transfers.caption')}
          rows={transfers.rows}
          rowKey={({ order }) => order.id}
          empty={
            <EmptyState
              icon="landmark"
              title={t(waiting ? 'payments.transfers.empty' : 'payments.transfers.emptyDecided')}
              next={t('payments.transfers.emptyNext')}
            />
          }
          columns={[
            {
              head: t('recharge.column.time'),
              cell: ({ transfer, order }) => (
                <a href={transferPath(order.id)}>
                  <Moment at={transfer.createdAt} />
                </a>
              ),
            },
            { head: t('payments.orders.operator'), cell: ({ operatorName }) => <Name of={operatorName} />, wide: true },
            { head: t('payments.transfers.payer'), cell: ({ transfer }) => <Name of={transfer.payerName} />, wide: true },
            { head: t('payments.transfers.day'), cell: ({ transfer }) => transfer.transferredOn },
            { head: t('recharge.column.amount'), cell: ({ order }) => <Yuan of={order.amount} />, number: true },
            { head: t('recharge.column.state'), cell: ({ order }) => <StatusBadge noun="transfer" state={transferState(order)} /> },
          ]}
        />
      </section>
      <Pager of={transfers} />
    </Layout>
  )
}

export type TransferPageProps = TransferView & {
  mayResolve: boolean
  /** Above this two persons confirm. */
  limit: Money
  firstName: string | null
  deciderName: string | null
  values: { bank_reference: string; reason: string }
  errors: Partial<Record<'bank_reference' | 'reason', string>>
  message: string | null
}

/** `/finance/bank-transfers/:order_id`: the voucher beside the two decisions. */
export function BankTransferPage(props: TransferPageProps) {
  const t = useText()
  const { order, transfer, message } = props
  const open = order.status === 'pending' && transfer.decidedAt === null
  return (
    <Layout
      title={t('recharge.card.title', { amount: formatYuan(order.amount) })}
      trail={[{ href: '/finance/bank-transfers', label: t('payments.transfers.title') }]}
    >
      {message !== null && (
        <Notice tone="bad" title={t('payments.transfers.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <Panel id="transfer" title={t('payments.transfers.voucher')} note={<StatusBadge noun="transfer" state={transferState(order)} />}>
          <TransferFacts {...props} />
        </Panel>
        {open && props.mayResolve && (
          <div class="stack">
            <Confirm {...props} />
            <Reject {...props} />
          </div>
        )}
        {open && !props.mayResolve && <p class="muted">{t('payments.quarantine.noPermission')}</p>}
      </div>
    </Layout>
  )
}

function TransferFacts({ order, transfer, operatorName, deciderName }: TransferPageProps) {
  const t = useText()
  const rows = [
    { label: t('payments.orders.operator'), value: <Name of={operatorName} /> },
    { label: t('recharge.column.amount'), value: <Yuan of={order.amount} /> },
    { label: t('payments.transfers.payer'), value: <Name of={transfer.payerName} /> },
    { label: t('payments.transfers.day'), value: <>{transfer.transferredOn}</> },
    {
      label: t('payments.transfers.voucher'),
      value: (
        <a href={`${transferPath(order.id)}/voucher`}>
          <Icon name="file-text" /> {t('recharge.bank.voucherOpen')}
        </a>
      ),
    },
    { label: t('payments.transfers.sha256'), value: <ShortId id={hex(transfer.voucherSha256)} /> },
  ]
  if (transfer.bankReference) rows.push({ label: t('payments.transfers.reference'), value: <code>{transfer.bankReference}</code> })
  if (transfer.rejectReason)
    rows.push({ label: t('payments.transfers.rejectReason'), value: <bdi class="prose">{transfer.rejectReason}</bdi> })
  if (deciderName) rows.push({ label: t('payments.transfers.by'), value: <Name of={deciderName} /> })
  return <Facts rows={rows} />
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function Confirm({ order, transfer, limit, firstName, values, errors }: TransferPageProps) {
  const t = useText()
  return (
    <Panel id="confirm" title={t('payments.transfers.confirm')}>
      {order.amount > limit && <p class="muted">{t('payments.transfers.two', { limit: formatYuan(limit) })}</p>}
      {firstName && (
        <Notice tone="info">
          <p>{t('payments.transfers.first', { name: firstName, reference: transfer.proposedReference ?? '' })}</p>
        </Notice>
      )}
      <form method="post" action={`${transferPath(order.id)}/confirmation`} class="form" data-once noValidate>
        <CsrfField />
        <Field
          name="bank_reference"
          label={t('payments.transfers.reference')}
          hint={t('payments.transfers.referenceHint')}
          value={values.bank_reference}
          error={errors.bank_reference}
          autocomplete="off"
          maxLength={64}
        />
        <p>{t('payments.transfers.confirmNote', { amount: formatYuan(order.amount) })}</p>
        <div class="form-actions">
          <SubmitButton>{t('payments.transfers.confirm')}</SubmitButton>
        </div>
      </form>
    </Panel>
  )
}

function Reject({ order, values, errors }: TransferPageProps) {
  const t = useText()
  return (
    <Panel id="reject" title={t('payments.transfers.reject')}>
      <form method="post" action={`${transferPath(order.id)}/rejection`} class="form" data-once noValidate>
        <CsrfField />
        <TextArea name="reason" label={t('payments.transfers.rejectReason')} value={values.reason} error={errors.reason} maxLength={200} />
        <div class="form-actions">
          <button type="submit" class="button danger" data-sending={t('form.sending')}>
            {t('payments.transfers.reject')}
          </button>
        </div>
      </form>
    </Panel>
  )
}

/** An order by bank transfer waits for a person, not for a payer. */
const transferState = ({ status }: { status: string }) => (status === 'success' || status === 'failed' ? status : 'pending')
