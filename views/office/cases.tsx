import type { DayRange } from '#src/core/day-range'
import type { Slice } from '#src/core/keyset'
import { CASE_STATES, type CaseState, OFFICE_FORMS, type OfficeForm } from '#src/core/office'
import type { CaseList, ListedCase } from '#src/office/queries'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters, FilterText } from '../components/filters'
import { Icon } from '../components/icon'
import { useMay } from '../components/may'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { casePath, listPath, OFFICE_PATH, OfficeTabs, useNewForms, useWholeForms } from './words'

export type CasesProps = {
  list: CaseList
  /** Of the list of all, whose. */
  whole: OfficeForm | null
  cases: Slice<ListedCase>
  total: number
  filter: { form: OfficeForm | undefined; status: CaseState | undefined; keyword: string }
  dates: DayRange
}

/** `/office/tasks`, `/office/mine`, … and `/office/all/:form`: requests, newest first. */
export function CasesPage(props: CasesProps) {
  const { list, whole, cases, total } = props
  const t = useText()
  const chips = useChips(props)
  return (
    <Layout title={whole ? t(`office.all.${whole}`) : t(`office.list.${list as 'tasks'}`)} action={<NewCase {...props} />}>
      <OfficeTabs current={list} />
      {whole && <WholeForms current={whole} />}
      <Filter {...props} chips={chips} />
      <section class="panel" aria-label={t('office.caption')}>
        <Rows {...props} isFiltered={chips.length > 0} />
      </section>
      <Pager of={cases} note={total > 0 ? t('office.count', { count: formatCount(total) }) : undefined} />
    </Layout>
  )
}

/** The lists of all requests beside each other, one for each form that the viewer may see whole. */
function WholeForms({ current }: { current: OfficeForm }) {
  const t = useText()
  return (
    <nav class="segments wrap" aria-label={t('office.form')}>
      {useWholeForms().map((form) => (
        <a key={form} href={listPath('all', form)} aria-current={form === current ? 'page' : undefined}>
          {t(`office.form.${form}`)}
        </a>
      ))}
    </nav>
  )
}

/** The five forms behind one button, and of a whole list its file. */
function NewCase({ whole, filter }: CasesProps) {
  const t = useText()
  const may = useMay()
  const forms = useNewForms()
  const exported = whole && may(`office:${whole}:export`)
  return (
    <>
      {exported && (
        <a class="button" href={`${listPath('all', whole)}/list.csv${filter.status ? `?status=${filter.status}` : ''}`}>
          <Icon name="download" />
          {t('office.export')}
        </a>
      )}
      {forms.length > 0 && (
        <details class="menu" data-menu>
          <summary class="button primary">
            {t('office.new')}
            <Icon name="chevron-down" />
          </summary>
          <div class="menu-panel">
            {forms.map((form) => (
              <a key={form} class="menu-item" href={`${OFFICE_PATH}/${form}/new`}>
                {t(`office.form.${form}`)}
              </a>
            ))}
          </div>
        </details>
      )}
    </>
  )
}

function useChips({ filter, dates, whole }: CasesProps): Chip[] {
  const t = useText()
  return [
    ...(filter.keyword ? [{ label: filter.keyword, clear: ['keyword'] }] : []),
    ...(filter.form && !whole ? [{ label: t(`office.form.${filter.form}`), clear: ['form'] }] : []),
    ...(filter.status ? [{ label: t(`office.state.${filter.status}`), clear: ['status'] }] : []),
    ...(dates.chosen === 'all'
      ? []
      : [{ label: t('transactions.dates.is', { first: dates.first!, last: dates.last! }), clear: ['range', 'from', 'to'] }]),
  ]
}

function Filter({ list, whole, filter, dates, chips }: CasesProps & { chips: readonly Chip[] }) {
  const t = useText()
  return (
    <Filters action={listPath(list, whole ?? undefined)} dates={dates} offersAll chips={chips}>
      <FilterText name="keyword" label={t('office.search')} value={filter.keyword} />
      {!whole && (
        <FilterSelect
          name="form"
          label={t('office.form')}
          value={filter.form}
          options={[
            { value: '', label: t('office.form.all') },
            ...OFFICE_FORMS.map((value) => ({ value, label: t(`office.form.${value}`) })),
          ]}
        />
      )}
      <FilterSelect
        name="status"
        label={t('office.state')}
        value={filter.status}
        options={[
          { value: '', label: t('office.state.all') },
          ...CASE_STATES.map((value) => ({ value, label: t(`office.state.${value}`) })),
        ]}
      />
    </Filters>
  )
}

function Rows({ list, cases, isFiltered }: CasesProps & { isFiltered: boolean }) {
  const t = useText()
  const empty = isFiltered ? (
    <EmptyState icon="search" title={t('office.none')} next={t('office.noneNext')} />
  ) : (
    <EmptyState title={t(`office.empty.${list}`)} next={t(`office.emptyNext.${list}`)} />
  )
  return (
    <DataTable
      caption={t('office.caption')}
      rows={cases.rows}
      rowKey={(row) => row.id}
      empty={empty}
      columns={[
        { head: t('office.number'), cell: (row) => <a href={casePath(row.id)}>{row.number ?? t('office.number.none')}</a> },
        { head: t('office.form'), cell: (row) => t(`office.form.${row.form}`) },
        { head: t('office.applicant'), cell: (row) => <Name of={row.applicantName} />, wide: true },
        { head: t('office.amount'), cell: (row) => (row.amount === null ? '–' : <Yuan of={row.amount} />), number: true },
        { head: t('office.begun'), cell: (row) => <Moment at={row.submittedAt ?? row.createdAt} /> },
        { head: t('office.waitsFor'), cell: (row) => (row.waitsFor.length > 0 ? <Name of={row.waitsFor.join('、')} /> : '–'), wide: true },
        { head: t('office.state'), cell: (row) => <StatusBadge noun="officeCase" state={row.status} /> },
      ]}
    />
  )
}
