import type { ComponentChildren } from 'preact'
import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { type Money, parseYuan } from '#src/core/money'
import { isPlainKey } from '#src/core/text'
import { type Instant, instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { FilterSelect, Filters } from '../components/filters'
import { CsrfField, ErrorSummary, Field, Select, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { financeOrderPath } from './recharge-orders'

const STATES = ['open', 'credited', 'returned', 'dismissed'] as const
const ACTIONS = ['credit', 'return', 'dismiss'] as const
export type QuarantineState = (typeof STATES)[number]

export type QuarantinedView = {
  row: {
    id: Uuid
    channel: 'wechat' | 'alipay' | 'bank'
    cause: 'amount' | 'currency' | 'merchant' | 'unknown_order' | 'duplicate' | 'closed_account' | 'other'
    status: QuarantineState
    providerTxnId: string
    outTradeNo: string | null
    amount: Money | null
    operatorId: Uuid | null
    orderId: Uuid | null
    suspenseSeq: bigint | null
    returnNo: string | null
    resolution: string | null
    resolvedAt: Instant | null
    createdAt: Instant
  }
  operatorName: string | null
  resolverName: string | null
}

export const quarantinePath = (id: Uuid): string => `/finance/quarantine/${id}`

/** `/finance/quarantine`: payments that did not fit what was ordered. */
export function QuarantinePage({ kept, status }: { kept: Slice<QuarantinedView>; status: QuarantineState | 'all' }) {
  const t = useText()
  const label = (state: QuarantineState) => t(`payments.quarantine.state.${state}`)
  return (
    <Layout title={t('payments.quarantine.title')}>
      <Filters
        action="/finance/quarantine"
        chips={status === 'open' ? [] : [{ label: status === 'all' ? t('recharge.filter.all') : label(status), clear: ['status'] }]}
      >
        <FilterSelect
          name="status"
          label={t('recharge.filter.state')}
          value={status}
          options={[
            ...STATES.map((value) => ({ value: value as string, label: label(value) })),
            { value: 'all', label: t('recharge.filter.all') },
          ]}
        />
      </Filters>
      <section class="panel" aria-label={t('payments.quarantine.title')}>
        <DataTable
          caption={t('payments.quarantine.caption')}
          rows={kept.rows}
          rowKey={({ row }) => row.id}
          empty={<EmptyState icon="circle-check" title={t('payments.quarantine.empty')} next={t('payments.quarantine.emptyNext')} />}
          columns={[
            {
              head: t('payments.quarantine.found'),
              cell: ({ row }) => (
                <a href={quarantinePath(row.id)}>
                  <Moment at={row.createdAt} seconds />
                </a>
              ),
            },
            { head: t('payments.quarantine.cause'), cell: ({ row }) => t(`payments.quarantine.cause.${row.cause}`) },
            { head: t('recharge.column.method'), cell: ({ row }) => t(`recharge.method.${row.channel}`) },
            {
              head: t('payments.orders.operator'),
              cell: ({ operatorName }) => (operatorName ? <Name of={operatorName} /> : '–'),
              wide: true,
            },
            {
              head: t('payments.quarantine.paid'),
              cell: ({ row }) => (row.amount === null ? '–' : <Yuan of={row.amount} />),
              number: true,
            },
            { head: t('recharge.column.state'), cell: ({ row }) => <StatusBadge noun="quarantine" state={row.status} /> },
          ]}
        />
      </section>
      <Pager of={kept} />
    </Layout>
  )
}

/** The words for what a provider says; what else it sends stands under its own name. */
const TOLD = ['ours', 'state', 'amount', 'paid_at', 'currency', 'out_trade_no', 'provider_txn_id'] as const
const isTold = (name: string): name is (typeof TOLD)[number] => (TOLD as readonly string[]).includes(name)

export type ResolveProps = QuarantinedView & {
  ordered: Money | null
  /** What the provider said, as it was kept. */
  told: readonly { name: string; value: string }[]
  mayResolve: boolean
  values: { action: string; operator_id: string; reason: string; manual: boolean }
  errors: Partial<Record<'action' | 'operator_id' | 'reason' | 'manual', string>>
  message: string | null
}

/** `/finance/quarantine/:quarantine_id`: both sides of it, and the decision. */
export function QuarantinedPage(props: ResolveProps) {
  const t = useText()
  const { row, told } = props
  return (
    <Layout
      title={t(`payments.quarantine.cause.${row.cause}`)}
      trail={[{ href: '/finance/quarantine', label: t('payments.quarantine.title') }]}
    >
      <div class="columns even">
        <div class="stack">
          <Panel id="payment" title={t('payments.quarantine.title')} note={<StatusBadge noun="quarantine" state={row.status} />}>
            <PaymentFacts {...props} />
          </Panel>
          <Panel id="told" title={t('payments.quarantine.told')}>
            <Facts
              rows={told.map(({ name, value }) => ({
                label: isTold(name) ? t(`payments.quarantine.told.${name}`) : name,
                value: <Told name={name} value={value} />,
              }))}
            />
          </Panel>
        </div>
        <Panel id="resolve" title={t(row.status === 'open' ? 'payments.quarantine.resolve' : 'payments.quarantine.resolved')}>
          {row.status === 'open' ? <Decide {...props} /> : <Decided {...props} />}
        </Panel>
      </div>
    </Layout>
  )
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/** What the provider said, as people read it; numbers and what we have no words for stand as they came. */
function Told({ name, value }: { name: string; value: string }): ComponentChildren {
  const t = useText()
  if (value === '') return <>–</>
  const amount = name === 'amount' ? parseYuan(value) : undefined
  if (amount !== undefined) return <Yuan of={amount} />
  if (MOMENT.test(value)) return <Moment at={instant(value)} seconds />
  const word = `payments.quarantine.told.${name}.${value}`
  return isPlainKey(word) ? t(word) : <code>{value}</code>
}

function PaymentFacts({ row, operatorName, ordered }: ResolveProps) {
  const t = useText()
  const rows = [
    { label: t('payments.orders.operator'), value: operatorName ? <Name of={operatorName} /> : '–' },
    { label: t('recharge.column.method'), value: t(`recharge.method.${row.channel}`) },
    { label: t('payments.quarantine.paid'), value: row.amount === null ? '–' : <Yuan of={row.amount} /> },
    { label: t('payments.quarantine.ordered'), value: ordered === null ? '–' : <Yuan of={ordered} /> },
    { label: t('recharge.column.provider'), value: <ShortId id={row.providerTxnId} /> },
    { label: t('payments.order.number'), value: row.outTradeNo ? <ShortId id={row.outTradeNo} /> : '–' },
    {
      label: t('recharge.column.order'),
      value: row.orderId ? <a href={financeOrderPath(row.orderId)}>{showId('order', row.orderId)}</a> : '–',
    },
    {
      label: t('payments.quarantine.suspense'),
      value:
        row.suspenseSeq === null
          ? t('payments.quarantine.suspense.no')
          : t('payments.quarantine.suspense.yes', { seq: String(row.suspenseSeq) }),
    },
    { label: t('payments.quarantine.found'), value: <Moment at={row.createdAt} seconds /> },
  ]
  return <Facts rows={rows} />
}

function Decided({ row, resolverName }: ResolveProps) {
  const t = useText()
  return (
    <Facts
      rows={[
        { label: t('recharge.column.state'), value: <StatusBadge noun="quarantine" state={row.status} /> },
        { label: t('payments.quarantine.reason'), value: <bdi class="prose">{row.resolution}</bdi> },
        { label: t('payments.quarantine.by'), value: resolverName ? <Name of={resolverName} /> : '–' },
        { label: t('payments.quarantine.at'), value: row.resolvedAt ? <Moment at={row.resolvedAt} seconds /> : '–' },
      ]}
    />
  )
}

const LABELS = {
  action: 'payments.quarantine.action',
  operator_id: 'payments.quarantine.operator',
  reason: 'payments.quarantine.reason',
  manual: 'payments.quarantine.manual',
} as const

function Decide({ row, mayResolve, values, errors, message }: ResolveProps) {
  const t = useText()
  const wrong = (['action', 'operator_id', 'reason', 'manual'] as const).flatMap((name) =>
    errors[name] === undefined ? [] : [{ name, label: t(LABELS[name]), message: errors[name] }],
  )
  if (!mayResolve) return <p class="muted">{t('payments.quarantine.noPermission')}</p>
  return (
    <form method="post" action={`${quarantinePath(row.id)}/resolution`} class="form" data-once noValidate>
      <CsrfField />
      {row.returnNo !== null && <Notice tone="info" title={t('payments.quarantine.returning')} />}
      {message !== null && (
        <Notice tone="bad" title={t('payments.quarantine.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <ErrorSummary errors={wrong} />
      <Select
        name="action"
        label={t('payments.quarantine.action')}
        value={values.action}
        error={errors.action}
        options={ACTIONS.map((value) => ({ value, label: t(`payments.quarantine.action.${value}`) }))}
      />
      <Field
        name="operator_id"
        label={t('payments.quarantine.operator')}
        value={values.operator_id}
        error={errors.operator_id}
        optional
        autocomplete="off"
        maxLength={64}
      />
      <label class="check">
        <input type="checkbox" id="manual" name="manual" value="true" checked={values.manual} />
        <span>{t('payments.quarantine.manual')}</span>
      </label>
      {errors.manual && <p class="field-error">{errors.manual}</p>}
      <TextArea
        name="reason"
        label={t('payments.quarantine.reason')}
        hint={t('payments.quarantine.reasonHint')}
        value={values.reason}
        error={errors.reason}
        maxLength={200}
      />
      <div class="form-actions">
        <SubmitButton>{t('payments.quarantine.submit')}</SubmitButton>
      </div>
    </form>
  )
}
