import type { DayRange } from '#src/core/day-range'
import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import { iso } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Tabs } from '../components/tabs'
import { Layout } from '../layout'
import { Buyer, INVOICE_FACES, InvoiceBadge, type InvoiceRow } from '../operator/invoices'
import { useText } from '../page-context'

export const INVOICE_DESK = '/finance/invoices'
export const deskPath = (id: Uuid): string => `${INVOICE_DESK}/${showId('invoice', id)}`

export type DeskCounts = { pending: number; proposed: number; over: number }

/** The three lists of the desk, each with what waits there. */
export function DeskTabs({ current, counts }: { current: 'review' | 'reversals' | 'over'; counts: DeskCounts }) {
  const t = useText()
  return (
    <Tabs
      label={t('invoices.desk.tabs')}
      tabs={[
        { href: INVOICE_DESK, label: t('invoices.desk.tabs.review'), current: current === 'review', count: counts.pending },
        {
          href: `${INVOICE_DESK}/reversals`,
          label: t('invoices.desk.tabs.reversals'),
          current: current === 'reversals',
          count: counts.proposed,
        },
        { href: `${INVOICE_DESK}/over`, label: t('invoices.desk.tabs.over'), current: current === 'over', count: counts.over },
      ]}
    />
  )
}

type DeskRow = InvoiceRow & { operatorName: string; operatorUsername: string }
type DeskFilter = {
  status: (typeof INVOICE_FACES)[number] | 'all'
  type: InvoiceRow['invoiceType'] | undefined
  tax: 'attached' | 'missing' | undefined
  keyword: string
  dates: DayRange
}
export type DeskProps = DeskFilter & {
  invoices: Slice<DeskRow>
  /** Over the whole filter, not over this page of it. */
  sums: { rows: number; amount: Money }
  counts: DeskCounts
}

/** `/finance/invoices`: what waits for a decision, and what was decided. */
export function InvoiceDeskPage({ invoices, sums, counts, ...filter }: DeskProps) {
  const t = useText()
  const chips = useChips(filter)
  const title = filter.status === 'all' ? t('invoices.state.all') : t(`invoices.state.${filter.status}`)
  return (
    <Layout title={t('invoices.desk')} action={<StaffExportMenu kind="invoices" filter={exportFilter(filter)} />}>
      <DeskTabs current="review" counts={counts} />
      <Panel id="invoices" title={title}>
        <DeskFilters of={filter} chips={chips} />
        <DataTable
          caption={t('invoices.list')}
          rows={invoices.rows}
          rowKey={(row) => row.id}
          empty={
            chips.length > 0 ? (
              <EmptyState icon="search" title={t('invoices.none')} next={t('invoices.noneNext')} />
            ) : (
              <EmptyState icon="receipt" title={t('invoices.desk.empty')} next={t('invoices.desk.emptyNext')} />
            )
          }
          columns={[
            { head: t('invoices.desk.operator'), cell: (row) => <OperatorLink of={row} />, wide: true },
            { head: t('invoices.column.state'), cell: (row) => <InvoiceBadge of={row} /> },
            { head: t('invoices.column.title'), cell: (row) => <Buyer of={row} />, wide: true },
            { head: t('invoices.column.type'), cell: (row) => t(`invoices.type.${row.invoiceType}`) },
            { head: t('invoices.column.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
            { head: t('invoices.number'), cell: (row) => row.number ?? '–' },
            { head: t('invoices.tax.number'), cell: (row) => (row.taxNumber ? <code>{row.taxNumber}</code> : '–') },
            { head: t('invoices.column.at'), cell: (row) => <Moment at={row.createdAt} /> },
          ]}
        />
        <Pager
          of={invoices}
          note={sums.rows > 0 ? t('invoices.total', { count: formatCount(sums.rows), amount: formatYuan(sums.amount) }) : undefined}
        />
      </Panel>
    </Layout>
  )
}

/** The same filter in the words of the API. */
const exportFilter = ({ status, type, tax, keyword, dates: { stretch } }: DeskFilter) => ({
  status: status === 'all' ? undefined : status,
  type,
  tax,
  keyword: keyword || undefined,
  start_time: stretch ? iso(stretch.from) : undefined,
  end_time: stretch ? iso(stretch.to) : undefined,
})

const TYPES = ['vat_normal', 'vat_special'] as const
const TAX_FILES = ['attached', 'missing'] as const

function DeskFilters({ of, chips }: { of: DeskFilter; chips: readonly Chip[] }) {
  const t = useText()
  return (
    <Filters action={INVOICE_DESK} chips={chips} dates={of.dates} offersAll keep={[]}>
      <FilterText name="keyword" label={t('invoices.filter.keyword.staff')} value={of.keyword} />
      <FilterSelect
        name="status"
        label={t('invoices.filter.state')}
        value={of.status}
        options={[
          ...INVOICE_FACES.map((value) => ({ value, label: t(`invoices.state.${value}`) })),
          { value: 'all', label: t('invoices.state.all') },
        ]}
      />
      <FilterSelect
        name="type"
        label={t('invoices.desk.filter.type')}
        value={of.type}
        options={[
          { value: '', label: t('invoices.desk.filter.type.all') },
          ...TYPES.map((value) => ({ value, label: t(`invoices.type.${value}`) })),
        ]}
      />
      <FilterSelect
        name="tax"
        label={t('invoices.desk.filter.tax')}
        value={of.tax}
        options={[
          { value: '', label: t('invoices.desk.filter.tax.all') },
          ...TAX_FILES.map((value) => ({ value, label: t(`invoices.desk.filter.tax.${value}`) })),
        ]}
      />
    </Filters>
  )
}

function useChips({ status, type, tax, keyword, dates }: DeskFilter): Chip[] {
  const t = useText()
  const chip = (label: string, value: string, clear: string): Chip => ({
    label: t('invoices.desk.filter.is', { label, value }),
    clear: [clear],
  })
  const state = status === 'all' ? t('invoices.state.all') : t(`invoices.state.${status}`)
  return [
    ...(status === 'pending' ? [] : [{ label: t('invoices.filter.state.is', { state }), clear: ['status'] }]),
    ...(type ? [chip(t('invoices.desk.filter.type'), t(`invoices.type.${type}`), 'type')] : []),
    ...(tax ? [chip(t('invoices.desk.filter.tax'), t(`invoices.desk.filter.tax.${tax}`), 'tax')] : []),
    ...(keyword ? [{ label: t('invoices.filter.keyword.is', { keyword }), clear: ['keyword'] }] : []),
    ...(dates.chosen === 'all'
      ? []
      : [{ label: t('invoices.filter.dates.is', { first: dates.first!, last: dates.last! }), clear: ['range', 'from', 'to'] }]),
  ]
}

const OperatorLink = ({ of }: { of: DeskRow }) => (
  <a href={deskPath(of.id)}>
    <Name of={of.operatorName} />
    <span class="cell-more">{of.operatorUsername}</span>
  </a>
)
