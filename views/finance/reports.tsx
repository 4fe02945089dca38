import type { Slice } from '#src/core/keyset'
import { parseYuan } from '#src/core/money'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters } from '../components/filters'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import {
  Author,
  Days,
  FORMAT_VALUES,
  Next,
  Progress,
  REPORTS_PATH,
  Refresh,
  ReportTabs,
  type ReportView,
  reportPath,
  Size,
  STATES,
  TYPES,
  useMayGenerate,
} from './report-parts'

type Filter = {
  reportType: ReportView['reportType'] | undefined
  status: ReportView['status'] | undefined
  format: ReportView['format'] | undefined
}
export type ReportsProps = {
  reports: Slice<ReportView>
  /** Over the whole filter. */
  total: number
  filter: Filter
}

/** `/finance/reports`: every report that was made, by people and by the clock. */
export function ReportsPage({ reports, total, filter }: ReportsProps) {
  const t = useText()
  const chips = useChips(filter)
  const options = <Value extends string>(values: readonly Value[], label: (value: Value) => string) => [
    { value: '', label: t('reports.filter.all') },
    ...values.map((value) => ({ value, label: label(value) })),
  ]
  return (
    <Layout title={t('reports.title')} note={t('reports.note')} action={<NewLink />}>
      <ReportTabs current="list" />
      <Panel id="reports" title={t('reports.title')}>
        <Filters action={REPORTS_PATH} chips={chips}>
          <FilterSelect
            name="type"
            label={t('reports.filter.type')}
            value={filter.reportType}
            options={options(TYPES, (value) => t(`reports.type.${value}`))}
          />
          <FilterSelect
            name="status"
            label={t('reports.filter.state')}
            value={filter.status}
            options={options(STATES, (value) => t(`reports.state.${value}`))}
          />
          <FilterSelect
            name="format"
            label={t('reports.filter.format')}
            value={filter.format}
            options={options(FORMAT_VALUES, (value) => t(`reports.format.${value}`))}
          />
        </Filters>
        <Rows rows={reports.rows} isFiltered={chips.length > 0} />
        <Pager of={reports} note={total > 0 ? t('reports.total.rows', { count: formatCount(total) }) : undefined} />
      </Panel>
    </Layout>
  )
}

function NewLink() {
  const t = useText()
  if (!useMayGenerate()) return null
  return (
    <a class="button primary" href={`${REPORTS_PATH}/new`}>
      {t('reports.new')}
    </a>
  )
}

function useChips({ reportType, status, format }: Filter): Chip[] {
  const t = useText()
  return [
    ...(reportType ? [{ label: t('reports.filter.type.is', { type: t(`reports.type.${reportType}`) }), clear: ['type'] }] : []),
    ...(status ? [{ label: t('reports.filter.state.is', { state: t(`reports.state.${status}`) }), clear: ['status'] }] : []),
    ...(format ? [{ label: t('reports.filter.format.is', { format: t(`reports.format.${format}`) }), clear: ['format'] }] : []),
  ]
}

function Rows({ rows, isFiltered }: { rows: readonly ReportView[]; isFiltered: boolean }) {
  const t = useText()
  const { path } = usePage()
  const figure = (of: ReportView, name: 'recharge' | 'consumption') => (of.figures ? <Yuan of={parseYuan(of.figures[name])!} /> : '–')
  return (
    <>
      <DataTable
        caption={t('reports.list')}
        rows={rows}
        rowKey={(row) => row.id}
        empty={
          isFiltered ? (
            <EmptyState icon="search" title={t('reports.none')} next={t('reports.none.next')} />
          ) : (
            <EmptyState icon="chart-column" title={t('reports.empty.title')} next={t('reports.empty.next')} />
          )
        }
        columns={[
          { head: t('reports.head.report'), cell: (row) => <ReportLink of={row} />, wide: true },
          { head: t('reports.head.period'), cell: (row) => <Days of={row} /> },
          { head: t('reports.head.state'), cell: (row) => <Progress of={row} />, wide: true },
          { head: t('reports.head.recharge'), cell: (row) => figure(row, 'recharge'), number: true },
          { head: t('reports.head.consumption'), cell: (row) => figure(row, 'consumption'), number: true },
          { head: t('reports.head.by'), cell: (row) => <Author of={row} /> },
          { head: t('reports.head.at'), cell: (row) => <Moment at={row.createdAt} /> },
          { head: t('reports.head.size'), cell: (row) => <Size of={row} />, number: true },
          { head: t('reports.head.next'), action: true, cell: (row) => <Next of={row} /> },
        ]}
      />
      {rows.some(({ status }) => status === 'generating') && (
        <Refresh panel="reports" path={path.startsWith(`${REPORTS_PATH}?`) ? path : REPORTS_PATH} />
      )}
    </>
  )
}

function ReportLink({ of }: { of: ReportView }) {
  const t = useText()
  return (
    <a href={reportPath(of)}>
      {t(`reports.type.${of.reportType}`)}
      <span class="cell-more">{t(`reports.format.${of.format}`)}</span>
    </a>
  )
}
