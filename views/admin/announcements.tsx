import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { announcementPath } from './game-paths'

const STATES = ['scheduled', 'published', 'withdrawn'] as const
export type AnnouncementRow = {
  id: Uuid
  title: string
  content: string
  target: 'all' | 'tier' | 'specific'
  targetCategory: 'trial' | 'normal' | 'vip' | null
  status: (typeof STATES)[number]
  recipients: number | null
  reads: number
  /** Of those that were chosen one by one. */
  chosen: number
  authorName: string
  createdAt: Instant
  publishAt: Instant | null
  publishedAt: Instant | null
}
export type AnnouncementsProps = {
  announcements: Slice<AnnouncementRow>
  filter: { state: (typeof STATES)[number] | 'all'; keyword: string }
}

/** `/admin/announcements`: everything that was said to many, newest first, with who has read it. */
export function AnnouncementsPage({ announcements, filter: { state, keyword } }: AnnouncementsProps) {
  const t = useText()
  const filtered = state !== 'all' || keyword !== ''
  const chips = [
    ...(state === 'all' ? [] : [{ label: t(`announce.state.${state}`), clear: ['state'] }]),
    ...(keyword === '' ? [] : [{ label: keyword, clear: ['keyword'] }]),
  ]
  return (
    <Layout title={t('announce.title')} action={<NewLink />}>
      <Panel id="announcements" title={t('announce.list')}>
        <Filters action="/admin/announcements" chips={chips}>
          <FilterText name="keyword" label={t('announce.search')} value={keyword} />
          <FilterSelect
            name="state"
            label={t('apps.state')}
            value={state === 'all' ? '' : state}
            options={[{ value: '', label: t('filter.all') }, ...STATES.map((value) => ({ value, label: t(`announce.state.${value}`) }))]}
          />
        </Filters>
        <DataTable
          caption={t('announce.list')}
          rows={announcements.rows}
          rowKey={(row) => row.id}
          empty={
            filtered ? (
              <EmptyState icon="search" title={t('announce.none')} next={t('announce.noneNext')} />
            ) : (
              <EmptyState icon="bell" title={t('announce.empty')} next={t('announce.emptyNext')} />
            )
          }
          columns={[
            { head: t('announce.heading'), cell: (row) => <TitleLink of={row} />, wide: true },
            { head: t('announce.target'), cell: (row) => <Target of={row} /> },
            { head: t('apps.state'), cell: (row) => <StatusBadge noun="announcement" state={row.status} /> },
            { head: t('announce.time'), cell: (row) => <Moment at={row.publishedAt ?? row.publishAt ?? row.createdAt} /> },
            { head: t('announce.recipients'), cell: (row) => (row.recipients === null ? '–' : formatCount(row.recipients)), number: true },
            { head: t('announce.reads'), cell: (row) => (row.recipients === null ? '–' : formatCount(row.reads)), number: true },
            { head: t('announce.author'), cell: (row) => <Name of={row.authorName} /> },
          ]}
        />
        <Pager of={announcements} />
      </Panel>
    </Layout>
  )
}

function NewLink() {
  const t = useText()
  return (
    <a class="button primary" href="/admin/announcements/new">
      {t('announce.new')}
    </a>
  )
}

const TitleLink = ({ of }: { of: AnnouncementRow }) => (
  <div>
    <a href={announcementPath(of.id)}>
      <Name of={of.title} />
    </a>
    <span class="cell-more">
      <Name of={of.content} />
    </span>
  </div>
)

/** For whom: all, a tier, or so many that were chosen. */
export function Target({ of }: { of: Pick<AnnouncementRow, 'target' | 'targetCategory' | 'chosen'> }) {
  const t = useText()
  if (of.target === 'tier' && of.targetCategory) return <>{t('announce.target.of', { tier: t(`category.${of.targetCategory}`) })}</>
  return <>{of.target === 'specific' ? t('announce.target.some', { count: formatCount(of.chosen) }) : t('announce.target.all')}</>
}
