import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatMinute, type Instant } from '#src/core/time'
import { ConfirmForm } from '../components/confirm'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Badge, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type AnnouncementRow, Target } from './announcements'
import { announcementPath } from './game-paths'

export type AnnouncementDetail = AnnouncementRow & { withdrawnAt: Instant | null; withdrawnByName: string | null }
type ReceiptRow = {
  operatorId: Uuid
  name: string
  username: string
  category: 'trial' | 'normal' | 'vip'
  readAt: Instant | null
}
export type AnnouncementProps = {
  announcement: AnnouncementDetail
  /** Undefined until it is published. */
  receipts: Slice<ReceiptRow> | undefined
  counts: { all: number; read: number } | undefined
  /** For whom it is meant, while it waits and operators were chosen one by one. */
  chosen: readonly { id: Uuid; name: string; username: string }[]
  filter: { read: 'yes' | 'no' | 'all'; keyword: string }
  message: string | null
}

/** `/admin/announcements/:id`: what was said, to whom, and who has read it. */
export function AnnouncementPage({ announcement, receipts, counts, chosen, filter, message }: AnnouncementProps) {
  const t = useText()
  return (
    <Layout
      title={announcement.title}
      trail={[{ href: '/admin/announcements', label: t('announce.title') }]}
      action={<Actions of={announcement} filter={filter} />}
    >
      {message !== null && <Notice tone="bad" title={message} focus />}
      <div class="columns even">
        <Panel id="words" title={t('announce.words')}>
          <p class="prose">
            <bdi>{announcement.content}</bdi>
          </p>
        </Panel>
        <Panel id="announcement" title={t('announce.facts')} note={<StatusBadge noun="announcement" state={announcement.status} />}>
          <AnnouncementFacts of={announcement} counts={counts} />
        </Panel>
      </div>
      {receipts && <Receipts of={receipts} filter={filter} path={announcementPath(announcement.id)} />}
      {!receipts && chosen.length > 0 && <Chosen of={chosen} />}
    </Layout>
  )
}

function Actions({ of, filter: { read, keyword } }: { of: AnnouncementDetail; filter: AnnouncementProps['filter'] }) {
  const t = useText()
  return (
    <>
      {of.status === 'published' && (
        <StaffExportMenu kind="receipts" filter={{ announcement_id: showId('announcement', of.id), read, keyword: keyword || undefined }} />
      )}
      <a class="button" href={`/admin/announcements/new?from=${showId('announcement', of.id)}`}>
        {t('announce.reuse')}
      </a>
      {of.status === 'scheduled' && (
        <a class="button" href={`${announcementPath(of.id)}/withdrawal`}>
          {t('announce.withdraw')}
        </a>
      )}
    </>
  )
}

function AnnouncementFacts({ of, counts }: { of: AnnouncementDetail; counts: AnnouncementProps['counts'] }) {
  const t = useText()
  return (
    <Facts
      rows={[
        { label: t('announce.target'), value: <Target of={of} /> },
        ...(of.recipients === null ? [] : [{ label: t('announce.recipients'), value: formatCount(of.recipients) }]),
        ...(counts
          ? [
              {
                label: t('announce.reads'),
                value: t('announce.reads.of', { read: formatCount(counts.read), all: formatCount(counts.all) }),
              },
            ]
          : []),
        { label: t('announce.author'), value: <Name of={of.authorName} /> },
        { label: t('announce.createdAt'), value: <Moment at={of.createdAt} seconds /> },
        ...(of.publishAt ? [{ label: t('announce.publishAt'), value: <Moment at={of.publishAt} /> }] : []),
        ...(of.publishedAt ? [{ label: t('announce.publishedAt'), value: <Moment at={of.publishedAt} seconds /> }] : []),
        ...(of.withdrawnAt
          ? [
              { label: t('announce.withdrawnAt'), value: <Moment at={of.withdrawnAt} seconds /> },
              { label: t('announce.withdrawnBy'), value: <Name of={of.withdrawnByName ?? '–'} /> },
            ]
          : []),
        { label: t('access.number'), value: <ShortId id={showId('announcement', of.id)} /> },
      ]}
    />
  )
}

const READ = ['yes', 'no'] as const

function Receipts({ of, filter: { read, keyword }, path }: { of: Slice<ReceiptRow>; filter: AnnouncementProps['filter']; path: string }) {
  const t = useText()
  const chips = [
    ...(read === 'all' ? [] : [{ label: t(`announce.read.${read}`), clear: ['read'] }]),
    ...(keyword === '' ? [] : [{ label: keyword, clear: ['keyword'] }]),
  ]
  return (
    <Panel id="receipts" title={t('announce.receipts')}>
      <Filters action={path} chips={chips}>
        <FilterText name="keyword" label={t('announce.receipts.search')} value={keyword} />
        <FilterSelect
          name="read"
          label={t('announce.read')}
          value={read === 'all' ? '' : read}
          options={[{ value: '', label: t('filter.all') }, ...READ.map((value) => ({ value, label: t(`announce.read.${value}`) }))]}
        />
      </Filters>
      <DataTable
        caption={t('announce.receipts')}
        rows={of.rows}
        rowKey={(row) => row.operatorId}
        empty={<EmptyState icon="search" title={t('announce.receipts.none')} next={t('announce.receipts.noneNext')} />}
        columns={[
          { head: t('access.operator'), cell: (row) => <Name of={row.name} />, wide: true },
          { head: t('access.username'), cell: (row) => <Name of={row.username} /> },
          { head: t('access.category'), cell: (row) => t(`category.${row.category}`) },
          { head: t('announce.read'), cell: (row) => <Read at={row.readAt} /> },
          { head: t('announce.readAt'), cell: (row) => (row.readAt ? <Moment at={row.readAt} seconds /> : '–') },
        ]}
      />
      <Pager of={of} />
    </Panel>
  )
}

function Read({ at }: { at: Instant | null }) {
  const t = useText()
  return at ? (
    <Badge tone="ok" icon="circle-check">
      {t('announce.read.yes')}
    </Badge>
  ) : (
    <Badge tone="neutral" icon="circle">
      {t('announce.read.no')}
    </Badge>
  )
}

function Chosen({ of }: { of: AnnouncementProps['chosen'] }) {
  const t = useText()
  return (
    <Panel id="chosen" title={t('announce.chosen')}>
      <ul class="bullets">
        {of.map((operator) => (
          <li key={operator.id}>
            <Name of={operator.name} /> <code>{operator.username}</code>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** `…/withdrawal`: asks before an announcement that waits is taken back. */
export function WithdrawalPage({ announcement }: { announcement: AnnouncementDetail }) {
  const t = useText()
  const path = announcementPath(announcement.id)
  return (
    <Layout
      title={t('announce.withdraw.title')}
      trail={[
        { href: '/admin/announcements', label: t('announce.title') },
        { href: path, label: announcement.title },
      ]}
    >
      <section class="panel medium">
        <ConfirmForm id="withdraw" action={`${path}/withdrawal`} verb={t('announce.withdraw')} back={path}>
          <p>
            <b>
              <Name of={announcement.title} />
            </b>
          </p>
          <ul class="bullets">
            {announcement.publishAt && <li>{t('announce.withdraw.effect', { time: formatMinute(announcement.publishAt) })}</li>}
            <li>{t('announce.withdraw.kept')}</li>
          </ul>
        </ConfirmForm>
      </section>
    </Layout>
  )
}
