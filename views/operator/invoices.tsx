import type { DayRange } from '#src/core/day-range'
import { showId, type Uuid } from '#src/core/ids'
import { faceOf } from '#src/core/invoice-face'
import type { Slice } from '#src/core/keyset'
import { formatYuan, larger, type Money, ZERO } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { ExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters, FilterText } from '../components/filters'
import { InvoiceableLines, type Standing } from '../components/invoiceable'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { InvoiceTabs, invoicePath } from './invoice-tabs'

const INVOICE_STATUSES = ['pending', 'approved', 'rejected', 'cancelled'] as const
/** What a list can be narrowed to: the states, and issued ones of which something was taken back. */
export const INVOICE_FACES = [...INVOICE_STATUSES, 'reversed'] as const
export type InvoiceRow = {
  id: Uuid
  number: string | null
  invoiceType: 'vat_normal' | 'vat_special'
  invoiceTitle: string
  taxId: string
  amount: Money
  status: (typeof INVOICE_STATUSES)[number]
  /** How much was voided or taken back by red invoices. */
  reversed: Money
  taxNumber: string | null
  createdAt: Instant
}
/** The state of an invoice, as people tell them apart. */
export const InvoiceBadge = ({ of }: { of: Parameters<typeof faceOf>[0] }) => <StatusBadge noun="invoice" state={faceOf(of)} />

export type RedTaskView = { over: Money; openedAt: Instant }

export type InvoicesProps = {
  invoices: Slice<InvoiceRow>
  /** Over the whole filter, not over this page of it. */
  sums: { rows: number; amount: Money }
  status: (typeof INVOICE_FACES)[number] | undefined
  keyword: string
  dates: DayRange
  standing: Standing
  red: RedTaskView | null
}

/** Where the rows behind each figure are. */
const LINKS = {
  recharged: '/operator/transactions?type=recharge',
  refunded: '/operator/transactions?type=refund',
  consumed: '/operator/transactions?type=consumption',
  issued: '/operator/invoices?status=approved',
  pending: '/operator/invoices?status=pending',
  reversed: '/operator/invoices?status=reversed',
} as const

/** `/operator/invoices`: what may be invoiced and why, and every invoice that was asked for. */
export function InvoicesPage({ invoices, sums, status, keyword, dates, standing, red }: InvoicesProps) {
  const t = useText()
  const chips = useChips(status, keyword, dates)
  return (
    <Layout
      title={t('invoices.title')}
      action={
        <>
          <ExportMenu kind="invoices" filter={exportFilter(status, keyword, dates)} />
          {standing.left > ZERO && <ApplyLink />}
        </>
      }
    >
      <InvoiceTabs current="list" />
      {red && <RedNotice of={red} />}
      <Amount of={standing} />
      <Panel id="invoices" title={t('invoices.title')}>
        <Filters action="/operator/invoices" dates={dates} chips={chips}>
          <FilterText name="keyword" label={t('invoices.filter.keyword')} value={keyword} />
          <FilterSelect
            name="status"
            label={t('invoices.filter.state')}
            value={status}
            options={[
              { value: '', label: t('invoices.state.all') },
              ...INVOICE_FACES.map((value) => ({ value, label: t(`invoices.state.${value}`) })),
            ]}
          />
        </Filters>
        <Rows rows={invoices.rows} filtered={chips.length > 0} />
        <Pager
          of={invoices}
          note={sums.rows > 0 ? t('invoices.total', { count: formatCount(sums.rows), amount: formatYuan(sums.amount) }) : undefined}
        />
      </Panel>
    </Layout>
  )
}

/** The same filter in the words of the API. */
const exportFilter = (status: string | undefined, keyword: string, { stretch }: DayRange) => ({
  status,
  keyword: keyword || undefined,
  start_time: stretch ? iso(stretch.from) : undefined,
  end_time: stretch ? iso(stretch.to) : undefined,
})

function useChips(status: InvoicesProps['status'], keyword: string, { chosen, first, last }: DayRange): Chip[] {
  const t = useText()
  return [
    ...(status ? [{ label: t('invoices.filter.state.is', { state: t(`invoices.state.${status}`) }), clear: ['status'] }] : []),
    ...(keyword ? [{ label: t('invoices.filter.keyword.is', { keyword }), clear: ['keyword'] }] : []),
    ...(chosen === 'all' ? [] : [{ label: t('invoices.filter.dates.is', { first: first!, last: last! }), clear: ['range', 'from', 'to'] }]),
  ]
}

function ApplyLink() {
  const t = useText()
  return (
    <a class="button primary" href="/operator/invoices/new">
      {t('invoices.apply')}
    </a>
  )
}

/** More is invoiced than was paid; nobody but finance can mend that. */
function RedNotice({ of }: { of: RedTaskView }) {
  const t = useText()
  return (
    <Notice tone="warn" title={t('invoices.red.title', { amount: formatYuan(of.over) })}>
      <p>{t('invoices.red.text')}</p>
    </Notice>
  )
}

function Amount({ of }: { of: Standing }) {
  const t = useText()
  return (
    <Panel id="amount" title={t('invoices.amount')} note={t(`invoices.amount.${of.basis}`)}>
      <p class="liability">
        <span class="figure" id="invoiceable">
          <Yuan of={larger(of.left, ZERO)} />
        </span>
        {of.left <= ZERO && <span class="muted">{t('invoices.amount.none')}</span>}
      </p>
      <InvoiceableLines of={of} links={LINKS} />
    </Panel>
  )
}

function Rows({ rows, filtered }: { rows: readonly InvoiceRow[]; filtered: boolean }) {
  const t = useText()
  return (
    <DataTable
      caption={t('invoices.list')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={
        filtered ? (
          <EmptyState icon="search" title={t('invoices.none')} next={t('invoices.noneNext')} />
        ) : (
          <EmptyState icon="receipt" title={t('invoices.empty')} next={t('invoices.emptyNext')} />
        )
      }
      columns={[
        { head: t('invoices.column.invoice'), cell: (row) => <InvoiceLink of={row} /> },
        { head: t('invoices.column.state'), cell: (row) => <InvoiceBadge of={row} /> },
        { head: t('invoices.column.title'), cell: (row) => <Buyer of={row} />, wide: true },
        { head: t('invoices.column.type'), cell: (row) => t(`invoices.type.${row.invoiceType}`) },
        { head: t('invoices.column.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
        { head: t('invoices.column.at'), cell: (row) => <Moment at={row.createdAt} /> },
      ]}
    />
  )
}

const InvoiceLink = ({ of }: { of: InvoiceRow }) => (
  <a href={invoicePath(of.id)} title={showId('invoice', of.id)}>
    {of.number ?? `inv_…${of.id.slice(-8)}`}
  </a>
)

export const Buyer = ({ of }: { of: Pick<InvoiceRow, 'invoiceTitle' | 'taxId'> }) => (
  <div>
    <Name of={of.invoiceTitle} />
    <span class="cell-more">{of.taxId}</span>
  </div>
)

export type MonthRow = { month: string; recharged: Money; refunded: Money; consumed: Money; invoiced: Money }

/** `/operator/invoices/amount`: the same figures month by month. */
export function InvoiceablePage({ standing, months, red }: { standing: Standing; months: readonly MonthRow[]; red: RedTaskView | null }) {
  const t = useText()
  return (
    <Layout title={t('invoices.tabs.amount')} trail={[{ href: '/operator/invoices', label: t('invoices.title') }]}>
      <InvoiceTabs current="amount" />
      {red && <RedNotice of={red} />}
      <Amount of={standing} />
      <Panel id="months" title={t('invoices.months')} note={t('invoices.months.note')}>
        <DataTable
          caption={t('invoices.months')}
          rows={months}
          rowKey={({ month }) => month}
          empty={<EmptyState icon="receipt" title={t('invoices.months.empty')} next={t('invoices.months.emptyNext')} />}
          columns={[
            { head: t('invoices.months.month'), cell: ({ month }) => month },
            {
              head: t('invoices.months.recharged'),
              cell: (row) => <MonthLink of={row} type="recharge" amount={row.recharged} />,
              number: true,
            },
            {
              head: t('invoices.months.refunded'),
              cell: (row) => <MonthLink of={row} type="refund" amount={row.refunded} />,
              number: true,
            },
            {
              head: t('invoices.months.consumed'),
              cell: (row) => <MonthLink of={row} type="consumption" amount={row.consumed} />,
              number: true,
            },
            {
              head: t('invoices.months.invoiced'),
              cell: (row) => <Linked href={`/operator/invoices?${stretch(row.month)}`} amount={row.invoiced} />,
              number: true,
            },
          ]}
        />
      </Panel>
    </Layout>
  )
}

const MonthLink = ({ of, type, amount }: { of: MonthRow; type: string; amount: Money }) => (
  <Linked href={`/operator/transactions?type=${type}&${stretch(of.month)}`} amount={amount} />
)

const Linked = ({ href, amount }: { href: string; amount: Money }) =>
  amount === ZERO ? (
    <>–</>
  ) : (
    <a href={href}>
      <Yuan of={amount} />
    </a>
  )

/** The first and the last day of a month. */
function stretch(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  const long = [31, year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return `from=${month}-01&to=${month}-${long[number - 1]}`
}
