import type { DayRange } from '#src/core/day-range'
import type { FormCount, WaitCount } from '#src/office/queries'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Filters } from '../components/filters'
import { useMay } from '../components/may'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { type Say, useText } from '../page-context'
import { listPath, OFFICE_PATH, OfficeTabs } from './words'

export type OfficeStatisticsProps = { dates: DayRange; forms: readonly FormCount[]; waiting: readonly WaitCount[] }

const HOUR = 3_600
const DAY = 24 * HOUR

/** A span as people say it: under two days in hours. */
const spanWords = (seconds: number, t: Say): string =>
  seconds < 2 * DAY
    ? t('office.span.hours', { count: (seconds / HOUR).toFixed(1) })
    : t('office.span.days', { count: (seconds / DAY).toFixed(1) })

/** `/office/statistics`: what became of the requests, how long it took, and for whom they wait. */
export function OfficeStatisticsPage({ dates, forms, waiting }: OfficeStatisticsProps) {
  const t = useText()
  const may = useMay()
  return (
    <Layout title={t('office.statistics')}>
      <OfficeTabs current="statistics" />
      <Filters
        action={`${OFFICE_PATH}/statistics`}
        dates={dates}
        offersAll
        chips={
          dates.chosen === 'all'
            ? []
            : [{ label: t('transactions.dates.is', { first: dates.first!, last: dates.last! }), clear: ['range', 'from', 'to'] }]
        }
      />
      <Panel id="forms" title={t('office.statistics.forms')}>
        <DataTable
          caption={t('office.statistics.forms')}
          rows={forms}
          rowKey={(row) => row.form}
          empty={null}
          columns={[
            {
              head: t('office.form'),
              cell: (row) =>
                may(`office:${row.form}:view_all`) ? (
                  <a href={listPath('all', row.form)}>{t(`office.form.${row.form}`)}</a>
                ) : (
                  t(`office.form.${row.form}`)
                ),
            },
            { head: t('office.statistics.started'), cell: (row) => formatCount(row.started), number: true },
            { head: t('office.statistics.waiting'), cell: (row) => formatCount(row.waiting), number: true },
            { head: t('office.statistics.approved'), cell: (row) => formatCount(row.approved), number: true },
            { head: t('office.statistics.rejected'), cell: (row) => formatCount(row.rejected), number: true },
            { head: t('office.statistics.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
            {
              head: t('office.statistics.median'),
              cell: (row) => (row.medianSeconds === null ? '–' : spanWords(row.medianSeconds, t)),
              number: true,
            },
            { head: t('office.statistics.oldest'), cell: (row) => (row.oldestAt ? <Moment at={row.oldestAt} /> : '–') },
          ]}
        />
      </Panel>
      <Panel id="waiting" title={t('office.statistics.people')}>
        <DataTable
          compact
          caption={t('office.statistics.people')}
          rows={waiting}
          rowKey={(row) => row.id}
          empty={<EmptyState icon="circle-check" title={t('office.statistics.nobody')} next={t('office.statistics.nobodyNext')} />}
          columns={[
            { head: t('office.person'), cell: (row) => <Name of={row.name} />, wide: true },
            { head: t('office.statistics.waiting'), cell: (row) => formatCount(row.waiting), number: true },
            { head: t('office.statistics.oldest'), cell: (row) => <Moment at={row.oldestAt} /> },
          ]}
        />
      </Panel>
    </Layout>
  )
}
